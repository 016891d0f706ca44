import { describe, expect, test } from 'vitest'
import type { AuditEvent } from '../../../shared/audit.ts'
import { columns, toDataPoint, writeAuditPoint } from '../../../shared/analytics.ts'
import { FakeDataset } from './dataset.ts'

const event: AuditEvent = {
  id: 'b7a4b4f4-9a55-4f1a-8d5e-0a8a27d1a001',
  kind: 'call',
  at: 1_764_105_600_000,
  user: 'engineer@example.com',
  client: 'https://claude.ai/client',
  integration: 'postgres',
  tool: 'query_database',
  effect: 'read',
  arguments: '{"query":"SELECT 1"}',
  argumentsHash: 'a'.repeat(64),
  outcome: 'ok',
  errorCode: '',
  facts: { rows: 3, truncated: true, rule: 'engineers-use-shop' },
  responseBytes: 120,
  durationMs: 12.5,
  approvalId: '',
  country: 'DE',
  workerVersion: 'v1',
  policyVersion: 'p1',
  isolate: 'i1',
  sequence: 7,
}

describe('the Analytics Engine point of an event', () => {
  test('names each value by its column', () => {
    const point = toDataPoint(event)
    const values = Object.fromEntries(
      columns.map(({ column, sql }) => {
        const at = Number(sql.replace(/\D+/, '')) - 1
        return [column, sql.startsWith('blob') ? point.blobs[at] : point.doubles[at]]
      }),
    )
    expect(values).toEqual({
      ...event,
      rule: 'engineers-use-shop',
      rows: 3,
      truncated: 1,
      facts: JSON.stringify(event.facts),
    })
    expect(point.indexes).toEqual(['postgres/query_database/ok'])
  })

  test('stays inside the limits when every field is as long as the event allows, in any script', () => {
    const dataset = new FakeDataset()
    for (const letter of ['x', 'ж', '漢', '🦊']) {
      const fill = (length: number) => letter.repeat(length / letter.length)
      writeAuditPoint(dataset, {
        ...event,
        id: fill(64),
        user: fill(320),
        client: fill(2_048),
        integration: fill(64),
        tool: fill(128),
        arguments: fill(4_100),
        argumentsHash: fill(64),
        outcome: fill(32),
        errorCode: fill(64),
        facts: Object.fromEntries([...Array(50).keys()].map((i) => [`fact${i}`, fill(500)])),
        approvalId: fill(64),
        country: fill(8),
        workerVersion: fill(64),
        policyVersion: fill(64),
        isolate: fill(36),
      })
    }
    expect(dataset.points).toHaveLength(4)
    for (const { blobs } of dataset.points)
      for (const blob of blobs) expect(blob).not.toContain('\ufffd')
  })

  test('names that callers invent share one index value, so they can’t make values without end', () => {
    const unknown = (tool: string) =>
      toDataPoint({ ...event, tool, effect: 'none', outcome: 'refused' }).indexes
    expect(unknown('a')).toEqual(unknown('b'))
  })

  test('a binding that throws costs the point, not the call', () => {
    const broken = {
      writeDataPoint() {
        throw new Error('no')
      },
    }
    expect(() => writeAuditPoint(broken, event)).not.toThrow()
  })

  test('the fake refuses what the vendor refuses', () => {
    const dataset = new FakeDataset()
    expect(() => dataset.writeDataPoint({ indexes: ['x'.repeat(97)] })).toThrow('96 bytes')
    expect(() => dataset.writeDataPoint({ indexes: ['a', 'b'] })).toThrow('one index')
    expect(() => dataset.writeDataPoint({ blobs: Array(21).fill('') })).toThrow('20 blobs')
    expect(() => dataset.writeDataPoint({ doubles: Array(21).fill(0) })).toThrow('20 doubles')
    expect(() => dataset.writeDataPoint({ blobs: ['ж'.repeat(8_193)] })).toThrow('16 KB')
    expect(() => dataset.writeDataPoint({ doubles: [Number.NaN] })).toThrow('number')
  })
})
