/**
 * An in-house REST API behind Gatehouse, complete: settings, two reads, one write. Copy it for
 * your own system; README.md beside it says what to change.
 */
import * as z from 'zod'
import { defineIntegration } from '../../shared/integration.ts'
import { path } from '../../shared/path.ts'
import { restClient } from '../../shared/rest.ts'
import { bearer } from '../../shared/rest/credential.ts'
import { defineTool, page } from '../../shared/tool.ts'

const Config = z.object({
  ORDERS_BASE_URL: z.url(),
  ORDERS_API_TOKEN: z.string().min(1),
  ORDERS_API_TOKEN_NEXT: z.string().min(1).optional(),
})
const orders = restClient(Config, (config, ctx) => ({
  name: 'the orders system',
  baseUrl: config.ORDERS_BASE_URL,
  credentials: [bearer(config.ORDERS_API_TOKEN), bearer(config.ORDERS_API_TOKEN_NEXT)],
  headers: { 'x-on-behalf-of': ctx.principal.email },
}))

const OrderId = z.string().regex(/^[A-Z]{1,3}-\d{1,9}$/)
const Status = z.enum(['paid', 'shipped', 'failed', 'refunded'])
const Order = z.object({
  id: OrderId,
  customer: z.string(),
  status: Status,
  total: z.number(),
  currency: z.string(),
  placedAt: z.string(),
  version: z.int(),
})
const Orders = z.object({ orders: z.array(Order), next: z.string().optional() })

const getOrder = defineTool({
  name: 'get_order',
  title: 'Get order',
  description: 'One order by its id, such as A-1001.',
  scope: 'custom:read',
  effect: 'read',
  input: z.object({ order_id: OrderId }),
  output: Order,
  run: ({ order_id }, ctx) => orders(ctx).get(path`/orders/${order_id}`, Order),
})

const listOrders = defineTool({
  name: 'list_orders',
  title: 'List orders',
  description: 'Orders, newest first, optionally of one customer or status.',
  scope: 'custom:read',
  effect: 'read',
  input: z.object({
    status: Status.optional(),
    customer: z.string().min(1).max(200).optional(),
    limit: z.int().min(1).max(100).default(25),
  }),
  output: page(Order),
  async run(input, ctx) {
    const query = { ...input, after: ctx.cursor }
    const { orders: items, next } = await orders(ctx).get(path`/orders`, Orders, { query })
    return { items, cursor: next }
  },
})

const refundOrder = defineTool({
  name: 'refund_order',
  title: 'Refund order',
  description: 'Refunds one paid or shipped order in full. The customer gets the money back.',
  scope: 'custom:write',
  effect: 'update',
  input: z.object({ order_id: OrderId, reason: z.string().min(3).max(500) }),
  output: Order,
  async preview({ order_id, reason }, ctx) {
    const order = await orders(ctx).get(path`/orders/${order_id}`, Order)
    return {
      summary: `Refund ${order.total} ${order.currency} to ${order.customer}: ${reason}`,
      changes: [{ field: 'status', from: order.status, to: 'refunded' }],
      target: { id: order_id, version: String(order.version) },
      facts: { amount: order.total },
    }
  },
  run: ({ order_id, reason }, ctx, { preview }) =>
    orders(ctx).post(path`/orders/${order_id}/refund`, Order, {
      body: { reason, requestedBy: ctx.principal.email, approval: ctx.callId },
      headers: { 'idempotency-key': ctx.callId, 'if-match': `"${preview.target?.version}"` },
      howToFindOut: `Look at ${order_id} with get_order: it is refunded or it isn't.`,
    }),
})

export default defineIntegration({
  id: 'custom',
  title: 'Orders',
  instructions: 'Orders of the shop: look them up, and propose refunds.',
  scopes: { 'custom:read': 'Read orders.', 'custom:write': 'Propose refunds.' },
  tools: [getOrder, listOrders, refundOrder],
})
