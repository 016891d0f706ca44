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

test.each([
  ['of another application', { ...claims, aud: ['another'] }],
  ['of another team', { ...claims, iss: 'https://evil.cloudflareaccess.com' }],
  ['of a service token, which is no person', { ...claims, email: undefined, sub: '' }],
  ['without a subject', { ...claims, sub: undefined }],
])('an assertion %s signs nobody in', async (_what, payload) => {
  const { response } = await signIn(await assertion(payload))
  expect(response.status).toBe(403)
  expect(response.headers.getSetCookie()).toEqual([])
})

test('a forged, expired, unsigned or missing assertion signs nobody in', async () => {
  const forged = await assertion(claims, (await generateKeyPair('RS256')).privateKey)
  const expired = await assertion(claims, keys.privateKey, '-1m')
  const [, body] = (await assertion(claims)).split('.')
  const none = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${body}.`
  for (const jwt of [forged, expired, none, 'x', undefined]) {
    const { response } = await signIn(jwt)
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
  }
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
