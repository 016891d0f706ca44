import { expect, test, vi } from 'vitest'
import { seal } from '../../../workers/hub/seal.ts'
import { ownPath } from '../../../workers/hub/session.ts'
import { fetchHub, issuer, newBrowser, validated } from './hub.ts'

const cookie = '__Host-gatehouse-session'
const secret = 'test-session-secret-of-at-least-32-characters'

async function signedIn() {
  const browser = newBrowser()
  await browser.signIn('engineer@example.com')
  return browser
}
const isIn = async (browser: ReturnType<typeof newBrowser>) =>
  (await browser.get('/')).status === 200

test('the session cookie is sealed, of this host only, and out of reach of scripts', async () => {
  const response = await newBrowser().signIn('engineer@example.com')
  const line = response.headers.getSetCookie().find((one) => one.startsWith(cookie)) ?? ''
  expect(line).toMatch(
    /^__Host-gatehouse-session=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  expect(Buffer.from(line, 'base64url').toString('latin1')).not.toContain('engineer')
})

test('every edit of the cookie signs the person out', async () => {
  const browser = await signedIn()
  const sealed = browser.cookie(cookie) ?? ''
  const bytes = Buffer.from(sealed, 'base64url')
  for (let at = 0; at < bytes.length; at += 7) {
    const edited = Buffer.from(bytes)
    edited[at] = (edited[at] ?? 0) ^ 1
    browser.setCookie(cookie, edited.toString('base64url'))
    expect(await isIn(browser)).toBe(false)
  }
  for (const other of ['', 'x', sealed.slice(0, -4), `${sealed}AAAA`, sealed.repeat(2)]) {
    browser.setCookie(cookie, other)
    expect(await isIn(browser)).toBe(false)
  }
  browser.setCookie(cookie, sealed)
  expect(await isIn(browser)).toBe(true)
})

const session = { id: 'session:x', userId: 'admin%40example.com', startedAt: Date.now() }

test.each([
  ['another secret', seal(`${secret}!`, 'session', session)],
  ['another purpose', seal(secret, 'sign-in', session)],
  ['a shape of its own', seal(secret, 'session', { ...session, startedAt: 'now' })],
])('a cookie sealed with %s signs nobody in', async (_what, sealed) => {
  const browser = newBrowser()
  await browser.signIn('admin@example.com')
  browser.setCookie(cookie, sealed)
  expect(await isIn(browser)).toBe(false)
})

test('a session of somebody who never signed in here opens nothing', async () => {
  const browser = newBrowser()
  const stranger = { ...session, userId: 'stranger%40example.com' }
  browser.setCookie(cookie, seal(secret, 'session', stranger))
  expect(await isIn(browser)).toBe(false)
})

test('a session ends after an hour', async () => {
  const browser = await signedIn()
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    vi.setSystemTime(Date.now() + 59 * 60_000)
    expect(await isIn(browser)).toBe(true)
    vi.setSystemTime(Date.now() + 60_000)
    expect(await isIn(browser)).toBe(false)
  } finally {
    vi.useRealTimers()
  }
})

test('signing out ends the session for a copied cookie too', async () => {
  const browser = await signedIn()
  const copy = newBrowser()
  copy.setCookie(cookie, browser.cookie(cookie) ?? '')
  expect(await isIn(copy)).toBe(true)
  const response = await browser.post('/sign-out', [])
  expect(response.headers.get('location')).toBe('/signed-out')
  expect(browser.cookieNames()).not.toContain(cookie)
  expect(await isIn(copy)).toBe(false)
})

test('a GET never signs out', async () => {
  const browser = await signedIn()
  expect((await browser.get('/sign-out')).status).toBe(404)
  expect(await isIn(browser)).toBe(true)
})

test.each([
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\\/evil.example', '/'],
  ['/%09/evil.example', '/%09/evil.example'],
  ['/\t/evil.example', '/'],
  ['/\n//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['http:evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['@evil.example', '/'],
  ['.evil.example', '/'],
  ['/..//evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/x/..//evil.example', '/'],
  ['/sign-in?return_to=/sign-in', '/'],
  ['/sign-out', '/'],
  ['', '/'],
  [undefined, '/'],
  ['/access', '/access'],
  ['/authorize?client_id=a&scope=b%20c', '/authorize?client_id=a&scope=b%20c'],
  ['/access#fragment', '/access'],
])('after sign-in %j leads to %j', async (returnTo, path) => {
  expect(ownPath(returnTo, issuer)).toBe(path)
  const response = await newBrowser().signIn('engineer@example.com', returnTo)
  const location = response.headers.get('location') ?? ''
  expect(location).toBe(path)
  expect(new URL(location, issuer).origin).toBe(issuer)
})

test('nobody but the four people can sign in to a development hub', async () => {
  const response = await newBrowser().signIn('somebody@example.com')
  expect(response.status).toBe(400)
  expect(response.headers.getSetCookie()).toEqual([])
})

test('a page under another name of this Worker is sent to the hub’s own', async () => {
  const get = await fetchHub(new Request('http://rebound.example:8700/access?x=1'))
  expect(get.headers.get('location')).toBe(`${issuer}/access?x=1`)
  const post = await fetchHub(
    new Request('http://rebound.example:8700/sign-in', {
      method: 'POST',
      headers: { origin: 'http://rebound.example:8700' },
      body: new URLSearchParams({ email: 'admin@example.com' }),
    }),
  )
  expect(post.status).toBe(421)
  expect(post.headers.getSetCookie()).toEqual([])
})

test('an access token is no session, and a session no token', async () => {
  const browser = newBrowser()
  const response = await browser.get('/', { authorization: 'Bearer engineer%40example.com:a:b' })
  expect(response.status).toBe(302)
  const other = await signedIn()
  expect(await validated(other.cookie(cookie) ?? '')).toBeNull()
})
