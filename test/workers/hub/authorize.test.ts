import { beforeAll, expect, test, vi } from 'vitest'
import { authorizePath, callback, issuer, newBrowser, register } from './hub.ts'

const browser = newBrowser()
let clientId = ''

beforeAll(async () => {
  clientId = (await register({ redirect_uris: [callback, 'https://app.example/callback'] }))
    .client_id
  await browser.signIn('engineer@example.com')
})

/** What the client is told: the parameters of the redirect, or undefined when there is none. */
async function answer(parameters: Record<string, string | undefined>, extra = '') {
  const response = await browser.get((await authorizePath(clientId, parameters)) + extra)
  const location = response.headers.get('location')
  if (location === null) return { status: response.status }
  const url = new URL(location)
  return {
    status: response.status,
    to: url.origin + url.pathname,
    ...Object.fromEntries(url.searchParams),
  }
}

const refusedBack = (error: string) => ({
  status: 302,
  to: callback,
  error,
  error_description: expect.any(String),
  state: 'client-state',
  iss: issuer,
})

test('a good request shows the consent page', async () => {
  expect(await answer({})).toEqual({ status: 200 })
})

test.each([
  [
    'without PKCE',
    'invalid_request',
    { code_challenge: undefined, code_challenge_method: undefined },
  ],
  ['with plain PKCE', 'invalid_request', { code_challenge_method: 'plain' }],
  [
    'with no PKCE method, which means plain',
    'invalid_request',
    { code_challenge_method: undefined },
  ],
  ['with an unknown PKCE method', 'invalid_request', { code_challenge_method: 'S512' }],
  ['with a challenge that is no SHA-256', 'invalid_request', { code_challenge: 'short' }],
  ['without a resource', 'invalid_target', { resource: undefined }],
  ['for an unknown resource', 'invalid_target', { resource: 'https://other.example/mcp' }],
  ['for the resource with a slash', 'invalid_target', { resource: 'http://127.0.0.1:8701/mcp/' }],
  ['for the origin alone', 'invalid_target', { resource: 'http://127.0.0.1:8701' }],
  ['for a token at once', 'unsupported_response_type', { response_type: 'token' }],
])('a request %s goes back to the client as %s', async (_what, error, parameters) => {
  expect(await answer(parameters)).toEqual(refusedBack(error))
})

test('two resources in one request are refused', async () => {
  const second = `&resource=${encodeURIComponent('https://other.example/mcp')}`
  expect(await answer({}, second)).toEqual(refusedBack('invalid_target'))
})

test('a secret client has to use PKCE as well', async () => {
  const { client_id } = await register({ token_endpoint_auth_method: 'client_secret_basic' })
  const path = await authorizePath(client_id, {
    code_challenge: undefined,
    code_challenge_method: undefined,
  })
  const response = await browser.get(path)
  expect(response.headers.get('location')).toContain(`${callback}?error=invalid_request`)
})

test.each([
  'https://app.example/callback/',
  'https://app.example/callback?x=1',
  'https://app.example/callback/../evil',
  'https://app.example/callback%2f',
  'https://app.example:8443/callback',
  'https://app.example.evil.example/callback',
  'https://app.example@evil.example/callback',
  'https://evil.example/?https://app.example/callback',
  'https://аpp.example/callback',
  'http://app.example/callback',
  'https://app.example/callback#fragment',
  '//app.example/callback',
  'javascript:alert(1)//app.example/callback',
  'http://127.0.0.1:33418/other',
  'http://127.0.0.1.evil.example:33418/callback',
  'http://localhost.evil.example/callback',
  '',
])('the look-alike redirect %j is never followed', async (redirectUri) => {
  expect(await answer({ redirect_uri: redirectUri })).toEqual({ status: 400 })
})

test('a loopback redirect may use any port, as native apps do', async () => {
  expect(await answer({ redirect_uri: 'http://127.0.0.1:50000/callback' })).toEqual({ status: 200 })
})

test.each(['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'code_challenge'])(
  'a request with two values of %s is refused here, not there',
  async (name) => {
    expect(await answer({ scope: 'postgres:read' }, `&${name}=twice`)).toEqual({ status: 400 })
  },
)

test('an unknown client is refused here, not there', async () => {
  const response = await browser.get(await authorizePath('no-such-client'))
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
})

test('somebody who is not signed in comes back to the same request after signing in', async () => {
  const visitor = newBrowser()
  const path = await authorizePath(clientId)
  const toSignIn = await visitor.get(path)
  expect(toSignIn.status).toBe(302)
  const location = new URL(toSignIn.headers.get('location') ?? '', issuer)
  expect(location.pathname).toBe('/sign-in')
  const returnTo = location.searchParams.get('return_to') ?? ''
  const signedIn = await visitor.signIn('engineer@example.com', returnTo)
  expect(signedIn.headers.get('location')).toBe(path)
  expect((await visitor.get(path)).status).toBe(200)
})

test('somebody who signed in more than half an hour ago does so again before consenting', async () => {
  const path = await authorizePath(clientId)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 60_000 })
  try {
    const response = await browser.get(path)
    expect(response.headers.get('location')).toMatch(/^\/sign-in\?return_to=%2Fauthorize%3F/)
    expect((await browser.get('/access')).status).toBe(200)
  } finally {
    vi.useRealTimers()
  }
})
