import { expect, test, vi } from 'vitest'
import { personObject } from '../../../workers/hub/person.ts'
import {
  authorizePath,
  callback,
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
  verifier,
  type Tokens,
} from './hub.ts'

/** A client with a code that it has not exchanged yet. */
async function withCode(email = 'engineer@example.com', metadata: Record<string, unknown> = {}) {
  const client = await register(metadata)
  const browser = newBrowser()
  await browser.signIn(email)
  const path = await authorizePath(client.client_id)
  const redirect = await consent(browser, path, ['postgres:read'])
  return { clientId: client.client_id, secret: client.client_secret, code: codeOf(redirect) }
}

const errorOf = async (response: Response) => ({
  status: response.status,
  error: (await response.json<{ error?: string }>()).error,
})
const invalidGrant = { status: 400, error: 'invalid_grant' }

test('a code works once; replaying it ends the grant and its tokens', async () => {
  const { clientId, code } = await withCode()
  const tokens = await (await exchange(clientId, code)).json<Tokens>()
  expect(await validated(tokens.access_token)).not.toBeNull()
  expect(await errorOf(await exchange(clientId, code))).toEqual(invalidGrant)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_001 })
  try {
    expect(await validated(tokens.access_token)).toBeNull()
    expect(await errorOf(await refresh(clientId, tokens.refresh_token))).toEqual(invalidGrant)
  } finally {
    vi.useRealTimers()
  }
})

test('of ten exchanges of one code at the same moment at most one succeeds', async () => {
  const { clientId, code } = await withCode()
  const responses = await Promise.all(Array.from({ length: 10 }, () => exchange(clientId, code)))
  const won = responses.filter((response) => response.ok)
  expect(won.length).toBeLessThanOrEqual(1)
  for (const response of won) {
    const { access_token } = await response.json<Tokens>()
    expect(await validated(access_token)).toBeNull()
  }
})

test.each([
  ['another verifier', { code_verifier: `${verifier}x` }, 'invalid_grant'],
  ['no verifier', { code_verifier: '' }, 'invalid_request'],
  ['another redirect URI', { redirect_uri: `${callback}/other` }, 'invalid_grant'],
  ['another resource', { resource: 'https://other.example/mcp' }, 'invalid_target'],
])('a code with %s is refused, and still works for its client', async (_what, fields, error) => {
  const { clientId, code } = await withCode()
  expect(await errorOf(await exchange(clientId, code, fields))).toEqual({ status: 400, error })
  expect((await exchange(clientId, code)).status).toBe(200)
})

test('another client’s code is refused, and still works for its own', async () => {
  const { clientId, code } = await withCode()
  const { client_id: thief } = await register()
  expect(await errorOf(await exchange(thief, code))).toEqual(invalidGrant)
  expect((await exchange(clientId, code)).status).toBe(200)
})

test('another client’s refresh token is refused, and the victim’s grant stays', async () => {
  const { clientId, tokens } = await connected('engineer@example.com')
  const { client_id: thief } = await register()
  expect(await errorOf(await refresh(thief, tokens.refresh_token))).toEqual(invalidGrant)
  expect((await refresh(clientId, tokens.refresh_token)).status).toBe(200)
})

test('another client can’t revoke a grant', async () => {
  const { tokens } = await connected('engineer@example.com')
  const { client_id: thief } = await register()
  await postForm('/oauth/token', { client_id: thief, token: tokens.refresh_token })
  expect(await validated(tokens.access_token)).not.toBeNull()
})

test('a secret client needs its secret as well as the code', async () => {
  const { clientId, secret, code } = await withCode('engineer@example.com', {
    token_endpoint_auth_method: 'client_secret_post',
  })
  expect((await exchange(clientId, code)).status).toBe(401)
  expect((await exchange(clientId, code, { client_secret: 'wrong' })).status).toBe(401)
  expect((await exchange(clientId, code, { client_secret: secret })).status).toBe(200)
})

test('refresh tokens rotate: the one before the last is good for nothing', async () => {
  const { clientId, tokens: first } = await connected('engineer@example.com')
  const second = await (await refresh(clientId, first.refresh_token)).json<Tokens>()
  const third = await (await refresh(clientId, second.refresh_token)).json<Tokens>()
  expect(await errorOf(await refresh(clientId, first.refresh_token))).toEqual(invalidGrant)
  expect((await refresh(clientId, third.refresh_token)).status).toBe(200)
})

test('a client that lost the answer to a refresh may ask again', async () => {
  const { clientId, tokens } = await connected('engineer@example.com')
  expect((await refresh(clientId, tokens.refresh_token)).status).toBe(200)
  expect((await refresh(clientId, tokens.refresh_token)).status).toBe(200)
})

test.each([
  ['no refresh token at all', 'x'],
  ['a refresh token of nobody', 'nobody%40example.com:AAAAAAAAAAAAAAAA:secret'],
])('%s is invalid_grant', async (_what, token) => {
  const { client_id } = await register()
  expect(await errorOf(await refresh(client_id, token))).toEqual(invalidGrant)
})

test('when the Person object can’t be reached the client keeps its grant and is told to retry', async () => {
  const { clientId, tokens } = await connected('engineer@example.com')
  const broken = {
    ...env,
    PERSON: { getByName: () => ({ renew: () => Promise.reject(new Error('object down')) }) },
  } as unknown as typeof env
  const response = await refresh(clientId, tokens.refresh_token, broken)
  expect(response.headers.get('retry-after')).toBe('5')
  expect(await errorOf(response)).toEqual({ status: 503, error: 'temporarily_unavailable' })
  expect((await refresh(clientId, tokens.refresh_token)).status).toBe(200)
})

test('when KV can’t be reached the client keeps its grant and is told to retry', async () => {
  const { clientId, tokens } = await connected('engineer@example.com')
  const down = () => Promise.reject(new Error('KV down'))
  const broken = { ...env, OAUTH_KV: { get: down, put: down, list: down, delete: down } }
  const response = await refresh(clientId, tokens.refresh_token, broken as unknown as typeof env)
  expect(response.headers.get('retry-after')).toBe('10')
  expect(await errorOf(response)).toEqual({ status: 503, error: 'temporarily_unavailable' })
})

test('no access token outlives the hour for which its person’s groups are known', async () => {
  const started = Date.now()
  const { client_id: clientId } = await register()
  const browser = newBrowser()
  await browser.signIn('engineer@example.com')
  vi.useFakeTimers({ toFake: ['Date'], now: started + 25 * 60_000 })
  try {
    const redirect = await consent(browser, await authorizePath(clientId), ['postgres:read'])
    const tokens = await (await exchange(clientId, codeOf(redirect))).json<Tokens>()
    expect(tokens.expires_in).toBeLessThanOrEqual(35 * 60)
    expect(tokens.expires_in).toBeGreaterThan(34 * 60)
  } finally {
    vi.useRealTimers()
  }
})

test('a connection that the Person object does not know can’t be refreshed', async () => {
  const { clientId, code } = await withCode()
  const spy = vi.spyOn(env.PERSON, 'getByName')
  spy.mockReturnValue(personObject(env, 'somebody-else@example.com'))
  try {
    expect(await errorOf(await exchange(clientId, code))).toEqual(invalidGrant)
  } finally {
    spy.mockRestore()
  }
})
