import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  disablePerson,
  enablePerson,
  endEverything,
  releaseAddress,
  type Act,
} from '../../../workers/hub/people.ts'
import {
  authorizePath,
  codeOf,
  connected,
  consent,
  env,
  exchange,
  newBrowser,
  postForm,
  refresh,
  register,
  validated,
  type Tokens,
} from './hub.ts'
import { staleKv } from './stale-kv.ts'

/** Another location's view of the same hub. */
const elsewhere = { ...env, OAUTH_KV: staleKv(env.OAUTH_KV) }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

/** A connection whose token both locations have just seen. */
async function inUse(email: string) {
  const connection = await connected(email)
  const { access_token } = connection.tokens
  expect(await validated(access_token, elsewhere)).not.toBeNull()
  return connection
}

/** KV elsewhere still has the token's record, so nothing but the Person object can refuse it. */
async function kvIsStale(token: string): Promise<boolean> {
  const [userId, grantId] = token.split(':')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  const key = `token:${userId}:${grantId}:${Buffer.from(digest).toString('hex')}`
  return (await elsewhere.OAUTH_KV.get(key)) !== null && (await env.OAUTH_KV.get(key)) === null
}

async function act(what: (act: Act) => Promise<unknown>): Promise<void> {
  const ctx = createExecutionContext()
  await what({ env, ctx, by: 'admin@example.com' })
  await waitOnExecutionContext(ctx)
}

test('ending a connection bites everywhere within 3 seconds although KV elsewhere is stale', async () => {
  const { browser, tokens, clientId } = await inUse('engineer@example.com')
  const page = await (await browser.get('/access')).text()
  const [, id = ''] = /name="connection" value="([^"]+)"/.exec(page) ?? []
  const response = await browser.post('/access', [['connection', id]])
  expect(response.headers.get('location')).toBe('/access?ended')
  expect(await kvIsStale(tokens.access_token)).toBe(true)
  pass(3_000)
  expect(await validated(tokens.access_token, elsewhere)).toBeNull()
  expect(await kvIsStale(tokens.access_token)).toBe(true)
  const refreshed = await refresh(clientId, tokens.refresh_token, elsewhere)
  expect(refreshed.status).toBe(400)
  expect(await refreshed.json()).toMatchObject({ error: 'invalid_grant' })
})

test('one person can’t end another’s connection', async () => {
  const { browser, tokens } = await inUse('engineer@example.com')
  const page = await (await browser.get('/access')).text()
  const [, id = ''] = /name="connection" value="([^"]+)"/.exec(page) ?? []
  const stranger = newBrowser()
  await stranger.signIn('analyst@example.com')
  expect((await stranger.post('/access', [['connection', id]])).status).toBe(404)
  pass(10_000)
  expect(await validated(tokens.access_token)).not.toBeNull()
})

test('disabling a person ends their tokens, refreshes, pages and sign-ins within 3 seconds', async () => {
  const email = 'analyst@example.com'
  const { browser, tokens, clientId } = await inUse(email)
  await act((one) => disablePerson(one, email, 'left the company'))
  pass(3_000)
  expect(await validated(tokens.access_token, elsewhere)).toBeNull()
  expect((await refresh(clientId, tokens.refresh_token, elsewhere)).status).toBe(400)
  expect((await browser.get('/')).status).toBe(302)
  const signIn = await browser.signIn(email)
  expect(signIn.status).toBe(403)
  expect(await signIn.text()).toContain('Your access is switched off')
  await act((one) => enablePerson(one, email))
  pass(3_000)
  expect(await validated(tokens.access_token, elsewhere)).toBeNull()
  expect((await browser.signIn(email)).status).toBe(303)
})

test('somebody may end everything of theirs at once, and start anew', async () => {
  const email = 'engineer@example.com'
  const first = await inUse(email)
  const second = await inUse(email)
  await act((one) => endEverything(one, email))
  pass(3_000)
  for (const { tokens } of [first, second])
    expect(await validated(tokens.access_token, elsewhere)).toBeNull()
  expect((await first.browser.get('/')).status).toBe(302)
  const third = await connected(email)
  expect(await validated(third.tokens.access_token, elsewhere)).not.toBeNull()
})

test('a client’s own revocation of its refresh token bites although KV elsewhere is stale', async () => {
  const { tokens, clientId } = await inUse('engineer@example.com')
  const fields = { client_id: clientId, token: tokens.refresh_token }
  expect((await postForm('/oauth/token', fields)).status).toBe(200)
  expect(await kvIsStale(tokens.access_token)).toBe(true)
  pass(3_000)
  expect(await validated(tokens.access_token, elsewhere)).toBeNull()
})

test('a replayed code ends the grant although KV elsewhere is stale', async () => {
  const { client_id: clientId } = await register()
  const browser = newBrowser()
  await browser.signIn('engineer@example.com')
  const redirect = await consent(browser, await authorizePath(clientId), ['postgres:read'])
  const tokens = await (await exchange(clientId, codeOf(redirect))).json<Tokens>()
  expect(await validated(tokens.access_token, elsewhere)).not.toBeNull()
  await exchange(clientId, codeOf(redirect))
  pass(3_000)
  expect(await validated(tokens.access_token, elsewhere)).toBeNull()
})

test('a code is redeemed once although KV elsewhere does not know yet', async () => {
  const { client_id: clientId } = await register()
  const browser = newBrowser()
  await browser.signIn('engineer@example.com')
  const code = codeOf(await consent(browser, await authorizePath(clientId), ['postgres:read']))
  const [userId, grantId] = code.split(':')
  await elsewhere.OAUTH_KV.get(`grant:${userId}:${grantId}`, { type: 'json' })
  expect((await exchange(clientId, code)).status).toBe(200)
  const again = await exchange(clientId, code, {}, elsewhere)
  expect(again.status).toBe(400)
  expect(await again.json()).toMatchObject({ error: 'invalid_grant' })
})

test('releasing an address ends what its former account had', async () => {
  const { tokens } = await inUse('engineer@example.com')
  await act((one) => releaseAddress(one, 'engineer@example.com'))
  pass(3_000)
  expect(await validated(tokens.access_token, elsewhere)).toBeNull()
})

test('when the Person object can’t be reached nothing is let through', async () => {
  const { tokens } = await connected('engineer@example.com')
  const broken = {
    ...env,
    PERSON: { getByName: () => ({ standing: () => Promise.reject(new Error('object down')) }) },
  } as unknown as typeof env
  await expect(validated(tokens.access_token, broken)).rejects.toThrow('object down')
})
