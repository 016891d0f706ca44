import { afterEach, describe, expect, it } from 'vitest'
import custom from '../../../workers/custom/integration.ts'
import type { Fault } from '../../sandbox/faults.ts'
import { ordersUpstream } from '../../sandbox/orders/app.ts'
import { call, counted, outcomeOf, serve } from './line-harness.ts'

/** The custom integration's own tools against the pretend orders system, over real connections. */
const upstream = ordersUpstream()
const { app, seen } = counted()
app.route('/', upstream.app)
const ORDERS_BASE_URL = await serve(app)

function tool(name: string, args: object) {
  const { ctx, facts } = call({
    ORDERS_BASE_URL,
    ORDERS_API_TOKEN: 'sandbox-orders-token',
    ORDERS_API_TOKEN_NEXT: 'sandbox-orders-token-next',
  })
  const found = custom.tools.find((t) => t.name === name)
  if (!found) throw new Error(`no tool ${name}`)
  const bound = found.bind(args)
  return { bound, ctx, facts }
}

const refundable = () => upstream.state.orders.find((o) => o.status === 'paid')?.id ?? ''
async function proposed(order_id: string) {
  const { bound, ctx } = tool('refund_order', { order_id, reason: 'arrived broken' })
  return { bound, ctx, preview: await bound.preview(ctx) }
}

afterEach(() => {
  expect(upstream.spec.findings).toEqual([])
  expect(upstream.faults.pending()).toBe(0)
  seen.length = 0
})

interface Row {
  readonly fault: Parameters<typeof upstream.faults.fail>[1]
  /** The read's end when the fault happens once, and when it doesn't stop. */
  readonly once: string
  readonly always: string
  /** How often a read asks at most. */
  readonly attempts: number
}
const rows: readonly Row[] = [
  {
    fault: { kind: 'limited', retryAfterSeconds: 0 },
    once: 'ok',
    always: 'upstream_unavailable',
    attempts: 3,
  },
  {
    fault: { kind: 'limited', retryAfterSeconds: 60 },
    once: 'upstream_unavailable',
    always: 'upstream_unavailable',
    attempts: 1,
  },
  {
    fault: { kind: 'error', status: 503 },
    once: 'ok',
    always: 'upstream_unavailable',
    attempts: 3,
  },
  {
    fault: { kind: 'error', status: 500 },
    once: 'upstream_unavailable',
    always: 'upstream_unavailable',
    attempts: 1,
  },
  { fault: { kind: 'half' }, once: 'ok', always: 'upstream_unavailable', attempts: 3 },
  { fault: { kind: 'reset' }, once: 'ok', always: 'upstream_unavailable', attempts: 3 },
  {
    fault: { kind: 'wrong_json' },
    once: 'upstream_unavailable',
    always: 'upstream_unavailable',
    attempts: 1,
  },
  { fault: { kind: 'expired_token' }, once: 'ok', always: 'misconfigured', attempts: 2 },
]

describe('a read', () => {
  for (const { fault, once, always, attempts } of rows) {
    const name = Object.values(fault).join(' ')
    it(`through ${name}: ${once} when it passes, ${always} when it stays`, async () => {
      const read = () => {
        const { bound, ctx } = tool('get_order', { order_id: 'A-1001' })
        return outcomeOf(bound.run(ctx), /sandbox|instructions|html/)
      }
      upstream.faults.fail('GET /orders/*', fault)
      expect(await read()).toBe(once)
      seen.length = 0
      upstream.faults.fail('GET /orders/*', fault, 99)
      expect(await read()).toBe(always)
      expect(seen).toHaveLength(attempts)
      upstream.faults.clear()
    })
  }
})

/** Before the upstream acts (`committed: false`) and after it did: what the caller is told. */
const writes: readonly [
  fault: Partial<Fault> & { kind: Fault['kind'] },
  told: string,
  done: boolean,
][] = [
  [{ kind: 'limited', retryAfterSeconds: 0 }, 'upstream_unavailable', false],
  [{ kind: 'error', status: 500 }, 'unknown', false],
  [{ kind: 'error', status: 500, committed: true }, 'unknown', true],
  [{ kind: 'error', status: 503, committed: true }, 'unknown', true],
  [{ kind: 'error', status: 409 }, 'upstream_rejected', false],
  [{ kind: 'half' }, 'unknown', true],
  [{ kind: 'reset' }, 'unknown', false],
  [{ kind: 'reset', committed: true }, 'unknown', true],
  [{ kind: 'wrong_json' }, 'unknown', true],
]

describe('a write', () => {
  for (const [fault, told, done] of writes) {
    it(`through ${Object.values(fault).join(' ')} is sent once and told as ${told}`, async () => {
      const order = refundable()
      const { bound, ctx, preview } = await proposed(order)
      seen.length = 0
      upstream.faults.fail('POST /orders/*', fault as Fault)
      expect(await outcomeOf(bound.run(ctx, { preview }), /sandbox|instructions|html/)).toBe(told)
      expect(seen).toEqual([`POST /orders/${order}/refund`])
      const { status } = upstream.state.orders.find((o) => o.id === order) ?? {}
      expect(status).toBe(done ? 'refunded' : 'paid')
      upstream.state.refunds = {} // the next row is another approval
    })
  }

  it('is sent again only after the token was refused, which is before anything is done', async () => {
    const order = refundable()
    const { bound, ctx, preview } = await proposed(order)
    seen.length = 0
    upstream.faults.fail('POST /orders/*', { kind: 'expired_token' })
    expect(await bound.run(ctx, { preview })).toMatchObject({ id: order, status: 'refunded' })
    expect(seen).toHaveLength(2)
    upstream.state.refunds = {}
  })

  it('says where to look when nobody knows whether it happened', async () => {
    const order = refundable()
    const { bound, ctx, preview } = await proposed(order)
    upstream.faults.fail('POST /orders/*', { kind: 'reset', committed: true })
    await expect(bound.run(ctx, { preview })).rejects.toMatchObject({
      howToFindOut: `Look at ${order} with get_order: it is refunded or it isn't.`,
      details: { upstream: 'the orders system', route: 'POST /orders/{}/refund', failure: 'lost' },
    })
    upstream.state.refunds = {}
  })

  it('meets what has changed since the preview, and is refused', async () => {
    const order = refundable()
    const { bound, ctx, preview } = await proposed(order)
    const target = upstream.state.orders.find((o) => o.id === order)
    if (target) target.version += 1
    await expect(bound.run(ctx, { preview })).rejects.toMatchObject({
      code: 'upstream_rejected',
      details: { upstreamStatus: 412 },
    })
  })

  it('carries the approval as idempotency key, and who asked', async () => {
    const order = refundable()
    const { bound, ctx, preview } = await proposed(order)
    await bound.run(ctx, { preview })
    expect(Object.keys(upstream.state.refunds)).toEqual([ctx.callId])
    expect(upstream.state.orders.find((o) => o.id === order)?.refund).toMatchObject({
      requestedBy: 'ada@example.com',
      approval: ctx.callId,
    })
  })
})

describe('the custom integration', () => {
  it('pages through all orders, newest first, and never shows a field that it does not name', async () => {
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const { bound, ctx } = tool('list_orders', { limit: 50 })
      const answer = await bound.run({ ...ctx, cursor })
      expect(JSON.stringify(answer)).not.toContain('cardLastFour')
      ids.push(...(answer.items as { id: string }[]).map((o) => o.id))
      cursor = answer.cursor as string | undefined
    } while (cursor !== undefined)
    expect(ids).toEqual(upstream.state.orders.map((o) => o.id).toReversed())
  })

  it('previews a refund with what policy asks about', async () => {
    const { preview } = await proposed('A-1002')
    expect(preview).toEqual({
      summary: 'Refund 46.25 EUR to Blaise Pascal: arrived broken',
      changes: [{ field: 'status', from: 'shipped', to: 'refunded' }],
      target: { id: 'A-1002', version: '1' },
      facts: { amount: 46.25 },
    })
  })
})
