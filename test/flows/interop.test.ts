/** Clients nobody here wrote, against the hub and the real Postgres endpoint: the whole dance, then a question. */
import { execFile, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
  UnauthorizedError as UnauthorizedV2,
} from '@modelcontextprotocol/client'
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../local/sign-in.ts'
import { startStack, type Stack } from '../local/stack.ts'
import { PersonWithClient } from './oauth-client.ts'

const cimd = 'https://client.example.net/oauth/client.json'
const metadata = {
  client_id: cimd,
  client_name: 'A client with a document',
  redirect_uris: ['http://localhost:33418/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
}
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-interop-'))
let stack: Stack
let resource: string

beforeAll(async () => {
  const intercept = (request: Request) =>
    request.url === cimd ? Response.json(metadata) : undefined
  stack = await startStack({
    portBase: 8900,
    stateDir: join(folder, 'state'),
    workers: ['hub', 'postgres'],
    intercept,
  })
  resource = `${stack.urls.postgres}/mcp`
})
afterAll(async () => {
  await stack?.close()
  rmSync(folder, { recursive: true, force: true })
})

const question = {
  name: 'query_database',
  arguments: {
    query: `SELECT count(*) > 5 AS many FROM orders WHERE status = 'failed' AND created_at > now() - interval '24 hours'`,
  },
}
const answered = (result: unknown) =>
  expect(result).toMatchObject({ structuredContent: { rows: [[true]], truncated: false } })

async function withV1(
  person: PersonWithClient,
  use: (client: ClientV1) => Promise<void>,
): Promise<void> {
  const provider = person as unknown as ConstructorParameters<typeof TransportV1>[1] extends
    | { authProvider?: infer P }
    | undefined
    ? P
    : never
  const open = () => new TransportV1(new URL(resource), { authProvider: provider })
  const client = () => new ClientV1({ name: 'interop-v1', version: '1' })
  const first = open()
  await expect(client().connect(first as never)).rejects.toBeInstanceOf(UnauthorizedV1)
  await first.finishAuth(person.callback.get('code') ?? '')
  const signedIn = client()
  await signedIn.connect(open() as never)
  await use(signedIn)
  await signedIn.close()
}

type Mode = 'legacy' | 'auto' | { pin: string }
async function withV2(
  person: PersonWithClient,
  mode: Mode,
  use: (client: ClientV2) => Promise<void>,
): Promise<void> {
  const open = () => new TransportV2(new URL(resource), { authProvider: person as never })
  const client = () =>
    new ClientV2(
      { name: 'interop-v2', version: '1' },
      { versionNegotiation: { mode: mode as never } },
    )
  const first = open()
  await expect(client().connect(first)).rejects.toBeInstanceOf(UnauthorizedV2)
  await first.finishAuth(person.callback)
  const signedIn = client()
  await signedIn.connect(open())
  await use(signedIn)
  await signedIn.close()
}

describe('the SDK', () => {
  it('v1 signs in by registration, lists the tools and gets its answer', async () => {
    await withV1(new PersonWithClient('engineer@example.com'), async (client) => {
      const { tools } = await client.listTools()
      expect(tools.map((tool) => tool.name)).toContain('query_database')
      answered(await client.callTool(question))
    })
  })

  it.each<[string, Mode]>([
    ['legacy', 'legacy'],
    ['auto', 'auto'],
    ['pinned to 2026-07-28', { pin: '2026-07-28' }],
  ])('v2 does so too with negotiation %s', async (_, mode) => {
    await withV2(new PersonWithClient('engineer@example.com'), mode, async (client) => {
      const { tools } = await client.listTools()
      expect(tools.map((tool) => tool.name)).toContain('query_database')
      answered(await client.callTool(question))
    })
  })

  it('v2 signs in by its metadata document, without registering', async () => {
    const person = new PersonWithClient('engineer@example.com', { clientMetadataUrl: cimd })
    await withV2(person, 'auto', async (client) => answered(await client.callTool(question)))
    expect(person.kept.client?.client_id).toBe(cimd)
  })

  it('reads resources, completes their addresses and gets prompts', async () => {
    await withV2(new PersonWithClient('engineer@example.com'), 'auto', async (client) => {
      const { resourceTemplates } = await client.listResourceTemplates()
      const [template] = resourceTemplates
      const { completion } = await client.complete({
        ref: { type: 'ref/resource', uri: template?.uriTemplate ?? '' },
        argument: { name: 'table', value: 'ord' },
        context: { arguments: { database: 'shop', schema: 'public' } },
      })
      expect(completion.values).toContain('orders')
      const { contents } = await client.readResource({ uri: 'postgres://shop/public/orders' })
      expect(contents[0]).toMatchObject({
        mimeType: 'text/markdown',
        text: expect.stringContaining('status'),
      })
      const { prompts } = await client.listPrompts()
      expect(prompts.map((prompt) => prompt.name)).toContain('explore_database')
    })
  })

  it('refreshes its token by itself when the old one is no longer good', async () => {
    const person = new PersonWithClient('engineer@example.com')
    await withV2(person, 'auto', async (client) => {
      const before = person.kept.tokens
      person.kept.tokens = { ...before!, access_token: `${before?.access_token}x` }
      answered(await client.callTool(question))
      expect(person.kept.tokens?.refresh_token).not.toBe(before?.refresh_token)
    })
  })

  it('steps up to the write scope when a write asks for it', async () => {
    const person = new PersonWithClient('engineer@example.com', { scopes: ['postgres:read'] })
    await withV2(person, 'auto', async (client) => {
      person.scopes = undefined
      const write = {
        name: 'execute_database_write',
        arguments: { statement: `UPDATE products SET name = 'Renamed' WHERE id = 1` },
      }
      const refusal: unknown = await client.callTool(write).catch((error: unknown) => error)
      expect(String(refusal)).toMatch(/Unauthorized|redirect|authoriz/i)
      const transport = new TransportV2(new URL(resource), { authProvider: person as never })
      await transport.finishAuth(person.callback)
      const again = new ClientV2(
        { name: 'interop-v2', version: '1' },
        { versionNegotiation: { mode: 'auto' } },
      )
      await again.connect(transport)
      expect(await again.callTool(write)).toMatchObject({
        structuredContent: { status: 'approval_required' },
      })
      await again.close()
    })
  })
})

describe('policy as clients see it', () => {
  it('shows an analyst fewer tools and fewer columns than an engineer', async () => {
    const seen = new Map<string, { tools: string[]; readable: unknown }>()
    for (const email of ['analyst@example.com', 'engineer@example.com']) {
      await withV2(new PersonWithClient(email), 'auto', async (client) => {
        const { tools } = await client.listTools()
        const masked = await client.callTool({
          name: 'query_database',
          arguments: { query: 'SELECT email FROM customers LIMIT 1' },
        })
        seen.set(email, {
          tools: tools.map((tool) => tool.name),
          readable: masked.isError !== true,
        })
      })
    }
    const analyst = seen.get('analyst@example.com')
    const engineer = seen.get('engineer@example.com')
    expect(engineer?.tools).toEqual(expect.arrayContaining(analyst?.tools ?? []))
    expect(engineer?.tools.length).toBeGreaterThan(analyst?.tools.length ?? 0)
    expect([analyst?.readable, engineer?.readable]).toEqual([false, true])
  })

  it('gives an outsider no scope, and a page that says so', async () => {
    await expect(connect({ resource, email: 'outsider@example.com' })).rejects.toThrow(
      /No consent page .*(nothing|no access|not)/is,
    )
  })
})

describe('the Inspector’s command line', () => {
  const inspector = resolve('node_modules/.bin/mcp-inspector')
  const run = async (token: string, ...args: string[]) => {
    const { stdout } = await promisify(execFile)(
      inspector,
      [
        '--cli',
        resource,
        '--transport',
        'http',
        '--header',
        `Authorization: Bearer ${token}`,
        ...args,
      ],
      { env: { ...process.env, MCP_CATALOG_PATH: join(folder, 'inspector.json') } },
    )
    return JSON.parse(stdout) as Record<string, unknown>
  }

  it('lists the tools and calls one', async () => {
    const { access_token: token } = await connect({ resource, email: 'engineer@example.com' })
    expect(await run(token, '--method', 'tools/list')).toMatchObject({
      tools: expect.arrayContaining([expect.objectContaining({ name: 'query_database' })]),
    })
    const answer = await run(
      token,
      '--method',
      'tools/call',
      '--tool-name',
      'query_database',
      '--tool-arg',
      `query=${question.arguments.query}`,
    )
    answered(answer)
  })
})

describe('mcp-remote', () => {
  it('signs in through the browser it opens and answers over stdio', async () => {
    const bin = join(folder, 'bin')
    const browser = join(bin, 'xdg-open')
    const { mkdirSync } = await import('node:fs')
    mkdirSync(bin, { recursive: true })
    writeFileSync(
      browser,
      `#!/bin/sh\nexec ${process.execPath} ${resolve('test/flows/open-browser.ts')} "$1" engineer@example.com\n`,
    )
    chmodSync(browser, 0o755)
    const child = spawn(
      process.execPath,
      [resolve('node_modules/.bin/mcp-remote'), resource, '33499'],
      {
        env: {
          ...process.env,
          PATH: `${bin}${delimiter}${process.env.PATH}`,
          MCP_REMOTE_CONFIG_DIR: join(folder, 'mcp-remote'),
          BROWSER: browser,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    )
    let log = ''
    child.stderr.on('data', (data: Buffer) => (log += data.toString()))
    try {
      const answers = jsonLines(child.stdout)
      const send = (message: object) =>
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
      send({
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-06-18',
          capabilities: {},
          clientInfo: { name: 'stdio', version: '1' },
        },
      })
      expect(await answers(1), log).toMatchObject({
        result: { serverInfo: { name: 'gatehouse-postgres' } },
      })
      send({ method: 'notifications/initialized' })
      send({ id: 2, method: 'tools/call', params: question })
      answered(((await answers(2)) as { result: unknown }).result)
    } finally {
      child.kill()
    }
  })
})

/** Waits for the answer with this id on a stream of JSON lines. */
function jsonLines(stream: NodeJS.ReadableStream): (id: number) => Promise<unknown> {
  const seen = new Map<number, unknown>()
  const waiting = new Map<number, (message: unknown) => void>()
  let rest = ''
  stream.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines.filter((one) => one.startsWith('{'))) {
      const message = JSON.parse(line) as { id?: number }
      if (message.id === undefined) continue
      seen.set(message.id, message)
      waiting.get(message.id)?.(message)
    }
  })
  return (id) =>
    seen.has(id) ? Promise.resolve(seen.get(id)) : new Promise((done) => waiting.set(id, done))
}
