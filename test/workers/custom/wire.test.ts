import { env } from 'cloudflare:workers'
import { describe, expect, inject, it } from 'vitest'
import custom from '../../../workers/custom/integration.ts'
import { callOf, outcomeOf } from './calls.ts'

/** The custom integration inside workerd, over real connections, through its real Upstream object. */
const ordersUrl = inject('ordersUrl')

async function fail(route: string, fault: object) {
  await fetch(`${ordersUrl}/__faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ route, fault }),
  })
}

function bound(name: string, args: object, baseUrl = ordersUrl) {
  const tool = custom.tools.find((t) => t.name === name)
  if (!tool) throw new Error(`no tool ${name}`)
  return { call: tool.bind(args), ...callOf({ ...env, ORDERS_BASE_URL: baseUrl }) }
}

async function refund(order_id: string, baseUrl = ordersUrl) {
  const { call, ctx } = bound('refund_order', { order_id, reason: 'arrived broken' }, baseUrl)
  const preview = { summary: '', target: { id: order_id, version: '1' } }
  return outcomeOf(call.run(ctx, { preview }))
}

const statusOf = async (order_id: string) => {
  const { call, ctx } = bound('get_order', { order_id })
  return (await call.run(ctx)).status
}

describe('inside workerd', () => {
  it('reads and writes arrive, and what is written is there', async () => {
    expect(await statusOf('A-1001')).toBe('paid')
    expect(await refund('A-1001')).toBe('ok')
    expect(await statusOf('A-1001')).toBe('refunded')
  })

  it('a write that met a closed port has done nothing, and it says so', async () => {
    expect(await refund('A-1002', inject('closedUrl'))).toBe('upstream_unavailable')
  })

  it('a write whose connection is reset is unknown, unless the request had not even left', async () => {
    await fail('POST /orders/*', { kind: 'reset' })
    expect(['unknown', 'upstream_unavailable']).toContain(await refund('A-1003'))
    expect(await statusOf('A-1003')).toBe('shipped')
    await fail('POST /orders/*', { kind: 'reset', committed: true })
    expect(await refund('A-1003')).toBe('unknown')
    expect(await statusOf('A-1003')).toBe('refunded')
  })

  it('half an answer to a write is unknown, to a read it is asked again', async () => {
    await fail('POST /orders/*', { kind: 'half' })
    expect(await refund('A-1005')).toBe('unknown')
    await fail('GET /orders/*', { kind: 'half' })
    expect(await statusOf('A-1005')).toBe('refunded')
  })

  it('a read survives a reset, a limit and an expired token', async () => {
    for (const fault of [
      { kind: 'reset' },
      { kind: 'limited', retryAfterSeconds: 0 },
      { kind: 'expired_token' },
    ]) {
      await fail('GET /orders/*', fault)
      expect(await statusOf('A-1009')).toBe('shipped')
    }
  })
})
