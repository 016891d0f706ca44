/** Revocation, disabling and kill switches as a connected client meets them, and sessions that come and go. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from '../local/browser.ts'
import { connect } from '../local/sign-in.ts'
import { startStack, type Stack } from '../local/stack.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-switches-'))
let stack: Stack
let resource: string
const start = () => startStack({ portBase: 9100, stateDir: folder, workers: ['hub', 'postgres'] })
beforeAll(async () => {
  stack = await start()
  resource = `${stack.urls.postgres}/mcp`
})
afterAll(async () => {
  await stack?.close()
  rmSync(folder, { recursive: true, force: true })
})

const modern = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}
async function call(token: string, name: string, args: Record<string, unknown> = {}) {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${token}`,
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': name,
  }
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: args, _meta: modern },
  })
  const answer = await fetch(resource, { method: 'POST', headers, body })
  return { status: answer.status, text: await answer.text() }
}

/** Calls until the answer is as wanted; fails when it isn't within ten seconds. */
async function within10Seconds(until: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await until())) {
    if (Date.now() > end) throw new Error('Not within 10 seconds.')
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

async function admin(): Promise<Browser> {
  const browser = new Browser()
  const page = await browser.open(`${stack.urls.hub}/admin`)
  await browser.submit(page, { email: 'admin@example.com' })
  return browser
}

describe('a connection', () => {
  it('revoked at /access is refused within 10 seconds, while another of the same person goes on', async () => {
    const browser = new Browser({ stopAt: (url) => url.startsWith('http://localhost:33418/') })
    const kept = await connect({ resource, email: 'analyst@example.com', browser })
    const gone = await connect({ resource, email: 'analyst@example.com', browser })
    expect((await call(gone.access_token, 'list_databases')).status).toBe(200)
    const page = await browser.open(`${stack.urls.hub}/access`)
    const [, connection = ''] = /name="connection"[^>]*value="([^"]+)"/.exec(page.html) ?? []
    await browser.submit(page, { connection })
    await within10Seconds(async () => {
      const answers = await Promise.all(
        [kept, gone].map(({ access_token }) => call(access_token, 'list_databases')),
      )
      return (
        answers
          .map((answer) => answer.status)
          .sort()
          .join() === '200,401'
      )
    })
  })

  it('of a disabled person is refused within 10 seconds, and a refresh too', async () => {
    const tokens = await connect({ resource, email: 'analyst@example.com' })
    const browser = await admin()
    const page = await browser.open(`${stack.urls.hub}/admin/people?email=analyst@example.com`)
    await browser.submit(page, { email: 'analyst@example.com', reason: 'A test', act: 'disable' })
    await within10Seconds(
      async () => (await call(tokens.access_token, 'list_databases')).status === 401,
    )
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: tokens.client_id,
    })
    const refresh = await fetch(`${stack.urls.hub}/oauth/token`, { method: 'POST', body })
    expect([refresh.status, await refresh.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_grant' }),
    ])
  })
})

describe('a kill switch', () => {
  const turn = async (browser: Browser, off: 'off' | 'on', kind: string, name: string) => {
    const page = await browser.open(`${stack.urls.hub}/admin`)
    await browser.submit(page, { kind, name, reason: 'A test', off })
  }

  it('on a tool reaches reads within 10 seconds and says so to the model; undone the same way', async () => {
    const { access_token: token } = await connect({ resource, email: 'engineer@example.com' })
    const browser = await admin()
    await turn(browser, 'off', 'tool', 'list_databases')
    await within10Seconds(async () =>
      /switched off by an administrator/.test((await call(token, 'list_databases')).text),
    )
    expect((await call(token, 'get_table_schema', { table_name: 'orders' })).text).toContain(
      'columns',
    )
    await turn(browser, 'on', 'tool', 'list_databases')
    await within10Seconds(async () => /shop/.test((await call(token, 'list_databases')).text))
  })

  it('stops the very next write', async () => {
    const { access_token: token } = await connect({
      resource,
      email: 'engineer@example.com',
      scopes: ['postgres:read', 'postgres:write'],
    })
    const write = { statement: `UPDATE products SET name = 'x' WHERE id = 1` }
    expect((await call(token, 'execute_database_write', write)).text).toContain('approval_required')
    const browser = await admin()
    await turn(browser, 'off', 'tool', 'execute_database_write')
    expect((await call(token, 'execute_database_write', write)).text).toMatch(
      /forbidden: .*switched off/,
    )
    await turn(browser, 'on', 'tool', 'execute_database_write')
  })
})

describe('a 2025-era session', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: { url: {} } },
      clientInfo: { name: 't', version: '1' },
    },
  }
  const ask = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'list_databases', arguments: {} },
  }
  const post = async (token: string, message: object, session?: string) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2025-11-25',
      ...(session !== undefined && { 'mcp-session-id': session }),
    }
    const answer = await fetch(resource, { method: 'POST', headers, body: JSON.stringify(message) })
    return {
      status: answer.status,
      session: answer.headers.get('mcp-session-id'),
      text: await answer.text(),
    }
  }

  it('goes on after the endpoint was deployed anew, and another person’s session id is worthless', async () => {
    const mine = await connect({ resource, email: 'engineer@example.com' })
    const opened = await post(mine.access_token, initialize)
    const session = opened.session ?? ''
    expect(session).not.toBe('')
    await post(mine.access_token, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)
    await stack.close()
    stack = await start()
    const after = await post(mine.access_token, ask, session)
    expect([after.status, after.session, after.text.includes('shop')]).toEqual([200, session, true])
    const other = await connect({ resource, email: 'admin@example.com' })
    const stolen = await post(other.access_token, ask, session)
    expect([stolen.status, stolen.session]).toEqual([200, null])
    const ended = await fetch(resource, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${other.access_token}`, 'mcp-session-id': session },
    })
    expect(ended.status).toBe(404)
    expect((await post(mine.access_token, ask, session)).session).toBe(session)
  })

  it('that nobody knows never breaks a tool call', async () => {
    const { access_token: token } = await connect({ resource, email: 'engineer@example.com' })
    const answer = await post(token, ask, 'e2a9b7c0-lost')
    expect([answer.status, answer.text.includes('shop')]).toEqual([200, true])
  })
})
