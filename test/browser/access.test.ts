import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStack, type Stack } from '../local/stack.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const resource = 'http://127.0.0.1:8701/mcp'

let stack: Stack
let hub = ''
let browser: Browser
/** A client waiting for its code, and a page of another origin that frames the hub. */
let elsewhere: Server
let other = ''

beforeAll(async () => {
  elsewhere = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(request.url === '/frame' ? `<iframe src="${hub}/sign-in"></iframe>` : 'received')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  other = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  const ENDPOINTS = '{"postgres":"http://127.0.0.1:8701"}'
  stack = await startStack({ portBase: 'free', workers: ['hub'], settings: { hub: { ENDPOINTS } } })
  hub = stack.urls.hub ?? ''
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
})
afterAll(async () => {
  await browser?.close()
  await stack?.close()
  elsewhere?.close()
})

/** A page of a browser of its own, with what it complained about. */
async function open(options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load'))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { context, page, complaints }
}

async function signIn(page: Page, email: string) {
  await page.goto(`${hub}/sign-in`)
  await page.click(`button[value="${email}"]`)
}

async function authorizeUrl(name = 'Claude Code') {
  const redirect = `${other}/callback`
  const response = await fetch(`${hub}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: name,
      redirect_uris: [redirect],
      token_endpoint_auth_method: 'none',
    }),
  })
  const { client_id } = (await response.json()) as { client_id: string }
  const query = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: redirect,
    state: 's',
    code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
    code_challenge_method: 'S256',
    resource,
  })
  const exchange = async (code: string) => {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id,
      code,
      redirect_uri: redirect,
      code_verifier: 'v'.repeat(43),
    })
    return (await fetch(`${hub}/oauth/token`, { method: 'POST', body })).status
  }
  return { url: `${hub}/authorize?${query}`, exchange }
}

test('a person signs in, allows an app and ends it again, all by clicks', async () => {
  const { page, complaints } = await open()
  const { url, exchange } = await authorizeUrl()
  await page.goto(url)
  await page.click('button[value="engineer@example.com"]')
  await page.check('input[value="postgres:write"]')
  await page.click('button[value="approve"]')
  await page.waitForURL(`${other}/callback**`)
  expect(await exchange(new URL(page.url()).searchParams.get('code') ?? '')).toBe(200)
  await page.goto(`${hub}/access`)
  expect(await page.textContent('tbody')).toContain('Claude Code')
  await page.click('tbody button')
  await page.locator('main', { hasText: 'No app is connected' }).waitFor()
  expect(complaints).toEqual([])
})

test('consent works by keyboard alone', async () => {
  const { page } = await open()
  await signIn(page, 'engineer@example.com')
  const { url } = await authorizeUrl()
  await page.goto(url)
  await page.focus('input[value="postgres:read"]')
  await page.keyboard.press('Space') // unticks the read
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space') // ticks the write
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.value')).toBe('approve')
  await page.keyboard.press('Enter')
  await page.waitForURL(`${other}/callback**`)
})

test('the copy button copies the address', async () => {
  const { page, context } = await open()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(page, 'engineer@example.com')
  await page.click(`button[data-copy="${resource}"]`)
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(resource)
})

test('no other site can frame the hub', async () => {
  const { page } = await open()
  await page.goto(`${other}/frame`)
  const frame = page.frames().find((one) => one !== page.mainFrame())
  await frame?.waitForLoadState()
  expect(await frame?.content()).not.toContain('Who are you today?')
})

test('a hostile client name shows as text', async () => {
  const { page, complaints } = await open()
  const name = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
  await signIn(page, 'engineer@example.com')
  await page.goto((await authorizeUrl(name)).url)
  expect(await page.textContent('h1')).toContain('<img src=x onerror=')
  expect(await page.title()).toContain('Allow <img')
  expect(complaints).toEqual([])
})

test.each(['light', 'dark'] as const)(
  'nothing serious for axe, nothing wider than the window: %s, phone and desktop',
  async (colorScheme) => {
    for (const viewport of [
      { width: 390, height: 844 },
      { width: 1280, height: 800 },
    ]) {
      const { page, context } = await open({ colorScheme, viewport, bypassCSP: true })
      const check = async (url: string) => {
        await page.goto(url)
        await page.evaluate(axe)
        const found = await page.evaluate(
          "axe.run().then((r) => r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.id + ' ' + v.nodes[0].target))",
        )
        expect([url, found]).toEqual([url, []])
        const overflow = 'document.documentElement.scrollWidth - innerWidth'
        expect([url, await page.evaluate(overflow)]).toEqual([url, 0])
      }
      await check(`${hub}/sign-in`)
      await signIn(page, 'engineer@example.com')
      const long = 'VeryLongNameWithoutAnySpaceInIt'.repeat(3)
      for (const path of ['/', '/access', '/nowhere', '/signed-out']) await check(hub + path)
      await check((await authorizeUrl(long)).url)
      await signIn(page, 'outsider@example.com')
      await check(`${hub}/`)
      await check((await authorizeUrl()).url)
      await context.close()
    }
  },
)
