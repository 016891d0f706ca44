import * as z from 'zod'
import { sha256Hex } from '../hash.ts'
import type { HeaderValues } from './options.ts'

/** What proves who we are to an upstream: fixed headers, or a token minted on demand. */
export type Credential = FixedCredential | MintedCredential

export interface FixedCredential {
  readonly headers: HeaderValues
}

/** A short-lived token: minted once for everybody who needs it, kept until shortly before its end. */
export interface MintedCredential {
  /** Tells tokens apart where they are kept: changes with the secret, but doesn't reveal it. */
  readonly id: string
  /** The POST that mints one: sent like any other request, its host checked, time and size limited. */
  mint(nowMs: number): TokenRequest | Promise<TokenRequest>
  readonly answer: z.ZodType<MintedToken>
  /** Headers that carry the token; `authorization: Bearer …` when absent. */
  carry?(token: string): HeaderValues
}
export interface TokenRequest {
  readonly url: string
  readonly headers?: HeaderValues
  readonly body?: string
}
export interface MintedToken {
  readonly token: string
  readonly expiresInSeconds: number
}

/** `authorization: Bearer …`. An unset slot stays empty. */
export const bearer = (token: string | undefined): FixedCredential | undefined =>
  token === undefined ? undefined : { headers: { authorization: `Bearer ${token}` } }

/** `authorization: Basic …` (RFC 7617, UTF-8). An unset slot stays empty. */
export const basic = (user: string, password: string | undefined): FixedCredential | undefined =>
  password === undefined
    ? undefined
    : { headers: { authorization: `Basic ${base64(`${user}:${password}`)}` } }

export interface ClientCredentials {
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly scope?: string
  /** Further fields that some authorization servers want, for example `audience`. */
  readonly extra?: Readonly<Record<string, string>>
  /** Where the client's id and secret go: the `authorization` header (the default, RFC 6749, 2.3.1) or the body. */
  readonly style?: 'header' | 'body'
}

/** OAuth 2.0 client credentials (RFC 6749, 4.4). An unset slot stays empty. */
export function clientCredentials(client: ClientCredentials): MintedCredential | undefined {
  const { tokenUrl, clientId, clientSecret, scope, extra, style = 'header' } = client
  if (clientSecret === undefined) return undefined
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...extra })
  if (scope !== undefined) form.set('scope', scope)
  if (style === 'body') {
    form.set('client_id', clientId)
    form.set('client_secret', clientSecret)
  }
  const proof = base64(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)
  return {
    id: sha256Hex(JSON.stringify([tokenUrl, clientId, clientSecret, scope, extra])).slice(0, 32),
    answer: TokenAnswer,
    mint: () => ({
      url: tokenUrl,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(style === 'header' && { authorization: `Basic ${proof}` }),
      },
      body: form.toString(),
    }),
  }
}

/** RFC 6749, 5.1. Without `expires_in` an hour is assumed: a token that ends earlier is refused and minted anew. */
const TokenAnswer = z
  .object({
    access_token: z.string().min(1),
    token_type: z.string().regex(/^bearer$/i),
    expires_in: z.coerce.number().positive().default(3600),
  })
  .transform((answer) => ({ token: answer.access_token, expiresInSeconds: answer.expires_in }))

const formEncoded = (text: string): string => new URLSearchParams({ t: text }).toString().slice(2)

const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCodePoint(byte)).join(''))
