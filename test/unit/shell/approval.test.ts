/** The run of an approved write, when things go wrong around it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { envelopeOf } from '../../../shared/approval-envelope.ts'
import { approvalStates, type ApprovalState, type ApprovalStatus } from '../../../shared/hub.ts'
import { callTool, type Shell } from '../../../shared/pipeline.ts'
import { callIo, freshShell, hub, upstream } from './orders.ts'

let shell: Shell
beforeEach(async () => {
  shell = freshShell()
  const { io, settled } = callIo()
  await callTool(shell, io, 'refund_order', { orderId: 7 })
  await settled()
  upstream.contacted.length = 0
})

async function collect() {
  const { io, settled } = callIo()
  const args = { approval_id: hub.proposals[0]?.id, wait_seconds: 0 }
  const { result } = await callTool(shell, io, 'get_orders_approval_result', args)
  await settled()
  return { envelope: result.structuredContent ?? {}, row: hub.recorded.at(-1) }
}

describe('an approved write', () => {
  it('is told to the hub again when it could not hear it, and runs once', async () => {
    hub.deaf = 2
    expect((await collect()).envelope).toMatchObject({ status: 'done' })
    expect(upstream.contacted).toHaveLength(1)
    expect(hub.outcomes).toEqual([expect.objectContaining({ state: 'done' })])
  })

  it('that the hub never hears of is unknown on record, and says what it knows', async () => {
    hub.deaf = 9
    const { envelope, row } = await collect()
    expect(envelope).toMatchObject({
      status: 'unknown',
      result: { refunded: 7 },
      note: expect.stringContaining('it ended as done. The hub could not be told'),
    })
    expect(JSON.stringify([envelope, row])).not.toContain('hunter2')
    expect(row).toMatchObject({ outcome: 'unknown' })
    expect(upstream.contacted).toHaveLength(1)
  })

  it('stops when its lease is lost, and is unknown', async () => {
    hub.lease = { ms: 15, kept: async () => false }
    upstream.hang = true
    expect((await collect()).envelope).toMatchObject({ status: 'unknown' })
    expect(hub.outcomes).toEqual([expect.objectContaining({ state: 'unknown' })])
  })

  it('goes on when a heartbeat is not heard: the lease says when it is over', async () => {
    let beats = 0
    hub.lease = { ms: 15, kept: () => (beats++, Promise.reject(new Error('hub restarted'))) }
    upstream.hang = true
    await collect() // to its deadline
    expect(beats).toBeGreaterThan(3)
    const before = beats
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(beats).toBe(before)
  })

  it.each([
    ['a tool that this version has not', { tool: 'cancel_order' }, 'internal'],
    ['arguments that this version does not take', { args: { order: 'seven' } }, 'invalid_input'],
    ['a read', { tool: 'list_orders' }, 'invalid_input'],
  ])('of %s fails, and nothing is contacted', async (_, running, code) => {
    hub.running = running
    const { envelope, row } = await collect()
    expect(envelope).toMatchObject({ status: 'failed', error: { code } })
    expect(row).toMatchObject({ outcome: 'failed', errorCode: code })
    expect(upstream.contacted).toEqual([])
  })

  it('runs what was approved, whatever the caller sends now', async () => {
    hub.running = { args: { orderId: 8 } }
    expect((await collect()).envelope).toMatchObject({ result: { refunded: 8 } })
  })
})

describe('the envelope', () => {
  const status = (state: ApprovalState): ApprovalStatus => ({
    id: 'a1',
    state,
    tool: 'refund_order',
    summary: 'Refund order 7',
    url: 'https://hub.test/approvals/a1',
    expiresAt: '2026-01-01T00:30:00.000Z',
  })

  it('says in each state that is not the end what to call next', () => {
    for (const state of ['proposed', 'approved', 'running'] as const) {
      const { status: shown, note } = envelopeOf(status(state), 'get_orders_approval_result')
      expect([shown, note]).toEqual([
        'approval_required',
        expect.stringContaining('get_orders_approval_result'),
      ])
    }
  })

  it('shows the link only while a person can still decide', () => {
    const linked = approvalStates.filter((state) => 'approval_url' in envelopeOf(status(state), ''))
    expect(linked).toEqual(['proposed'])
  })
})

describe('a proposal', () => {
  it('is not made when its preview takes too long or makes no sense', async () => {
    hub.proposals = []
    upstream.hang = true
    const { result } = await callTool(shell, callIo().io, 'refund_order', { orderId: 7 })
    expect(result.content[0]).toMatchObject({
      text: expect.stringMatching(/^upstream_unavailable/),
    })
    expect(hub.proposals).toEqual([])
  })
})
