import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { env, newBrowser } from './hub.ts'

const team = 'https://acme.cloudflareaccess.com'
const audience = 'the-application-audience-tag'
const hub = { ...env, SIGN_IN: 'access', ACCESS_TEAM: team, ACCESS_AUDIENCE: audience }

const keys = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' }

beforeEach(() => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = input instanceof Request ? input.url : input.toString()
    if (url !== `${team}/cdn-cgi/access/certs`) throw new TypeError(`unknown host: ${url}`)
    return Response.json({ keys: [jwk] })
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const claims = {
  iss: team,
  aud: [audience],
  sub: 'access-user-1',
  email: 'Engineer@Example.com',
  custom: { name: 'Edgar', groups: ['engineering'] },
}

const assertion = (payload: Record<string, unknown>, key = keys.privateKey, expires = '5m') =>
  new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key)

async function signIn(jwt: string | undefined) {
  const browser = newBrowser(hub as unknown as typeof env)
  const headers = jwt === undefined ? {} : { 'cf-access-jwt-assertion': jwt }
  const response = await browser.get('/sign-in?return_to=/access', headers)
  return { browser, response }
}

test('whom Access let through is signed in, with the groups it passes on', async () => {
  const { browser, response } = await signIn(await assertion(claims))
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toBe('/access')
  const html = await (await browser.get('/')).text()
  expect(html).toContain('title="engineer@example.com">Edgar<')
  expect(html).toContain('Execute database write')
})

const headed = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url')
const now = Math.floor(Date.now() / 1000)
const good = await assertion(claims)
const rs256 = { alg: 'RS256', kid: 'key-1' }
const [, body = '', signature = ''] = good.split('.')
const foreign = await generateKeyPair('RS256')
/** Signed with the public key as if it were a shared secret. */
const confused = await new SignJWT(claims)
  .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
  .setExpirationTime('5m')
  .sign(Buffer.from(jwk.n ?? '', 'base64url'))

test.each([
  ['of another application', await assertion({ ...claims, aud: ['x'] }), 'JwtTokenAudience'],
  ['of another team', await assertion({ ...claims, iss: 'https://x.example' }), 'JwtTokenIssuer'],
  ['of a service token', await assertion({ ...claims, email: undefined, sub: '' }), 'ZodError'],
  ['without a subject', await assertion({ ...claims, sub: undefined }), 'ZodError'],
  [
    'signed by somebody else',
    await assertion(claims, foreign.privateKey),
    'JwtTokenSignatureMismatched',
  ],
  ['that has expired', await assertion(claims, keys.privateKey, '-1m'), 'JwtTokenExpired'],
  ['of the future', await assertion({ ...claims, nbf: now + 600 }), 'JwtTokenNotBefore'],
  [
    'with an edited body',
    `${headed(rs256)}.${headed({ ...claims, exp: 9e9 })}.${signature}`,
    'JwtTokenSignatureMismatched',
  ],
  [
    'with an edited header',
    `${headed({ ...rs256, typ: 'x' })}.${body}.${signature}`,
    'JwtHeaderInvalid',
  ],
  [
    'of a key that is not there',
    `${headed({ ...rs256, kid: 'x' })}.${body}.${signature}`,
    'JwtTokenInvalid',
  ],
  [
    'with a critical header',
    `${headed({ ...rs256, crit: ['x'] })}.${body}.${signature}`,
    'ZodError',
  ],
  ['without a signature', `${headed({ alg: 'none', kid: 'key-1' })}.${body}.`, 'JwtHeaderInvalid'],
  ['with an empty signature', `${headed(rs256)}.${body}.`, 'JwtTokenSignatureMismatched'],
  ['signed with the public key', confused, 'JwtSymmetricAlgorithmNotAllowed'],
  ['of four parts', `${good}.x`, 'JwtTokenInvalid'],
  ['of no parts', 'x', 'SyntaxError'],
  ['that is missing', undefined, 'No Cf-Access-Jwt-Assertion header'],
])('an assertion %s signs nobody in', async (_what, jwt, reason) => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { response } = await signIn(jwt)
  expect(response.status).toBe(403)
  expect(response.headers.getSetCookie()).toEqual([])
  expect(warned.mock.lastCall?.[0]).toContain(reason)
})

test('when Access’s keys can’t be fetched, people are asked to try again', async () => {
  vi.mocked(globalThis.fetch).mockRejectedValue(new TypeError('network'))
  const other = { ...hub, ACCESS_TEAM: 'https://down.cloudflareaccess.com' }
  const browser = newBrowser(other as unknown as typeof env)
  const headers = { 'cf-access-jwt-assertion': await assertion(claims) }
  const response = await browser.get('/sign-in', headers)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('30')
})

test('there is no development sign-in beside Access', async () => {
  const browser = newBrowser(hub as unknown as typeof env)
  expect((await browser.signIn('admin@example.com')).status).toBe(404)
})
