import { beforeAll, expect, test, vi } from 'vitest'
import { configuration } from '../../../workers/hub/configuration.ts'
import { userIdOf } from '../../../workers/hub/identity.ts'
import { personObject } from '../../../workers/hub/person.ts'
import { seal } from '../../../workers/hub/seal.ts'
import { connected, env, newBrowser, resource } from './hub.ts'

const engineer = newBrowser()
const outsider = newBrowser()
beforeAll(async () => {
  await engineer.signIn('engineer@example.com')
  await outsider.signIn('outsider@example.com')
})

test('the connect page gives the address and what each client needs of it', async () => {
  const html = await (await engineer.get('/')).text()
  expect(html).toContain(`<code tabindex="0">${resource}</code>`)
  expect(html).toContain(
    `<code tabindex="0">claude mcp add --transport http postgres ${resource}</code>`,
  )
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) =>
    href.replaceAll('&amp;', '&'),
  )
  const cursor = new URL(links.find((link) => link.startsWith('cursor:')) ?? '')
  expect(JSON.parse(atob(cursor.searchParams.get('config') ?? ''))).toEqual({ url: resource })
  const code = links.find((link) => link.startsWith('vscode:')) ?? ''
  expect(JSON.parse(decodeURIComponent(code.split('?')[1] ?? ''))).toEqual({
    name: 'postgres',
    type: 'http',
    url: resource,
  })
})

test('whom nothing is open to reads so, and sees no address', async () => {
  const html = await (await outsider.get('/')).text()
  expect(html).toContain('Nothing is open to you yet')
  expect(html).not.toContain(resource)
})

test('a connection is listed with its app, endpoint and scopes', async () => {
  const { browser } = await connected('analyst@example.com')
  const html = await (await browser.get('/access')).text()
  expect(html).toContain('<strong>Test client</strong>')
  expect(html).toContain('<code>postgres:read</code>')
  expect(html).toContain('name not verified')
})

test.each(['/', '/access', '/sign-in', '/signed-out', '/nowhere'])(
  'the page %s has a strict policy, no inline script or style, and can’t be framed',
  async (path) => {
    const response = await engineer.get(path)
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'self'; script-src 'self'; .*frame-ancestors 'none'$/,
    )
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const html = await response.text()
    expect(html).toMatch(/^<!doctype html><html lang="en">/)
    expect(html).not.toMatch(/\sstyle=|<style|\son\w+=|<script(?! src="\/copy\.js")/)
  },
)

test('an address that does not exist is a designed 404', async () => {
  const response = await engineer.get('/nowhere')
  expect(response.status).toBe(404)
  expect(await response.text()).toContain('There is no such page')
})

test('a failure inside is a page in our words, without the error’s', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const broken = {
    ...env,
    PERSON: {
      getByName: () => {
        throw new Error('inner detail')
      },
    },
  }
  const browser = newBrowser(broken as unknown as typeof env)
  browser.setCookie('__Host-gatehouse-session', engineer.cookie('__Host-gatehouse-session') ?? '')
  const response = await browser.get('/')
  expect(response.status).toBe(500)
  const html = await response.text()
  expect(html).toContain('Something went wrong')
  expect(html).not.toContain('inner detail')
  vi.restoreAllMocks()
})

test('names and groups of people are text, whatever they contain', async () => {
  const email = 'scripted@example.com'
  const hostile = { name: '<script>alert(1)</script>', groups: ['<b>group</b>'] }
  await personObject(env, email).signIn({ email, ...hostile, subject: 'x y' })
  const session = { id: 'session:y', userId: userIdOf(email), startedAt: Date.now() + 1 }
  const browser = newBrowser()
  const secret = configuration(env).SESSION_SECRET
  browser.setCookie('__Host-gatehouse-session', seal(secret, 'session', session))
  const html = await (await browser.get('/')).text()
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(html).toContain('&lt;b&gt;group&lt;/b&gt;')
  expect(html).not.toMatch(/<script>|<b>/)
})

test('a form that is larger than any page sends is refused', async () => {
  const response = await engineer.post('/access', [['connection', 'x'.repeat(70_000)]])
  expect(response.status).toBe(413)
})
