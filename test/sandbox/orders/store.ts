import * as z from 'zod'

export const Status = z.enum(['paid', 'shipped', 'failed', 'refunded'])

export const Order = z.object({
  id: z.string(),
  customer: z.string(),
  status: Status,
  total: z.number(),
  currency: z.string(),
  placedAt: z.string(),
  version: z.number(),
  /** Nobody outside the shop should see this one; no tool names it. */
  cardLastFour: z.string(),
  refund: z
    .object({ reason: z.string(), requestedBy: z.string(), approval: z.string(), at: z.string() })
    .optional(),
})
export type Order = z.output<typeof Order>

/** All there is to the pretend shop: plain data, so that the local stack can keep it over a restart. */
export const OrdersState = z.object({
  orders: z.array(Order),
  /** Idempotency key → what was asked with it, and for which order. */
  refunds: z.record(z.string(), z.object({ orderId: z.string(), body: z.string() })),
})
export type OrdersState = z.output<typeof OrdersState>

const customers = [
  'Ada Byron',
  'Blaise Pascal',
  'Chien-Shiung Wu',
  'Dorothy Vaughan',
  'Évariste Galois',
]
const statuses = ['paid', 'shipped', 'shipped', 'failed', 'paid', 'shipped', 'refunded'] as const

/** 120 orders, the newest an hour before `now`; the same at every start. */
export function seededOrders(now: number): OrdersState {
  const orders = Array.from({ length: 120 }, (_, i): Order => {
    const total = Math.round(((i * 37.41) % 480) + 9) + (i % 4) * 0.25
    return {
      id: `A-${1001 + i}`,
      customer: customers[i % customers.length] ?? '',
      status: statuses[i % statuses.length] ?? 'paid',
      total,
      currency: 'EUR',
      placedAt: new Date(now - (120 - i) * 3_600_000).toISOString(),
      version: 1,
      cardLastFour: String(1000 + ((i * 7919) % 9000)),
    }
  })
  return { orders, refunds: {} }
}
