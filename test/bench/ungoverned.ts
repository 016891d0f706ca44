/** The bare SDK handler and Neon's driver, with nothing of ours between them: one plain statement a call. */
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server'
import { neon, neonConfig } from '@neondatabase/serverless'
import { env } from 'cloudflare:workers'
import * as z from 'zod'

const { OWNER_URL, SHOP_NETWORK } = env as unknown as {
  readonly OWNER_URL: string
  readonly SHOP_NETWORK: Fetcher
}
neonConfig.fetchFunction = (url: string, init: RequestInit) => SHOP_NETWORK.fetch(url, init)

const handler = createMcpHandler(
  () => {
    const server = new McpServer({ name: 'ungoverned', version: '1' })
    server.registerTool(
      'execute_sql',
      { description: 'Runs SQL', inputSchema: z.object({ sql: z.string() }) },
      async ({ sql }) => {
        const sent = neon(OWNER_URL, { arrayMode: true, fullResults: true }).query(sql)
        const { fields, rows } = await sent
        const columns = fields.map(({ name }) => name)
        return { content: [{ type: 'text', text: JSON.stringify({ columns, rows }) }] }
      },
    )
    return server
  },
  { legacy: 'reject' },
)

export default { fetch: (request: Request) => handler.fetch(request) }
export { Session } from './unused-session.ts'
