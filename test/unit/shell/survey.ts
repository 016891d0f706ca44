/** An integration that asks, and its endpoint without the network: both eras, as `endpoint.ts` serves them. */
import {
  Client,
  StreamableHTTPClientTransport,
  type ClientCapabilities,
} from '@modelcontextprotocol/client'
import * as z from 'zod'
import { ask } from '../../../shared/ask.ts'
import { defineIntegration } from '../../../shared/integration.ts'
import {
  legacySession,
  statelessHandler,
  wantsSession,
  type LegacySession,
} from '../../../shared/mcp.ts'
import type { Shell } from '../../../shared/pipeline.ts'
import { defineTool } from '../../../shared/tool.ts'
import { callIo, caller } from './orders.ts'

/** What the tools were told, each time they came to an answer. */
export const told: unknown[] = []

const scope = 'survey:read'
const findAccount = defineTool({
  name: 'find_account',
  title: 'Find account',
  description: 'Finds one account of a customer.',
  scope,
  effect: 'read',
  asks: true,
  input: z.object({ customer: z.string() }),
  output: z.object({ account: z.string() }),
  async run({ customer }, ctx) {
    const { which } = ask(ctx, {
      which: {
        message: `Which account of ${customer}?`,
        schema: z.object({ region: z.enum(['north', 'south']) }),
      },
    })
    told.push(which)
    return { account: `${customer} ${which.region}` }
  },
})

const introduce = defineTool({
  name: 'introduce',
  title: 'Introduce',
  description: 'Asks twice.',
  scope,
  effect: 'read',
  asks: true,
  input: z.object({}),
  output: z.object({ text: z.string() }),
  async run(_, ctx) {
    const { first } = ask(ctx, {
      first: { message: 'Name?', schema: z.object({ name: z.string().max(10) }) },
    })
    const { second } = ask(ctx, {
      second: { message: `Age, ${first.name}?`, schema: z.object({ age: z.int() }) },
    })
    told.push({ ...first, ...second })
    return { text: `${first.name}, ${second.age}` }
  },
})

const plain = defineTool({
  name: 'plain',
  title: 'Plain',
  description: 'Asks nothing.',
  scope,
  effect: 'read',
  input: z.object({}),
  output: z.object({ knows: z.array(z.string()) }),
  // @ts-expect-error -- only a tool that declares `asks` can ask
  run: async (_, ctx) => ({ knows: [...Object.keys(ctx), ...(ctx.answers ? ['answers'] : [])] }),
})

export const survey = defineIntegration({
  id: 'survey',
  title: 'Survey',
  instructions: 'Survey.',
  scopes: { [scope]: 'Ask' },
  limits: { regions: { title: 'Regions', kind: 'list', argument: 'region' } },
  tools: [findAccount, introduce, plain],
})

const limits = { regions: ['north', 'south'] }
const allowed = { rule: 'r1', mode: 'never' as const, limits }
export const surveyor = (principal: Partial<ReturnType<typeof caller>['principal']> = {}) =>
  caller({
    principal: { ...caller().principal, ...principal },
    scopes: [scope],
    slice: {
      version: 'p1',
      tools: { find_account: allowed, introduce: allowed, plain: allowed },
      quotas: [],
      off: [],
    },
  })

/** An endpoint's MCP part as a fetch function. `settled` waits for the audit. */
export function served(shell: Shell, who = surveyor()) {
  const { io, settled } = callIo({ caller: who })
  const stateless = statelessHandler(shell)
  const sessions = new Map<string, LegacySession>()
  const fetchIt = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    if (init?.method !== 'POST') return new Response(null, { status: 405 })
    const message: unknown = JSON.parse(String(init.body))
    const headers = new Headers(init.headers)
    headers.set('host', new URL(url).host)
    const request = new Request(url, { method: 'POST', headers })
    const known = sessions.get(request.headers.get('mcp-session-id') ?? '')
    if (known) return known.handle(request, message, io)
    if (!wantsSession(shell.integration, message)) return stateless(request, message, io)
    const id = crypto.randomUUID()
    const session = await legacySession(shell, id, io)
    sessions.set(id, session)
    return session.handle(request, message, io)
  }
  return { fetch: fetchIt, settled, sessions }
}

export interface Asked {
  readonly message: string
  readonly mode?: string
  readonly requestedSchema?: unknown
}

/** A client of either era over `served`; `answer` stands for its person. */
export async function clientOf(
  shell: Shell,
  era: 'legacy' | 'auto',
  capabilities: ClientCapabilities,
  answer?: (asked: Asked) => unknown,
) {
  const endpoint = served(shell)
  const client = new Client(
    { name: 'shape', version: '1' },
    { versionNegotiation: { mode: era }, capabilities },
  )
  if (answer)
    client.setRequestHandler(
      'elicitation/create',
      async ({ params }) => answer(params as Asked) as { action: 'accept' },
    )
  await client.connect(
    new StreamableHTTPClientTransport(new URL(shell.resource), { fetch: endpoint.fetch }),
  )
  return { client, ...endpoint }
}
