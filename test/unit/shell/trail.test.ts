import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../../shared/audit.ts'
import { AuditTrail, type NewAuditEvent } from '../../../shared/trail.ts'

const event = (id: string): NewAuditEvent => ({
  id,
  kind: 'call',
  at: 0,
  user: 'ada@example.com',
  client: 'c',
  integration: 'orders',
  tool: 't',
  effect: 'read',
  arguments: '{}',
  argumentsHash: '',
  outcome: 'ok',
  errorCode: '',
  facts: {},
  responseBytes: 0,
  durationMs: 1,
  approvalId: '',
  country: '',
  workerVersion: '',
  policyVersion: '',
})

function trail(record: (batch: readonly AuditEvent[]) => Promise<void>) {
  const waiting: Promise<unknown>[] = []
  const points: unknown[] = []
  const audit = new AuditTrail(
    { record: (_, batch) => record(batch) },
    'r',
    { writeDataPoint: (point?: unknown) => void points.push(point) },
    0,
  )
  const add = (id: string, sequence = audit.next()) =>
    audit.add(event(id), sequence, { waitUntil: (promise) => void waiting.push(promise) })
  return { add, next: () => audit.next(), points, flushed: () => Promise.all(waiting) }
}

describe('the audit trail of an isolate', () => {
  it('writes one Analytics Engine point a call at once, and the ledger rows in one batch, numbered', async () => {
    const batches: number[][] = []
    const { add, points, flushed } = trail(
      async (batch) => void batches.push(batch.map((row) => row.sequence)),
    )
    for (let i = 0; i < 300; i++) add(`e${i}`)
    expect(points).toHaveLength(300)
    expect(batches).toEqual([])
    await flushed()
    expect(batches.map((batch) => batch.length)).toEqual([250, 50])
    expect(batches.flat()).toEqual(Array.from({ length: 300 }, (_, i) => i))
  })

  it('has a gap where a call ended and its row was lost, and takes rows out of order once', async () => {
    const rows: [string, number][] = []
    const { add, next, flushed } = trail(
      async (batch) =>
        void rows.push(...batch.map((row): [string, number] => [row.id, row.sequence])),
    )
    const [first, , third] = [next(), next(), next()]
    add('third', third)
    add('first', first)
    await flushed()
    expect(rows).toEqual([
      ['third', 2],
      ['first', 0],
    ])
  })

  it('keeps rows while the ledger is down and delivers them in order, none lost and none left out', async () => {
    let down = 2
    const rows: string[] = []
    const { add, flushed } = trail(async (batch) => {
      if (down-- > 0) throw new Error('ledger down')
      rows.push(...batch.map((row) => row.id))
    })
    add('a')
    add('b')
    await flushed()
    expect(rows).toEqual(['a', 'b'])
  })

  it('delivers what came while it was delivering', async () => {
    const rows: string[] = []
    const { add, flushed } = trail(async (batch) => {
      rows.push(...batch.map((row) => row.id))
      if (rows.length === 1) add('late')
    })
    add('first')
    await flushed()
    expect(rows).toEqual(['first', 'late'])
  })
})
