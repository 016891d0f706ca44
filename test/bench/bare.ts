/** The floor of the comparison: the bare SDK handler with one trivial tool. No sign-in, policy, limits, redaction or audit. */
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'

const handler = createMcpHandler(
  () => {
    const server = new McpServer({ name: 'bare', version: '1' })
    server.registerTool(
      'echo',
      { description: 'echo', inputSchema: z.object({ text: z.string() }) },
      ({ text }) => ({ content: [{ type: 'text', text }] }),
    )
    return server
  },
  { legacy: 'reject' },
)

export default { fetch: (request: Request) => handler.fetch(request) }
export { Session } from './unused-session.ts'
