/**
 * An endpoint in the custom Worker's place (its id, tools and scopes, so the hub's policy holds for
 * it) in front of a system that does what a test tells it to. Every call goes out to it once.
 */
import * as z from 'zod'
import type { EndpointEnv } from '../../shared/caller.ts'
import { endpoint } from '../../shared/endpoint.ts'
import { defineIntegration, type ResourceTemplate } from '../../shared/integration.ts'
import { sessionClass } from '../../shared/session.ts'
import { defineTool, page, type ToolContext } from '../../shared/tool.ts'

/** What the system behind says to one word. */
async function ask(word: string, ctx: ToolContext): Promise<Record<string, unknown>> {
  const url = `https://behind.example/${encodeURIComponent(word)}?call=${ctx.callId}&cursor=${ctx.cursor ?? ''}`
  const response = await fetch(url, { signal: ctx.signal })
  return response.json()
}

const getOrder = defineTool({
  name: 'get_order',
  title: 'Get order',
  description: 'One order.',
  scope: 'custom:read',
  effect: 'read',
  deadlineMs: 20_000,
  input: z.object({ order_id: z.string(), count: z.number().optional() }),
  output: z.object({ note: z.unknown() }),
  run: async ({ order_id }, ctx) => ({ note: (await ask(order_id, ctx)).note }),
})

const listOrders = defineTool({
  name: 'list_orders',
  title: 'List orders',
  description: 'Many orders.',
  scope: 'custom:read',
  effect: 'read',
  input: z.object({ customer: z.string().default('anybody') }),
  output: page(z.unknown()),
  async run({ customer }, ctx) {
    const { items, cursor } = await ask(customer, ctx)
    return { items: z.array(z.unknown()).parse(items), cursor: z.string().optional().parse(cursor) }
  },
})

const refundOrder = defineTool({
  name: 'refund_order',
  title: 'Refund order',
  description: 'Refunds one order.',
  scope: 'custom:write',
  effect: 'update',
  deadlineMs: 20_000,
  input: z.object({ order_id: z.string() }),
  output: z.object({ note: z.unknown() }),
  preview: async ({ order_id }) => ({ summary: `Refund ${order_id}`, facts: { amount: 1 } }),
  run: async ({ order_id }, ctx) => ({ note: (await ask(order_id, ctx)).note }),
})

const order: ResourceTemplate = {
  name: 'order',
  title: 'Order',
  description: 'An order as text.',
  uriTemplate: 'orders://{id}',
  mimeType: 'text/markdown',
  scope: 'custom:read',
  tool: 'get_order',
  read: async ({ id = '' }, ctx) => String((await ask(id, ctx)).note),
  list: async (ctx) => [{ uri: 'orders://A-1', name: String((await ask('names', ctx)).note) }],
  complete: async (_variable, value, _known, ctx) => [String((await ask(value, ctx)).note)],
}

const integration = defineIntegration({
  id: 'custom',
  title: 'Orders',
  instructions: 'Orders.',
  scopes: { 'custom:read': 'Read orders.', 'custom:write': 'Refund orders.' },
  tools: [getOrder, listOrders, refundOrder],
  resources: [order],
})

export { Upstream } from '../../shared/upstream.ts'

export class Session extends sessionClass(integration) {
  async crash(): Promise<void> {
    this.ctx.abort('crashed by a test')
  }
}

/** The endpoint itself, named so that the Worker can call it as its own client. */
export const governed = endpoint(integration)

interface Exports {
  readonly governed: { fetch(request: Request): Promise<Response> }
}

export default {
  async fetch(request, env, ctx) {
    const crashed = request.headers.get('x-crash')
    const leaveAfterMs = request.headers.get('x-leave-after-ms')
    if (crashed !== null) {
      const session = env.SESSION.get(env.SESSION.idFromName(crashed)) as unknown as Session
      await session.crash().catch(() => undefined)
      return new Response('crashed')
    }
    if (leaveAfterMs === null) return (await governed.fetch?.(request, env, ctx)) ?? new Response()
    // A client that goes away: over a connection workerd notices it late, so it is played from inside.
    const { exports } = ctx as unknown as { exports: Exports }
    const signal = AbortSignal.timeout(Number(leaveAfterMs))
    const leaving = exports.governed.fetch(new Request(request, { signal }))
    return leaving.catch(() => new Response('left'))
  },
} satisfies ExportedHandler<EndpointEnv>
