/** A real OpenID provider (the npm package `oidc-provider`) with accounts, for the hub to sign people in by. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export interface Account {
  readonly email: string
  readonly name: string
  readonly groups: readonly string[]
  readonly email_verified: boolean
}

export interface OpenIdProvider {
  readonly issuer: string
  /** By what they type in at its sign-in page, which is their `sub`. Change it as its administrator would. */
  readonly accounts: Map<string, Account>
  close(): Promise<void>
}

export const client = { id: 'gatehouse', secret: 'provider-client-secret-of-32-characters' }

/** @param redirectUri the hub's callback, the only one it sends people back to */
export async function startOpenIdProvider(redirectUri: string): Promise<OpenIdProvider> {
  const accounts = new Map<string, Account>()
  let listener: RequestListener = (_request, response) => response.end()
  const server = createServer((request, response) => listener(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  listener = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    scopes: ['openid', 'offline_access'],
    cookies: { keys: ['a key for the cookies of this test'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    findAccount(_context: unknown, sub: string) {
      const account = accounts.get(sub)
      return account && { accountId: sub, claims: () => ({ sub, ...account }) }
    },
  }).callback()
  return {
    issuer,
    accounts,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
