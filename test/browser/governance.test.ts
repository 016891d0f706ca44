/** Approvals, audit and administration in Chromium, with writes that a real MCP client proposed. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { argumentsHash } from '../../shared/hash.ts'
import { verifyLedger } from '../../shared/ledger-verification.ts'
import type { Preview } from '../../shared/tool.ts'
import { connect } from '../local/sign-in.ts'
import { startStack, type Stack } from '../local/stack.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let stack: Stack
let hub = ''
let resource = ''
let browser: Browser
let engineer: Person
let admin: Person

beforeAll(async () => {
  const relay = { id: 'relay', main: 'test/browser/relay.ts', like: 'postgres' }
  stack = await startStack({ portBase: 'free', workers: ['hub', 'postgres'], fixtures: [relay] })
  hub = stack.urls.hub ?? ''
  resource = `${stack.urls.postgres}/mcp`
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
  engineer = await signedIn('engineer@example.com')
  admin = await signedIn('admin@example.com')
})
afterAll(async () => {
  await browser?.close()
  await stack?.close()
})

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string
    readonly nodes: readonly { readonly target: unknown }[]
  }[]
}

interface Person {
  readonly page: Page
  readonly token: string
  /** What the browser complained about: scripts, policy violations, dialogs. */
  readonly complaints: string[]
  readonly call: (name: string, args: Record<string, unknown>) => Promise<Record<string, unknown>>
}

/** Somebody at a browser of their own, with an MCP client that may write. */
async function signedIn(email: string): Promise<Person> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load'))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(`${hub}/sign-in`)
  await page.click(`button[value="${email}"]`)
  const { access_token: token } = await connect({
    resource,
    email,
    scopes: ['postgres:read', 'postgres:write'],
  })
  const mcp = new Client(
    { name: 'claude.ai', version: '1' },
    { versionNegotiation: { mode: 'auto' } },
  )
  await mcp.connect(
    new StreamableHTTPClientTransport(new URL(resource), {
      authProvider: { token: async () => token },
    }),
  )
  const call = async (name: string, args: Record<string, unknown>) =>
    (await mcp.callTool({ name, arguments: args })).structuredContent as Record<string, unknown>
  return { page, token, complaints, call }
}

const write = (person: Person, statement: string) =>
  person.call('execute_database_write', { statement })
const collect = (person: Person, proposed: Record<string, unknown>) =>
  person.call('get_postgres_approval_result', {
    approval_id: proposed.approval_id,
    wait_seconds: 5,
  })

/** Waits until the page, which loads itself anew, says so. */
const statusBecomes = (page: Page, words: string) =>
  page.waitForSelector(`[role=status]:text-is("${words}")`, { timeout: 20_000 })

/** How many pixels stick out at the right. */
const overflow = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')

/** A proposal with a preview of any shape. @returns its page */
async function propose(preview: Preview): Promise<string> {
  const args = { statement: '</pre><script>alert(3)</script>', database: 'shop' }
  const id = crypto.randomUUID()
  const proposal = {
    id,
    tool: 'execute_database_write',
    args,
    argumentsHash: argumentsHash(args),
    preview,
    country: 'DE',
    workerVersion: '',
  }
  const body = JSON.stringify(['propose', resource, engineer.token, proposal])
  const answer = await fetch(stack.urls.relay ?? '', { method: 'POST', body })
  const { status } = (await answer.json()) as { status: { url: string } }
  return status.url
}

const hostile: Preview = {
  summary: '<script>alert(1)</script>\u202egnihton',
  changes: [{ field: '"><img src=x onerror=alert(2)>', from: '\u202e', to: 'x'.repeat(100_000) }],
  rows: {
    columns: Array.from({ length: 60 }, (_, i) => `<b>${i}`),
    rows: Array.from({ length: 10_000 }, (_, i) => ({
      before: [i, '<i>'],
      after: [i, '</td></table><h1>owned'],
    })),
    total: 10_000,
  },
  text: { before: '</pre>', after: '<a href="javascript:alert(4)">x</a>' },
  facts: { '<style>*{display:none}</style>': '\u0007' },
}

test('a write is proposed by MCP, approved by a click, collected and done', async () => {
  const { page, complaints } = engineer
  const proposed = await write(engineer, "UPDATE products SET name = 'By click' WHERE id = 1")
  await page.goto(String(proposed.approval_url))
  expect(await page.textContent('main')).toContain('By click')
  await page.fill('#note', 'Looks right.')
  await page.click('button[value="approve"]')
  expect(await page.textContent('[role=status]')).toBe('Approved, not run')
  expect(await collect(engineer, proposed)).toMatchObject({
    status: 'done',
    note: expect.stringContaining('Looks right.'),
  })
  // The page finds out by itself, without a script of its own.
  await statusBecomes(page, 'Done')
  expect(complaints).toEqual([])
})

test('one is denied with a note that reaches the model', async () => {
  const proposed = await write(engineer, "UPDATE products SET name = 'Never' WHERE id = 1")
  await engineer.page.goto(String(proposed.approval_url))
  await engineer.page.fill('#note', 'Not this week.')
  await engineer.page.click('button[value="deny"]')
  expect(await collect(engineer, proposed)).toMatchObject({
    status: 'denied',
    note: expect.stringContaining('Not this week.'),
  })
})

test('four eyes: the proposer’s browser has no button, the other one has', async () => {
  const proposed = await write(engineer, 'UPDATE orders SET failure_reason = NULL WHERE id <= 150')
  const url = String(proposed.approval_url)
  await engineer.page.goto(url)
  expect(await engineer.page.locator('button[value="approve"]').count()).toBe(0)
  await admin.page.goto(`${hub}/approvals`)
  await admin.page.click(`a[href="${new URL(url).pathname}"]`)
  await admin.page.click('button[value="approve"]')
  expect(await collect(engineer, proposed)).toMatchObject({ status: 'done' })
})

test('it works by keyboard alone', async () => {
  const url = await propose({ summary: 'By keyboard' })
  await engineer.page.goto(url)
  await engineer.page.focus('#note')
  await engineer.page.keyboard.type('fine')
  await engineer.page.keyboard.press('Tab')
  await engineer.page.keyboard.press('Enter')
  await statusBecomes(engineer.page, 'Approved, not run')
})

test.each([
  ['a desktop in the light', { width: 1280, height: 900 }, 'light'],
  ['a phone in the dark', { width: 390, height: 844 }, 'dark'],
] as const)('a hostile preview is shown harmlessly on %s', async (_, size, colorScheme) => {
  const { page, complaints } = engineer
  await page.setViewportSize(size)
  await page.emulateMedia({ colorScheme })
  await page.goto(await propose(hostile))
  const text = (await page.textContent('main')) ?? ''
  expect(text).toContain('<script>alert(1)</script>‹U+202E›gnihton')
  expect(text).toContain('50 of 10,000 rows shown')
  expect(text).toContain('of 100,000 characters shown')
  expect(
    await page.locator('main img, main script, main style, main a[href^="javascript"]').count(),
  ).toBe(0)
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  expect(await page.isVisible('button[value="approve"]')).toBe(true)
  expect(complaints).toEqual([])
})

test('the audit is filtered, opened and exported, and what was exported verifies', async () => {
  const { page, complaints } = admin
  await page.goto(`${hub}/audit`)
  await page.fill('input[name="user"]', 'engineer')
  await page.selectOption('select[name="kind"]', 'outcome')
  await page.click('button:has-text("Show")')
  await page.waitForURL('**kind=outcome**')
  const outcomes = await page.locator('tbody .badge').allTextContents()
  expect(outcomes.length).toBeGreaterThanOrEqual(2)
  expect(new Set(outcomes)).toEqual(new Set(['done']))
  await page.click('table.events tbody tr:first-child a')
  await page.waitForURL('**/audit/row/**')
  expect(await page.textContent('main')).toContain('This row is genuine and follows its neighbours')
  await page.goto(`${hub}/audit?integration=postgres`)
  const waiting = page.waitForEvent('download')
  await page.click('a:has-text("Whole days")')
  const file = readFileSync(await (await waiting).path(), 'utf8')
  const verdict = await verifyLedger(file.split('\n'))
  expect(verdict).toMatchObject({ ok: true })
  expect(verdict.rows).toBeGreaterThan(10)
  expect(complaints).toEqual([])
})

test('a kill switch is turned and undone by clicks', async () => {
  const { page } = admin
  await page.goto(`${hub}/admin`)
  await page.selectOption('select[name="kind"]', 'tool')
  await page.fill(
    'form[action="/admin/switches"] input[name="name"] >> visible=true',
    'execute_database_write',
  )
  await page.fill(
    'form[action="/admin/switches"] input[name="reason"] >> visible=true',
    'Trying it out',
  )
  const on = page.locator('button:has-text("Switch on again")')
  await page.click('button[value="off"]')
  await on.waitFor()
  expect(await page.textContent('main')).toContain('Trying it out')
  expect(await write(engineer, "UPDATE products SET name = 'Stopped' WHERE id = 1")).toBeUndefined()
  await on.click()
  await on.waitFor({ state: 'detached' }) // a click doesn't wait for the page it leads to
  // An endpoint may know the switch as it was for as long as it remembers a token.
  await expect
    .poll(() => write(engineer, "UPDATE products SET name = 'On again' WHERE id = 1"), {
      timeout: 12_000,
      interval: 1_000,
    })
    .toMatchObject({ status: 'approval_required' })
})

test('no page has a serious problem of accessibility, nor is wider than a phone', async () => {
  const { page } = admin
  const rows = {
    columns: ['id', 'status'],
    rows: [{ before: [7, 'paid'], after: [7, 'refunded'] }],
    total: 1,
  }
  const paths = [
    new URL(await propose({ summary: 'Rows', rows })).pathname,
    new URL(
      await propose({
        summary: 'Text',
        text: { before: 'a\nb', after: 'a\nc' },
        facts: { rows: 500 },
      }),
    ).pathname,
    '/approvals',
    '/audit',
    '/audit?user=nobody',
    `/audit/row/postgres/${new Date().toISOString().slice(0, 10)}/2`,
    '/admin',
    '/admin?user=engineer@example.com&groups=engineering&tool=execute_database_write',
    '/admin/people?email=engineer@example.com',
  ]
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width: 390, height: 844 })
    for (const path of paths) {
      await page.goto(hub + path)
      if ((await overflow(page)) > 0) found.push(`${path} is wider than a phone`)
      // The browser's own tool may run a script where the page may not.
      await page.evaluate(axe)
      const { violations } = await page.evaluate<AxeResult>('axe.run()')
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id} ${JSON.stringify(nodes[0]?.target)}`)
      found.push(...serious.map((one) => `${colorScheme} ${path}: ${one}`))
    }
  }
  expect(found).toEqual([])
})
