/** An MCP server under load: how to call one of its tools, in the 2026 or the 2025 era. */
import { randomInt } from 'node:crypto'
import { Connection } from './connection.ts'

export interface Target {
  readonly label: string
  readonly url: string
  readonly era: '2026-07-28' | '2025-11-25'
  readonly tool: string
  /** `{n}` in its texts is another number from 1 to 50,000 in each call. */
  readonly args: Readonly<Record<string, unknown>>
  readonly token?: string
}

export interface Caller {
  /** One tools/call. @throws Error when the answer is no success */
  call(): Promise<{ ms: number; chars: number }>
  close(): void
}

const client = { name: 'bench', version: '1' }

export async function openCaller(target: Target): Promise<Caller> {
  const connection = new Connection(target.url)
  const auth: Record<string, string> =
    target.token === undefined ? {} : { authorization: `Bearer ${target.token}` }
  let id = 0
  const rpc = async (
    method: string,
    params: Record<string, unknown>,
    headers: Record<string, string>,
  ) => {
    const answer = await connection.post(
      JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
      { ...auth, ...headers },
    )
    if (answer.status !== 200)
      throw new Error(`${target.label}: HTTP ${answer.status} ${answer.body.slice(0, 200)}`)
    return {
      answer,
      result: resultOf(answer.headers.get('content-type') ?? '', answer.body, target.label),
    }
  }
  const modern = target.era === '2026-07-28'
  const meta = modern
    ? {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': target.era,
          'io.modelcontextprotocol/clientInfo': client,
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      }
    : {}
  const headers: Record<string, string> = modern
    ? { 'mcp-protocol-version': target.era, 'mcp-method': 'tools/call', 'mcp-name': target.tool }
    : await initialize(connection, rpc, auth)
  const template = JSON.stringify(target.args)
  const argsOf = template.includes('{n}')
    ? () => JSON.parse(template.replaceAll('{n}', String(randomInt(1, 50_001)))) as object
    : () => target.args
  return {
    async call() {
      const params = { name: target.tool, arguments: argsOf(), ...meta }
      const { answer, result } = await rpc('tools/call', params, headers)
      return {
        ms: answer.ms,
        chars: Math.max(textChars(result), JSON.stringify(result.structuredContent ?? '').length),
      }
    },
    close: () => connection.close(),
  }
}

type Rpc = (
  method: string,
  params: Record<string, unknown>,
  headers: Record<string, string>,
) => Promise<{ answer: { headers: ReadonlyMap<string, string> } }>

async function initialize(
  connection: Connection,
  rpc: Rpc,
  auth: Record<string, string>,
): Promise<Record<string, string>> {
  const { answer } = await rpc(
    'initialize',
    { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: client },
    {},
  )
  const session = answer.headers.get('mcp-session-id')
  const headers = {
    'mcp-protocol-version': '2025-11-25',
    ...(session !== undefined && { 'mcp-session-id': session }),
  }
  await connection.post(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }), {
    ...auth,
    ...headers,
  })
  return headers
}

interface ToolResult {
  readonly content?: readonly { readonly text?: string }[]
  readonly structuredContent?: unknown
  readonly isError?: boolean
}

function resultOf(contentType: string, body: string, label: string): ToolResult {
  const json = contentType.includes('event-stream')
    ? (/^data: ?(\{.*"(?:result|error)".*\})\r?$/m.exec(body)?.[1] ?? '')
    : body
  const message = JSON.parse(json) as { result?: ToolResult; error?: unknown }
  if (!message.result || message.result.isError) throw new Error(`${label}: ${json.slice(0, 300)}`)
  return message.result
}

const textChars = (result: ToolResult) =>
  (result.content ?? []).reduce((sum, block) => sum + (block.text?.length ?? 0), 0)
