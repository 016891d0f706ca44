import { expect, test, vi } from 'vitest'
import { purge } from '../../../workers/hub/purge.ts'
import {
  authorizePath,
  connected,
  env,
  newBrowser,
  postForm,
  postRegistration,
  refresh,
  register,
} from './hub.ts'

const good = { client_name: 'App', redirect_uris: ['https://app.example/callback'] }

test('each registration gets a client of its own, doubles too', async () => {
  const first = await postRegistration(good)
  expect(first.status).toBe(201)
  const body = await first.json<{ client_id: string }>()
  expect(body).toMatchObject({ ...good, grant_types: ['authorization_code'] })
  const second = await (await postRegistration(good)).json<{ client_id: string }>()
  expect(second.client_id).not.toBe(body.client_id)
})

test.each([
  ['a name of 101 characters', { ...good, client_name: 'x'.repeat(101) }],
  ['eleven redirect URIs', { ...good, redirect_uris: Array(11).fill('https://a.example/cb') }],
  ['a redirect URI of 600', { ...good, redirect_uris: [`https://a.example/${'x'.repeat(600)}`] }],
  ['six contacts', { ...good, contacts: Array(6).fill('a@b.example') }],
  ['a long logo address', { ...good, logo_uri: `https://a.example/${'x'.repeat(600)}` }],
  [
    'names in eleven languages',
    Object.fromEntries([
      ...Object.entries(good),
      ...'abcdefghijk'.split('').map((one) => [`client_name#${one}${one}`, 'App']),
    ]),
  ],
  ['a javascript: redirect', { ...good, redirect_uris: ['javascript:alert(1)'] }],
  ['a remote http redirect', { ...good, redirect_uris: ['http://app.example/callback'] }],
  ['no redirect URI', { client_name: 'App', redirect_uris: [] }],
  ['a redirect with a fragment', { ...good, redirect_uris: ['https://app.example/cb#x'] }],
  ['the password grant', { ...good, grant_types: ['password'] }],
])('a registration with %s is refused', async (_what, metadata) => {
  const response = await postRegistration(metadata)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: 'invalid_client_metadata' })
})

test('a body over 16 KiB is refused before it is read', async () => {
  const response = await postRegistration({ ...good, padding: 'x'.repeat(17_000) })
  expect(response.status).toBe(413)
})

test('malformed JSON is an OAuth error', async () => {
  const response = await postRegistration('{"client_name":')
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: 'invalid_request' })
})

test('one address can register 60 clients a minute, and is told when to come back', async () => {
  let registered = 0
  let response = await postRegistration(good, 'one-address')
  for (; response.status === 201 && registered <= 120; registered++)
    response = await postRegistration(good, 'one-address')
  // More than 60 only if the limiter's minute turned meanwhile, and never more than twice.
  expect(registered).toBeGreaterThanOrEqual(60)
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('60')
})

test('a registration that came to nothing is gone after a day; one in use stays', async () => {
  const { client_id: unused } = await register()
  const { clientId: used, tokens } = await connected('engineer@example.com')
  const browser = newBrowser()
  await browser.signIn('engineer@example.com')
  const opened = async () => (await browser.get(await authorizePath(unused))).status
  await purge(env)
  expect(await opened()).toBe(200)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 })
  try {
    await purge(env)
    expect(await env.OAUTH_KV.get(`client:${unused}`)).toBeNull()
    expect(await env.OAUTH_KV.get(`client:${used}`)).not.toBeNull()
  } finally {
    vi.useRealTimers()
  }
  expect(await opened()).toBe(400)
  expect((await refresh(used, tokens.refresh_token)).status).toBe(200)
})

test('a secret client has to show its secret', async () => {
  const { client_id: id } = await register({ token_endpoint_auth_method: 'client_secret_post' })
  const response = await postForm('/oauth/token', {
    grant_type: 'authorization_code',
    client_id: id,
    code: 'a:b:c',
  })
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ error: 'invalid_client' })
})
