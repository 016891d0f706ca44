import { expect, test } from 'vitest'
import { catalogue } from '../../../shared/catalogue.ts'
import {
  authorizePath,
  callback,
  codeOf,
  consent,
  decide,
  exchange,
  handleOf,
  issuer,
  newBrowser,
  register,
  validated,
  type Tokens,
} from './hub.ts'

const { title } = catalogue.postgres

async function visitor(email: string) {
  const browser = newBrowser()
  await browser.signIn(email)
  return browser
}

/** Each tick box of the page: scope → ticked. */
const boxesIn = (html: string): Record<string, boolean> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="checkbox" name="scope" value="([^"]+)"([^>]*)>/g)].map(
      ([, scope = '', rest = '']) => [scope, rest.includes('checked')],
    ),
  )

test('the page says who asks, where access goes, and offers every scope of mine with reads ticked', async () => {
  const { client_id } = await register({ client_name: 'Some App' })
  const browser = await visitor('engineer@example.com')
  const html = await (await browser.get(await authorizePath(client_id))).text()
  expect(html).toContain(`Let Some App use ${title}?`)
  expect(html).toContain('unverified')
  expect(html).toContain('<strong>127.0.0.1</strong>')
  expect(html).toContain('This goes to a program on your computer.')
  expect(html).toContain('engineer@example.com')
  expect(html).toContain('Query database')
  expect(boxesIn(html)).toEqual({ 'postgres:read': true, 'postgres:write': false })
})

test('a client that asks for scopes is offered those and no others', async () => {
  const { client_id } = await register()
  const browser = await visitor('engineer@example.com')
  const boxes = async (scope: string) =>
    boxesIn(await (await browser.get(await authorizePath(client_id, { scope }))).text())
  expect(await boxes('postgres:read')).toEqual({ 'postgres:read': true })
  expect(await boxes('postgres:read postgres:write offline_access')).toEqual({
    'postgres:read': true,
    'postgres:write': true,
  })
  expect(await boxes('openid profile')).toEqual({ 'postgres:read': true, 'postgres:write': false })
})

test('scopes that policy does not give the person are named and can’t be granted', async () => {
  const { client_id } = await register()
  const browser = await visitor('analyst@example.com')
  const path = await authorizePath(client_id, { scope: 'postgres:read postgres:write' })
  const html = await (await browser.get(path)).text()
  expect(boxesIn(html)).toEqual({ 'postgres:read': true })
  expect(html).toContain('It also asked for postgres:write')
  const redirect = await consent(browser, path, ['postgres:read', 'postgres:write'])
  const tokens = await (await exchange(client_id, codeOf(redirect))).json<Tokens>()
  expect(tokens.scope).toBe('postgres:read')
})

test('a ticked scope that was not offered is not granted, even when policy would give it', async () => {
  const { client_id } = await register()
  const browser = await visitor('engineer@example.com')
  const path = await authorizePath(client_id, { scope: 'postgres:read' })
  const redirect = await consent(browser, path, ['postgres:read', 'postgres:write', 'other:scope'])
  const tokens = await (await exchange(client_id, codeOf(redirect))).json<Tokens>()
  expect(tokens.scope).toBe('postgres:read')
})

test('somebody whom policy gives nothing sees a page that says so, and the client hears nothing', async () => {
  const { client_id } = await register()
  const browser = await visitor('outsider@example.com')
  const path = await authorizePath(client_id)
  const response = await browser.get(path)
  expect(response.status).toBe(403)
  expect(response.headers.get('location')).toBeNull()
  const html = await response.text()
  expect(html).toContain(`${title} isn’t open to you`)
  expect(html).not.toContain(callback)
  expect(html).not.toContain('name="handle"')
})

test('unticking everything asks again instead of granting nothing', async () => {
  const { client_id } = await register()
  const browser = await visitor('engineer@example.com')
  const path = await authorizePath(client_id)
  const response = await decide(browser, path, await handleOf(browser, path), [])
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('Tick at least one permission')
})

test('denying tells the client, and the same page can’t approve afterwards', async () => {
  const { client_id } = await register()
  const browser = await visitor('engineer@example.com')
  const path = await authorizePath(client_id)
  const handle = await handleOf(browser, path)
  const denied = await decide(browser, path, handle, ['postgres:read'], 'deny')
  expect(denied.status).toBe(302)
  const location = new URL(denied.headers.get('location') ?? '')
  expect(Object.fromEntries(location.searchParams)).toEqual({
    error: 'access_denied',
    state: 'client-state',
    iss: issuer,
  })
  const after = await decide(browser, path, handle, ['postgres:read'])
  expect(after.status).toBe(400)
  expect(after.headers.get('location')).toBeNull()
})

test('a handle works once', async () => {
  const { client_id } = await register()
  const browser = await visitor('engineer@example.com')
  const path = await authorizePath(client_id)
  const handle = await handleOf(browser, path)
  expect((await decide(browser, path, handle, ['postgres:read'])).status).toBe(302)
  expect((await decide(browser, path, handle, ['postgres:read'])).status).toBe(400)
})

test('a page opened in one browser can’t be approved from another', async () => {
  const { client_id } = await register()
  const path = await authorizePath(client_id)
  const attacker = await visitor('analyst@example.com')
  const victim = await visitor('engineer@example.com')
  const handle = await handleOf(attacker, path)
  const response = await decide(victim, path, handle, ['postgres:read'])
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
})

test.each([
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  [
    'the same site under another name',
    { origin: 'http://127.0.0.1:8701', 'sec-fetch-site': 'same-site' },
  ],
  ['nowhere that it names', {}],
])('a form sent from %s is refused', async (_from, headers) => {
  const { client_id } = await register()
  const browser = await visitor('engineer@example.com')
  const path = await authorizePath(client_id)
  const fields = [
    ['handle', await handleOf(browser, path)],
    ['scope', 'postgres:read'],
    ['decision', 'approve'],
  ] as const
  const response = await browser.post(path, fields, headers)
  expect(response.status).toBe(403)
})

test('a page shown to one person can’t be approved by the next one in the same browser', async () => {
  const { client_id } = await register()
  const browser = await visitor('engineer@example.com')
  const path = await authorizePath(client_id)
  const handle = await handleOf(browser, path)
  await browser.signIn('admin@example.com')
  const response = await browser.post(path, [
    ['handle', handle],
    ['as', 'engineer%40example.com'],
    ['scope', 'postgres:read'],
    ['decision', 'approve'],
  ])
  expect(response.status).toBe(400)
})

test('the page can’t be framed and runs no script of others', async () => {
  const { client_id } = await register({ redirect_uris: ['https://app.example/callback'] })
  const browser = await visitor('engineer@example.com')
  const path = await authorizePath(client_id, { redirect_uri: 'https://app.example/callback' })
  const { headers } = await browser.get(path)
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self' https://app.example; base-uri 'none'; frame-ancestors 'none'",
  )
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('referrer-policy')).toBe('same-origin')
})

test.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['"><img src=x onerror=alert(1)>', '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;'],
  ['Claude\u202Egnp', 'Claude‹U+202E›gnp'],
  ['Claude\u200B Code', 'Claude‹U+200B› Code'],
  ['one\n\n\ntwo', 'one two'],
])('the client name %j is shown harmlessly', async (name, shown) => {
  const { client_id } = await register({ client_name: name })
  const browser = await visitor('engineer@example.com')
  const html = await (await browser.get(await authorizePath(client_id))).text()
  expect(html).toContain(`Let ${shown} use ${title}?`)
  expect(html).not.toContain(name)
})

test('a client can step up: asking for more gets a new grant, and the old one ends', async () => {
  const { client_id } = await register()
  const browser = await visitor('engineer@example.com')
  const connect = async (scope: string) => {
    const path = await authorizePath(client_id, { scope })
    const redirect = await consent(browser, path, scope.split(' '))
    return (await exchange(client_id, codeOf(redirect))).json<Tokens>()
  }
  const before = await connect('postgres:read')
  const after = await connect('postgres:read postgres:write')
  expect(after.scope).toBe('postgres:read postgres:write')
  expect(await validated(after.access_token)).toMatchObject({
    scope: ['postgres:read', 'postgres:write'],
  })
  expect(await validated(before.access_token)).toBeNull()
})
