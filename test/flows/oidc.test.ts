import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Browser, textOf } from '../local/browser.ts'
import { freePortBase } from '../local/ports.ts'
import { startStack, type Stack } from '../local/stack.ts'
import {
  client,
  startOpenIdProvider,
  type Account,
  type OpenIdProvider,
} from './openid-provider.ts'

const callback = 'http://127.0.0.1:33418/callback'
const verifier = 'a-code-verifier-of-more-than-forty-three-characters-0123'

let hub = ''
let provider: OpenIdProvider
let stack: Stack
/** What stands between the hub and its provider in a test. */
let between: ((request: Request) => Promise<Response>) | undefined

beforeAll(async () => {
  const portBase = await freePortBase()
  hub = `http://127.0.0.1:${portBase}`
  provider = await startOpenIdProvider(`${hub}/sign-in/callback`)
  stack = await startStack({
    portBase,
    fresh: true,
    workers: ['hub'],
    settings: {
      hub: {
        SIGN_IN: 'oidc',
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: client.id,
        OIDC_CLIENT_SECRET: client.secret,
        OIDC_PARAMETERS: 'prompt=consent',
        ENDPOINTS: '{"postgres":"http://127.0.0.1:8701"}',
      },
    },
    intercept: (request) =>
      new URL(request.url).origin === provider.issuer ? (between ?? fetch)(request) : undefined,
  })
})
afterAll(async () => {
  await stack?.close()
  await provider?.close()
})
afterEach(() => {
  between = undefined
})

let people = 0
/** A new account at the provider. */
function account(more: Partial<Account> = {}) {
  const sub = `person-${++people}`
  const made = {
    email: `${sub}@example.com`,
    name: `Person ${people}`,
    groups: ['engineering'],
    email_verified: true,
    ...more,
  }
  provider.accounts.set(sub, made)
  return { sub, ...made }
}

/** Goes through the provider's pages and comes back to the hub. */
async function signIn(sub: string, start = '/', browser = new Browser()) {
  let page = await browser.open(hub + start)
  if (!page.url.startsWith(provider.issuer)) return { browser, page }
  page = await browser.submit(page, { login: sub, password: 'x' })
  if (/value="consent"/.test(page.html)) page = await browser.submit(page, { prompt: 'consent' })
  return { browser, page }
}

/** Changes the claims in the ID token on its way to the hub. */
function changeClaims(change: Record<string, unknown>) {
  between = async (request) => {
    const response = await fetch(request)
    if (!request.url.endsWith('/token')) return response
    const tokens = (await response.json()) as { id_token: string }
    const [header, payload, signature] = tokens.id_token.split('.')
    const claims = { ...JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()), ...change }
    const changed = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return Response.json({ ...tokens, id_token: `${header}.${changed}.${signature}` })
  }
}

/** Connects a client for a person: its id and tokens. */
async function connect(sub: string) {
  const registered = await fetch(`${hub}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Flow',
      redirect_uris: [callback],
      token_endpoint_auth_method: 'none',
    }),
  })
  const { client_id } = (await registered.json()) as { client_id: string }
  const query = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: callback,
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: 'http://127.0.0.1:8701/mcp',
  })
  const stopAt = (url: string) => url.startsWith(callback)
  const { browser, page } = await signIn(sub, `/authorize?${query}`, new Browser({ stopAt }))
  const sent = await browser.submit(page, { decision: 'approve' })
  const code = new URL(sent.url).searchParams.get('code') ?? ''
  const body = {
    grant_type: 'authorization_code',
    client_id,
    code,
    code_verifier: verifier,
    redirect_uri: callback,
  }
  const response = await token(body)
  expect(response.status).toBe(200)
  const { refresh_token } = (await response.json()) as { refresh_token: string }
  return { browser, refresh: { grant_type: 'refresh_token', client_id, refresh_token } }
}

const token = (body: Record<string, string>) =>
  fetch(`${hub}/oauth/token`, { method: 'POST', body: new URLSearchParams(body) })

const answerOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as object),
})

test('a person signs in at the provider and has the groups it says', async () => {
  const { sub, name } = account({ email: 'Mixed.Case@Example.com' })
  const { page } = await signIn(sub)
  expect(page.url).toBe(`${hub}/`)
  expect(page.html).toContain(`title="mixed.case@example.com">${name}<`)
  expect(textOf(page.html)).toContain('Execute database write')
  const { page: analyst } = await signIn(account({ groups: ['analysts'] }).sub)
  expect(textOf(analyst.html)).not.toContain('Execute database write')
})

test.each([
  ['another nonce', { nonce: 'another' }],
  ['no nonce', { nonce: undefined }],
  ['another issuer', { iss: 'https://evil.example' }],
  ['another audience', { aud: 'another-client' }],
  ['an expiry in the past', { exp: 1_000_000_000 }],
  ['no subject', { sub: undefined }],
])('an ID token with %s signs nobody in', async (_what, claims) => {
  changeClaims(claims)
  const { browser, page } = await signIn(account().sub)
  expect(page.status).toBe(403)
  expect(textOf(page.html)).toContain('Your sign-in could not be verified')
  expect((await browser.open(`${hub}/`)).url).not.toBe(`${hub}/`)
})

test('an address that the provider does not confirm is no identity', async () => {
  const { page } = await signIn(account({ email_verified: false }).sub)
  expect(page.status).toBe(403)
  expect(textOf(page.html)).toContain('Your e-mail address isn’t verified')
})

test('another account with somebody’s address is refused', async () => {
  const { sub, email } = account()
  await signIn(sub)
  const { page } = await signIn(account({ email }).sub)
  expect(page.status).toBe(403)
  expect(textOf(page.html)).toContain('This address belonged to another account')
})

/** The provider's answer, caught on its way back to the hub. */
async function caught(sub: string) {
  const stopAt = (url: string) => url.startsWith(`${hub}/sign-in/callback`)
  const { browser, page } = await signIn(sub, '/', new Browser({ stopAt }))
  return { browser, url: new URL(page.url) }
}
test('an answer of the provider is worth nothing in another browser', async () => {
  const { url } = await caught(account().sub)
  const page = await new Browser().open(url.href)
  expect(page.status).toBe(400)
  expect(textOf(page.html)).toContain('This sign-in has run out')
})

test.each([
  ['another issuer', 403, (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
  ['no issuer', 403, (url: URL) => url.searchParams.delete('iss')],
  ['another state', 400, (url: URL) => url.searchParams.set('state', 'another')],
  ['no state', 400, (url: URL) => url.searchParams.delete('state')],
  ['another code', 403, (url: URL) => url.searchParams.set('code', 'another')],
  ['two codes', 403, (url: URL) => url.searchParams.append('code', 'another')],
])('an answer with %s signs nobody in', async (_what, status, change) => {
  const { browser, url } = await caught(account().sub)
  change(url)
  const page = await browser.open(url.href)
  expect(page.status).toBe(status)
})

test('somebody who turns back at the provider reads so', async () => {
  const { browser, url } = await caught(account().sub)
  url.searchParams.delete('code')
  url.searchParams.set('error', 'access_denied')
  const page = await browser.open(url.href)
  expect(page.status).toBe(403)
  expect(textOf(page.html)).toContain('You were not signed in')
})

test('when the provider is down people read so, and can sign in once it is back', async () => {
  const { sub } = account()
  const { browser, url } = await caught(sub)
  between = () =>
    Promise.resolve(new Response('busy', { status: 503, headers: { 'retry-after': '7' } }))
  const page = await browser.open(url.href)
  expect(page.status).toBe(503)
  expect(textOf(page.html)).toContain('Sign-in isn’t available right now')
  between = undefined
  expect((await signIn(sub)).page.url).toBe(`${hub}/`)
})

test('a refresh brings the groups that the provider has now', async () => {
  const { sub, ...person } = account()
  const { browser, refresh } = await connect(sub)
  provider.accounts.set(sub, { ...person, groups: ['analysts'] })
  expect((await token(refresh)).status).toBe(200)
  const page = await browser.open(`${hub}/`)
  expect(textOf(page.html)).not.toContain('Execute database write')
})

test('a person whom the provider no longer knows loses the connection', async () => {
  const { sub } = account()
  const { refresh } = await connect(sub)
  provider.accounts.delete(sub)
  expect(await answerOf(await token(refresh))).toMatchObject({
    status: 400,
    error: 'invalid_grant',
  })
  expect(await answerOf(await token(refresh))).toMatchObject({
    status: 400,
    error: 'invalid_grant',
  })
})

test('a person whose address is no longer confirmed loses the connection', async () => {
  const { sub, ...person } = account()
  const { refresh } = await connect(sub)
  provider.accounts.set(sub, { ...person, email_verified: false })
  expect(await answerOf(await token(refresh))).toMatchObject({
    status: 400,
    error: 'invalid_grant',
  })
})

test.each([
  ['answers 503', () => Promise.resolve(new Response('busy', { status: 503 })), '30'],
  [
    'asks to come back later',
    () =>
      Promise.resolve(new Response('slow down', { status: 429, headers: { 'retry-after': '7' } })),
    '7',
  ],
  ['can’t be reached', () => Promise.reject(new TypeError('connection refused')), '30'],
  ['answers nonsense', () => Promise.resolve(new Response('<html>')), '30'],
])(
  'a provider that %s passes: the client retries and keeps its grant',
  async (_what, fail, wait) => {
    const { refresh } = await connect(account().sub)
    between = fail
    const response = await token(refresh)
    expect(response.headers.get('retry-after')).toBe(wait)
    expect(await answerOf(response)).toMatchObject({
      status: 503,
      error: 'temporarily_unavailable',
    })
    between = undefined
    expect((await token(refresh)).status).toBe(200)
  },
)

test('the provider’s new refresh token is kept even when it fails right after giving it', async () => {
  const { refresh } = await connect(account().sub)
  between = (request) =>
    request.url.endsWith('/me')
      ? Promise.resolve(new Response('busy', { status: 503 }))
      : fetch(request)
  expect((await token(refresh)).status).toBe(503)
  between = undefined
  expect((await token(refresh)).status).toBe(200)
})

test('connections of one person that refresh at the same moment ask the provider once', async () => {
  const { sub } = account()
  const connections = [await connect(sub), await connect(sub), await connect(sub)]
  const asked: string[] = []
  between = (request) => {
    asked.push(new URL(request.url).pathname)
    return fetch(request)
  }
  const responses = await Promise.all(connections.map(({ refresh }) => token(refresh)))
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(asked.filter((path) => path === '/token')).toHaveLength(1)
})
