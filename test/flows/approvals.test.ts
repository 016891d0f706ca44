/** A write from its proposal to its result, by each shape of client, over the real hub and Postgres endpoint. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser, textOf } from '../local/browser.ts'
import { connect, type Tokens } from '../local/sign-in.ts'
import { startStack, type Stack } from '../local/stack.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-approvals-'))
let stack: Stack
let resource: string
beforeAll(async () => {
  stack = await startStack({ portBase: 9000, stateDir: folder, workers: ['hub', 'postgres'] })
  resource = `${stack.urls.postgres}/mcp`
})
afterAll(async () => {
  await stack?.close()
  rmSync(folder, { recursive: true, force: true })
})

type Shape = { mode: 'legacy' | 'auto'; opensLinks: boolean }
const scopes = ['postgres:read', 'postgres:write']

/** A client of one shape for one person. One that opens links has its person decide there. */
async function client(email: string, shape: Shape, verdict: 'approve' | 'deny' = 'approve') {
  const browser = new Browser({ stopAt: (url) => url.startsWith('http://localhost:33418/') })
  const tokens = await connect({ resource, email, scopes, browser })
  const opened: string[] = []
  const mcp = new Client(
    { name: 'shape', version: '1' },
    {
      versionNegotiation: { mode: shape.mode },
      capabilities: shape.opensLinks ? { elicitation: { url: {} } } : {},
    },
  )
  if (shape.opensLinks) {
    mcp.setRequestHandler('elicitation/create', async ({ params }) => {
      const { url } = params as { url: string }
      opened.push(url)
      await decide(browser, url, verdict)
      return { action: 'accept' }
    })
  }
  await mcp.connect(
    new StreamableHTTPClientTransport(new URL(resource), {
      authProvider: { token: async () => tokens.access_token },
    }),
  )
  return { mcp, browser, opened, tokens }
}

async function decide(
  browser: Browser,
  url: string,
  verdict: 'approve' | 'deny',
  note = '',
  email = 'engineer@example.com',
) {
  let page = await browser.open(url)
  if (/name="email"/.test(page.html)) page = await browser.submit(page, { email })
  return browser.submit(page, { verdict, note })
}

const rename = (name: string, id = 1) => ({
  name: 'execute_database_write',
  arguments: { statement: `UPDATE products SET name = '${name}' WHERE id = ${id}` },
})
const envelope = (result: unknown) =>
  (result as { structuredContent: Record<string, unknown> }).structuredContent
const collect = (mcp: Client, id: unknown, wait = 5) =>
  mcp.callTool({
    name: 'get_postgres_approval_result',
    arguments: { approval_id: id, wait_seconds: wait },
  })
const nameOf = async (mcp: Client, id = 1) => {
  const answer = await mcp.callTool({
    name: 'query_database',
    arguments: { query: `SELECT name FROM products WHERE id = ${id}` },
  })
  return (envelope(answer).rows as string[][])[0]?.[0]
}

describe('a client without elicitation (claude.ai)', () => {
  it.each<Shape['mode']>(['legacy', 'auto'])('completes a write by the link, %s', async (mode) => {
    const { mcp, browser } = await client('engineer@example.com', { mode, opensLinks: false })
    const proposed = envelope(await mcp.callTool(rename(`By link, ${mode}`)))
    expect(proposed).toMatchObject({
      status: 'approval_required',
      summary: expect.stringContaining('Update 1 row of public.products'),
    })
    expect(await nameOf(mcp)).not.toBe(`By link, ${mode}`)
    const page = await decide(browser, String(proposed.approval_url), 'approve')
    expect(textOf(page.html)).toMatch(/continue/i)
    expect(await nameOf(mcp)).not.toBe(`By link, ${mode}`)
    expect(envelope(await collect(mcp, proposed.approval_id))).toMatchObject({
      status: 'done',
      result: { rows: 1 },
    })
    expect(await nameOf(mcp)).toBe(`By link, ${mode}`)
    await mcp.close()
  })

  it('gets the same result again instead of a second run', async () => {
    const { mcp, browser } = await client('engineer@example.com', {
      mode: 'auto',
      opensLinks: false,
    })
    const proposed = envelope(
      await mcp.callTool({
        name: 'execute_database_write',
        arguments: { statement: 'UPDATE products SET price_cents = price_cents + 1 WHERE id = 2' },
      }),
    )
    await decide(browser, String(proposed.approval_url), 'approve')
    const price = async () =>
      (
        envelope(
          await mcp.callTool({
            name: 'query_database',
            arguments: { query: 'SELECT price_cents FROM products WHERE id = 2' },
          }),
        ).rows as number[][]
      )[0]?.[0] ?? 0
    const before = await price()
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => collect(mcp, proposed.approval_id, 10)),
    )
    expect(answers.filter((answer) => envelope(answer).status === 'done').length).toBeGreaterThan(0)
    expect(envelope(await collect(mcp, proposed.approval_id))).toMatchObject({ status: 'done' })
    expect(await price()).toBe(before + 1)
    await mcp.close()
  })

  it('hears a denial with the decider’s note, and nothing runs', async () => {
    const { mcp, browser } = await client('engineer@example.com', {
      mode: 'auto',
      opensLinks: false,
    })
    const proposed = envelope(await mcp.callTool(rename('Denied')))
    await decide(browser, String(proposed.approval_url), 'deny', 'Ask in #operations first.')
    expect(envelope(await collect(mcp, proposed.approval_id))).toMatchObject({
      status: 'denied',
      note: expect.stringContaining('Ask in #operations first.'),
    })
    expect(await nameOf(mcp)).not.toBe('Denied')
    await mcp.close()
  })

  it('has its write refused at the run when the row moved since the preview', async () => {
    const { mcp, browser } = await client('engineer@example.com', {
      mode: 'auto',
      opensLinks: false,
    })
    const first = envelope(await mcp.callTool(rename('First', 3)))
    const second = envelope(await mcp.callTool(rename('Second', 3)))
    for (const one of [first, second]) await decide(browser, String(one.approval_url), 'approve')
    expect(envelope(await collect(mcp, first.approval_id))).toMatchObject({ status: 'done' })
    expect(envelope(await collect(mcp, second.approval_id))).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_rejected' },
    })
    expect(await nameOf(mcp, 3)).toBe('First')
    await mcp.close()
  })
})

describe('a client that opens links', () => {
  it.each<Shape['mode']>(['auto', 'legacy'])(
    'is sent to the link and gets the result from the same call, %s',
    async (mode) => {
      const { mcp, opened } = await client('engineer@example.com', { mode, opensLinks: true })
      expect(
        envelope(await mcp.callTool(rename(`By elicitation, ${mode}`), { timeout: 60_000 })),
      ).toMatchObject({ status: 'done', result: { rows: 1 } })
      expect(opened).toEqual([expect.stringContaining('/approvals/')])
      expect(await nameOf(mcp)).toBe(`By elicitation, ${mode}`)
      await mcp.close()
    },
  )

  it('hears a denial the same way', async () => {
    const { mcp } = await client('engineer@example.com', { mode: 'auto', opensLinks: true }, 'deny')
    expect(envelope(await mcp.callTool(rename('Denied there'), { timeout: 60_000 }))).toMatchObject(
      { status: 'denied' },
    )
    await mcp.close()
  })
})

describe('four eyes', () => {
  it('let an administrator decide a large write, and never its proposer', async () => {
    const { mcp, browser } = await client('engineer@example.com', {
      mode: 'auto',
      opensLinks: false,
    })
    const large = {
      name: 'execute_database_write',
      arguments: { statement: 'UPDATE orders SET failure_reason = NULL WHERE id <= 150' },
    }
    const proposed = envelope(await mcp.callTool(large))
    expect(proposed).toMatchObject({ status: 'approval_required' })
    const own = await browser.open(String(proposed.approval_url))
    expect(own.html).not.toMatch(/value="approve"/)
    const admin = new Browser()
    await decide(admin, String(proposed.approval_url), 'approve', '', 'admin@example.com')
    expect(envelope(await collect(mcp, proposed.approval_id))).toMatchObject({
      status: 'done',
      result: { rows: 150 },
    })
    await mcp.close()
  })
})

describe('an approval of somebody else', () => {
  it('is not found, by its id or its page', async () => {
    const { mcp, browser } = await client('engineer@example.com', {
      mode: 'auto',
      opensLinks: false,
    })
    const proposed = envelope(await mcp.callTool(rename('Mine')))
    const other = await client('admin@example.com', { mode: 'auto', opensLinks: false })
    expect(await collect(other.mcp, proposed.approval_id, 0)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^not_found/) }],
    })
    const analyst = new Browser()
    let page = await analyst.open(String(proposed.approval_url))
    page = await analyst.submit(page, { email: 'analyst@example.com' })
    expect([page.status, page.html.includes('Mine')]).toEqual([404, false])
    await decide(browser, String(proposed.approval_url), 'deny')
    await Promise.all([mcp.close(), other.mcp.close()])
  })

  it('can’t be decided with the client’s own token, nor by opening the page', async () => {
    const { mcp, tokens, browser } = await client('engineer@example.com', {
      mode: 'auto',
      opensLinks: false,
    })
    const proposed = envelope(await mcp.callTool(rename('By token')))
    const url = String(proposed.approval_url)
    const attempts = await Promise.all([
      approveWithToken(url, tokens),
      fetch(`${url}?verdict=approve`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
        redirect: 'manual',
      }),
    ])
    expect(attempts.map((answer) => answer.status).every((status) => status >= 300)).toBe(true)
    await browser.open(url)
    expect(envelope(await collect(mcp, proposed.approval_id, 0))).toMatchObject({
      status: 'approval_required',
    })
    await mcp.close()
  })
})

const approveWithToken = (url: string, tokens: Tokens) =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ verdict: 'approve' }),
    headers: {
      authorization: `Bearer ${tokens.access_token}`,
      origin: new URL(url).origin,
      'sec-fetch-site': 'same-origin',
    },
  })
