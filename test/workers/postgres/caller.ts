import { neon } from '@neondatabase/serverless'
import type { Preview, ToolContext } from '../../../shared/tool.ts'
import postgres from '../../../workers/postgres/integration.ts'
import type { SharedDatabase } from './sandbox.ts'

/**
 * Leads what the driver sends to Neon's hosts to the emulator: the edge where these tests put
 * another network in place of the world.
 */
export function toNeon({ neonUrl }: SharedDatabase): void {
  const { host } = new URL(neonUrl)
  const send = globalThis.fetch
  globalThis.fetch = (input, init) => {
    const url = String(input)
    if (!url.startsWith('https://api.postgres.test/')) throw new TypeError(`no route to ${url}`)
    return send(url.replace('https://api.postgres.test', `http://${host}`), init)
  }
  const Socket = globalThis.WebSocket
  globalThis.WebSocket = class extends Socket {
    constructor(url: string | URL) {
      super(String(url).replace('wss://shop.postgres.test', `ws://${host}`))
    }
  }
}

export interface Who {
  readonly role?: string
  readonly email?: string
  readonly schemas?: readonly string[]
  /** Position of the next page, as the shell hands it back. */
  readonly cursor?: string
  readonly signal?: AbortSignal
  /** What DATABASES says of the shop beyond the rest. */
  readonly database?: Readonly<Record<string, unknown>>
}

export interface Caller {
  context(who?: Who): ToolContext
  call(tool: string, args: object, who?: Who): Promise<Answer>
  preview(args: object, who?: Who): Promise<Preview>
  write(args: object, preview: Preview, who?: Who): Promise<Answer>
  /** Anything, as the owner and outside of all governance. */
  owner(sql: string, ...parameters: unknown[]): Promise<string[][]>
}
export type Answer = Record<string, unknown> & {
  readonly columns: { name: string; type: string }[]
  readonly rows: unknown[][]
  readonly cursor?: string
}

export function callerOf(database: SharedDatabase): Caller {
  const context = (who: Who = {}): ToolContext => ({
    principal: {
      userId: 'someone',
      email: who.email ?? 'engineer@example.com',
      name: 'Someone',
      groups: [],
      clientId: 'test',
    },
    callId: crypto.randomUUID(),
    limits: {
      databases: ['shop'],
      schemas: who.schemas ?? ['*'],
      role: [who.role ?? 'gatehouse_engineer'],
    },
    signal: who.signal ?? AbortSignal.timeout(60_000),
    env: {
      DATABASES: JSON.stringify({
        shop: {
          title: 'Shop',
          owner: 'commerce@example.com',
          secret: 'SHOP_DATABASE_URL',
          schemas: ['public', 'support'],
          mode: 'read_write',
          ...who.database,
        },
      }),
      SHOP_DATABASE_URL: database.loginUrl,
    },
    cursor: who.cursor,
    progress: () => undefined,
    log: () => undefined,
  })
  const toolNamed = (name: string) => postgres.tools.find((tool) => tool.name === name)!
  const bound = (args: object) => toolNamed('execute_database_write').bind(args)
  const owner = neon(database.ownerUrl, {
    arrayMode: true,
    fullResults: true,
  })
  return {
    context,
    call: async (tool, args, who) => (await toolNamed(tool).bind(args).run(context(who))) as Answer,
    preview: (args, who) => bound(args).preview(context(who)),
    write: async (args, preview, who) =>
      (await bound(args).run(context(who), { preview })) as Answer,
    owner: async (sql, ...parameters) =>
      (
        await owner.query(sql, parameters, {
          types: { getTypeParser: () => (text: string) => text },
        })
      ).rows as string[][],
  }
}
