/** The hostile endpoint with the real hub around it, and a client that can send what no client should. */
import { connect as openSocket } from 'node:net'
import { Browser } from '../local/browser.ts'
import { connect, type Tokens } from '../local/sign-in.ts'
import { startStack, type Stack } from '../local/stack.ts'
import type { AuditEvent } from '../../shared/audit.ts'

export type Answer = (request: Request) => Response | Promise<Response>
interface Heard {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'hostile', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** A message of the 2026 era. */
export const message = (method: string, params: Record<string, unknown> = {}, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  params: { ...params, _meta: envelope },
})
export const toolCall = (name: string, args: Record<string, unknown> = {}, id: unknown = 1) =>
  message('tools/call', { name, arguments: args }, id)
/** The same of the 2025 era. */
export const oldCall = (name: string, args: unknown = {}, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

export class Lab {
  readonly stack: Stack
  readonly resource: string
  /** What the system behind answers to a word; `{ note, items }` about it by default. */
  readonly behind: Map<string, Answer>
  /** The words it was asked, in order. */
  readonly asked: string[]
  readonly logs: string[]

  constructor(stack: Stack, behind: Map<string, Answer>, asked: string[], logs: string[]) {
    this.stack = stack
    this.resource = `${stack.urls['custom']}/mcp`
    this.behind = behind
    this.asked = asked
    this.logs = logs
  }

  static async open(): Promise<Lab> {
    const behind = new Map<string, Answer>()
    const asked: string[] = []
    const logs: string[] = []
    const stack = await startStack({
      portBase: 'free',
      workers: ['hub', 'jira'],
      fixtures: [{ id: 'custom', main: 'test/flows/hostile-endpoint.ts', like: 'custom' }],
      onLog: (line) => void logs.push(line),
      intercept(request) {
        const { hostname, pathname } = new URL(request.url)
        if (hostname !== 'behind.example') return undefined
        const word = decodeURIComponent(pathname.slice(1))
        asked.push(word)
        const about = { note: `about ${word}`, items: [1, 2, 3] }
        return behind.get(word)?.(request) ?? Response.json(about)
      },
    })
    return new Lab(stack, behind, asked, logs)
  }

  signIn(email: string, scopes?: readonly string[], resource = this.resource): Promise<Tokens> {
    return connect({ resource, email, ...(scopes && { scopes }) })
  }

  /** Posts a message, or a text that is none, with the headers its era asks for. */
  async post(token: string, body: object | string, more: Record<string, string> = {}) {
    const sent = typeof body === 'string' ? undefined : (body as ReturnType<typeof message>)
    const { name, uri, _meta } = (sent?.params ?? {}) as Record<string, unknown>
    const named = name ?? uri
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      ...(_meta !== undefined && {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': sent?.method ?? '',
        ...(named !== undefined && { 'mcp-name': String(named) }),
      }),
      ...more,
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await fetch(this.resource, { method: 'POST', headers, body: text })
    return {
      status: answer.status,
      headers: answer.headers,
      text: await answer.text(),
    } satisfies Heard
  }

  /** Bytes as they are, for what `fetch` would not send. @returns the first line and the body */
  raw(text: string): Promise<{ readonly status: number; readonly body: string }> {
    const { port, hostname } = new URL(this.resource)
    return new Promise((resolve) => {
      let got = ''
      const socket = openSocket(Number(port), hostname)
      socket.setEncoding('utf8')
      socket.on('data', (piece: string) => (got += piece))
      socket.on('error', () => undefined) // it was refused before all of it was read
      socket.on('close', () =>
        resolve({
          status: Number(/^HTTP\/1\.1 (\d{3})/.exec(got)?.[1]),
          body: got.slice(got.indexOf('\r\n\r\n') + 4),
        }),
      )
      socket.end(text)
    })
  }

  /** What an administrator's export holds of the calls of this endpoint, once `until` is true of them. */
  async rows(until: (rows: readonly AuditEvent[]) => boolean): Promise<readonly AuditEvent[]> {
    const browser = new Browser()
    const page = await browser.open(`${this.stack.urls['hub']}/audit`)
    await browser.submit(page, { email: 'admin@example.com' })
    for (let tries = 0; tries < 40; tries++) {
      const { html } = await browser.open(
        `${this.stack.urls['hub']}/audit/export?integration=custom`,
      )
      const rows = html
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { event?: AuditEvent })
        .flatMap(({ event }) => (event?.kind === 'call' ? [event] : []))
      if (until(rows)) return rows
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    throw new Error('The rows that were waited for did not come.')
  }

  async decide(url: string, verdict: 'approve' | 'deny', email = 'engineer@example.com') {
    const browser = new Browser()
    let page = await browser.open(url)
    if (/name="email"/.test(page.html)) page = await browser.submit(page, { email })
    await browser.submit(page, { verdict, note: '' })
  }
}

/** The JSON of an answer, sent as such or as the one event of a stream. */
export function parsed({ text }: Pick<Heard, 'text'>): {
  result?: {
    isError?: boolean
    content?: { type: string; text: string; uri: string }[]
    structuredContent?: Record<string, unknown>
    contents?: { uri: string; text: string }[]
    resources?: { name: string }[]
    completion?: { values: string[] }
  }
  error?: { code: number; message: string }
  id?: unknown
} {
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text
  return JSON.parse(data) as ReturnType<typeof parsed>
}
