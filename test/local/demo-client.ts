import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import * as z from 'zod'
import type { Browser } from './browser.ts'
import { connect } from './sign-in.ts'

/** The answer of every write tool (shared/render.ts). */
const Envelope = z.looseObject({
  status: z.string(),
  approval_id: z.string().optional(),
  approval_url: z.string().optional(),
  summary: z.string().optional(),
  result: z.record(z.string(), z.unknown()).optional(),
})
export type Envelope = z.infer<typeof Envelope>

/** One endpoint, connected for one person, as an agent uses it. */
export class DemoClient {
  readonly id: string
  readonly tools: readonly string[]
  readonly #client: Client

  private constructor(id: string, client: Client, tools: readonly string[]) {
    this.id = id
    this.#client = client
    this.tools = tools
  }

  static async connect(
    id: string,
    resource: string,
    email: string,
    browser: Browser,
  ): Promise<DemoClient> {
    const { access_token: token } = await connect({
      resource,
      email,
      browser,
      scopes: [`${id}:read`, `${id}:write`],
    })
    const client = new Client(
      { name: 'gatehouse-demo', version: '1' },
      { versionNegotiation: { mode: 'auto' } },
    )
    await client.connect(
      new StreamableHTTPClientTransport(new URL(resource), {
        authProvider: { token: async () => token },
      }),
    )
    const { tools } = await client.listTools()
    return new DemoClient(
      id,
      client,
      tools.map((tool) => tool.name),
    )
  }

  async read(tool: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
    const result = await this.#client.callTool({ name: tool, arguments: args })
    if (result.isError) throw new Error(`${tool}: ${JSON.stringify(result.content)}`)
    return z.record(z.string(), z.unknown()).parse(result.structuredContent)
  }

  async write(tool: string, args: Record<string, unknown>): Promise<Envelope> {
    return Envelope.parse(await this.read(tool, args))
  }

  /** Waits for the decision and has the approved call run. */
  async collect(approvalId: string): Promise<Envelope> {
    return Envelope.parse(
      await this.read(`get_${this.id}_approval_result`, {
        approval_id: approvalId,
        wait_seconds: 20,
      }),
    )
  }

  async close(): Promise<void> {
    await this.#client.close()
  }
}
