import { createPublicKey, verify } from 'node:crypto'
import * as z from 'zod'
import type { AccessConfiguration } from '../configuration.ts'
import type { Identity } from '../identity.ts'
import { identityOf } from './claims.ts'
import { SignInError } from './sign-in-error.ts'

/** The team's public keys. Access signs with RS256 only, so no other kind of key is taken. */
const KeySet = z.object({
  keys: z.array(z.object({ kid: z.string(), kty: z.literal('RSA'), n: z.string(), e: z.string() })),
})
type Key = z.infer<typeof KeySet>['keys'][number]

const Header = z.object({ alg: z.literal('RS256'), kid: z.string(), crit: z.never().optional() })

const Claims = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.string().min(1),
  /** Seconds since 1970. */
  exp: z.number(),
  nbf: z.number().optional(),
  email: z.string(),
  /** Claims of the identity provider that the Access application is told to pass on. */
  custom: z.record(z.string(), z.unknown()).default({}),
})

/**
 * The person whom Cloudflare Access let through to us. Its JWT is verified against the team's keys
 * and this application's audience: the header alone proves nothing.
 * https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
 * @throws SignInError
 */
export async function accessIdentity(
  config: AccessConfiguration,
  assertion: string | undefined,
): Promise<Identity> {
  if (!assertion) throw new SignInError('not_verified', 'No Cf-Access-Jwt-Assertion header came.')
  const keys = await keysOf(config.ACCESS_TEAM)
  try {
    const { custom, ...claims } = verifiedClaims(config, assertion, keys, Date.now() / 1000)
    return identityOf(config, { ...custom, ...claims }, { verified: true })
  } catch (error) {
    if (error instanceof SignInError) throw error
    throw new SignInError('not_verified', 'The assertion is malformed.', { cause: error })
  }
}

/** RFC 7519 section 7.2 for the one kind of JWT that Access makes. @param now seconds since 1970 */
function verifiedClaims(
  config: AccessConfiguration,
  jwt: string,
  keys: readonly Key[],
  now: number,
): z.infer<typeof Claims> {
  const refuse = (why: string) => new SignInError('not_verified', `The assertion ${why}.`)
  const [head = '', body = '', signature = '', ...rest] = jwt.split('.')
  const { kid } = Header.parse(jsonOf(head))
  const key = keys.find((one) => one.kid === kid)
  if (!key || rest.length > 0) throw refuse('is signed by no key of the team')
  const publicKey = createPublicKey({ key, format: 'jwk' })
  const signed = Buffer.from(`${head}.${body}`)
  if (!verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url')))
    throw refuse('has a wrong signature')
  const claims = Claims.parse(jsonOf(body))
  if (claims.iss !== config.ACCESS_TEAM) throw refuse('is of another team')
  if (![claims.aud].flat().includes(config.ACCESS_AUDIENCE))
    throw refuse('is for another application')
  if (claims.exp <= now || (claims.nbf ?? 0) > now + 60) throw refuse('is not valid at this time')
  return claims
}

const jsonOf = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())

/** Fetched at each sign-in, so a rotated key is never too late. */
async function keysOf(team: string): Promise<Key[]> {
  try {
    const url = new URL('/cdn-cgi/access/certs', team)
    const response = await fetch(url, { signal: AbortSignal.timeout(8_000) })
    return KeySet.parse(await response.json()).keys
  } catch (error) {
    throw new SignInError('unavailable', 'Access’s keys can’t be fetched.', { cause: error })
  }
}
