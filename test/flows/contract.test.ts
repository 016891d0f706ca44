/** What every endpoint owes its clients, whatever system is behind it: one contract, run against each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogue } from '../../shared/catalogue.ts'
import type { Catalogue } from '../../shared/policy.ts'
import { version } from '../../shared/version.ts'
import { connect } from '../local/sign-in.ts'
import { startStack, type Stack } from '../local/stack.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-contract-'))
const everything: Catalogue = catalogue
const endpoints = Object.keys(catalogue)
let stack: Stack
const tokens = new Map<string, string>()

beforeAll(async () => {
  stack = await startStack({ portBase: 'free', stateDir: folder })
  for (const id of endpoints) {
    const scopes = [`${id}:read`]
    const { access_token: token } = await connect({
      resource: urlOf(id),
      email: 'engineer@example.com',
      scopes,
    })
    tokens.set(id, token)
  }
})
afterAll(async () => {
  await stack?.close()
  rmSync(folder, { recursive: true, force: true })
})

const urlOf = (id: string) => `${stack.urls[id]}/mcp`
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'contract', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}
async function rpc(
  id: string,
  method: string,
  params: Record<string, unknown> = {},
  more: Record<string, string> = {},
) {
  const name = params.name ?? params.uri
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${tokens.get(id)}`,
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof name === 'string' && { 'mcp-name': name }),
    ...more,
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } })
  const answer = await fetch(urlOf(id), { method: 'POST', headers, body })
  const text = await answer.text()
  return {
    status: answer.status,
    challenge: answer.headers.get('www-authenticate') ?? '',
    text,
    json: text.startsWith('{')
      ? (JSON.parse(text) as { result?: Record<string, unknown>; error?: unknown })
      : {},
  }
}

describe.each(endpoints)('the %s endpoint', (id) => {
  const tools = Object.entries(everything[id]?.tools ?? {})

  it('answers a stranger with 401 and the way to its authorization server', async () => {
    const answer = await fetch(urlOf(id), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    const [, metadata = ''] =
      /^Bearer .*resource_metadata="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '') ??
      []
    expect([answer.status, new URL(metadata).origin]).toEqual([401, stack.urls[id]])
    expect(await (await fetch(metadata)).json()).toMatchObject({
      resource: urlOf(id),
      authorization_servers: [stack.urls.hub],
      scopes_supported: [`${id}:read`],
    })
  })

  it('has a health check with its version, and a page for people that shows the right address', async () => {
    expect(await (await fetch(`${stack.urls[id]}/healthz`)).json()).toMatchObject({
      ok: true,
      endpoint: id,
      version,
    })
    const page = await fetch(`${stack.urls[id]}/`)
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ])
    expect(await page.text()).toContain(urlOf(id))
  })

  it('lists exactly the tools that policy allows this person, in the order of the declaration, cached for this person alone', async () => {
    const { json } = await rpc(id, 'tools/list')
    const listed = json.result as { tools: { name: string }[]; cacheScope: string }
    expect(listed.tools.map((tool) => tool.name).sort()).toEqual(tools.map(([name]) => name).sort())
    expect(listed.cacheScope).toBe('private')
    expect((await rpc(id, 'tools/list')).text).toBe((await rpc(id, 'tools/list')).text)
  })

  it('asks for the write scope when a write is called without it, naming every scope that is needed', async () => {
    const write = tools.find(([, tool]) => tool.effect !== 'read')
    const answer = await rpc(id, 'tools/call', { name: write?.[0], arguments: {} })
    expect([answer.status, answer.challenge]).toEqual([
      403,
      expect.stringMatching(
        new RegExp(`error="insufficient_scope".*scope="${id}:read ${id}:write"`),
      ),
    ])
  })

  it('takes no token of another endpoint', async () => {
    const other = endpoints.find((one) => one !== id) ?? ''
    expect(
      (await rpc(id, 'tools/list', {}, { authorization: `Bearer ${tokens.get(other)}` })).status,
    ).toBe(401)
  })

  it('opens no stream, and refuses a foreign origin, another media type and a batch', async () => {
    const authorization = `Bearer ${tokens.get(id)}`
    expect((await fetch(urlOf(id), { headers: { authorization } })).status).toBe(405)
    expect((await rpc(id, 'tools/list', {}, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await rpc(id, 'tools/list', {}, { 'content-type': 'text/plain' })).status).toBe(415)
    const batch = await fetch(urlOf(id), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '[]',
    })
    expect(batch.status).toBe(400)
  })

  it('refuses an unknown tool and bad arguments in its own words', async () => {
    expect(
      (await rpc(id, 'tools/call', { name: 'drop_everything', arguments: {} })).json.error,
    ).toMatchObject({ code: -32602 })
    const read = tools.find(([, tool]) => tool.effect === 'read')
    const { json } = await rpc(id, 'tools/call', {
      name: read?.[0],
      arguments: { nobodys_argument: true },
    })
    expect(json.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^invalid_input: /) }],
    })
  })

  it('serves 2025-era clients by the same tools, without a session', async () => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${tokens.get(id)}`,
      'mcp-protocol-version': '2025-06-18',
    }
    const answer = await fetch(urlOf(id), {
      method: 'POST',
      headers,
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    })
    const text = await answer.text()
    expect(tools.every(([name]) => text.includes(`"name":"${name}"`))).toBe(true)
  })

  it('gives an outsider nothing', async () => {
    await expect(connect({ resource: urlOf(id), email: 'outsider@example.com' })).rejects.toThrow(
      /No consent page/,
    )
  })
})
