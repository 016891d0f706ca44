import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { beforeEach, describe, expect, test } from 'vitest'
import type { AuditEvent } from '../../../../shared/audit.ts'
import { verifyLedger, type Verdict } from '../../../../shared/ledger-verification.ts'
import { appendToLedger } from '../../../../workers/hub/ledger/append.ts'
import { exportLedgers, type Range } from '../../../../workers/hub/ledger/export.ts'
import { ledgerIndex } from '../../../../workers/hub/ledger/ledger-index.ts'
import { eraseOldLedgers } from '../../../../workers/hub/ledger/retention.ts'
import { someEvent } from '../../../unit/audit/events.ts'
import { env } from '../hub.ts'

const day = (at: string) => Date.parse(`${at}T12:00:00Z`)
const all = { fromDay: '2020-01-01', toDay: '2099-12-31' }
let integration = ''
let number = 0
/** Each test has an integration of its own, so none sees another's rows. */
beforeEach(() => {
  integration = `test${number++}`
})

const ledgerOf = (name: string) => env.LEDGER.getByName(`${integration}/${name}`)
const append = (events: AuditEvent[], at = day('2026-11-25')) =>
  appendToLedger(env, integration, events, at)
const events = (count: number, over: Partial<AuditEvent> = {}) =>
  Array.from({ length: count }, (_, sequence) => someEvent({ integration, sequence, ...over }))

async function linesOf(range: Partial<Range> = {}): Promise<string[]> {
  const stream = exportLedgers(env, { ...all, integration, ...range })
  const text = await new Response(stream).text()
  return text.split('\n').filter(Boolean)
}
const verified = async (): Promise<Verdict> => verifyLedger(await linesOf())
const rowsIn = (lines: string[]): AuditEvent[] =>
  lines
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'row')
    .map(({ event }) => event)

describe('appending', () => {
  test('keeps the events in order and gives an export that verifies', async () => {
    const first = events(3)
    const second = events(2, { isolate: 'isolate-2' })
    await append(first)
    await append(second)
    expect(rowsIn(await linesOf())).toEqual([...first, ...second])
    expect(await verified()).toMatchObject({ ok: true, rows: 5, warnings: [] })
  })

  test('the same event again is passed over, alone and within a batch', async () => {
    const [a, b] = events(2) as [AuditEvent, AuditEvent]
    await append([a])
    await append([a, b, b])
    await append([a, b])
    expect(rowsIn(await linesOf())).toEqual([a, b])
  })

  test('a batch longer than one statement may be comes in whole and in order, whatever is in it', async () => {
    const text = '"\\\u{1F600}é\u2028'.repeat(600)
    const many = events(300, { arguments: text, client: 'https://client.example/"a"\\b' })
    expect(JSON.stringify(many).length).toBeGreaterThan(1_000_000)
    await append(many)
    expect(rowsIn(await linesOf())).toEqual(many)
    expect(await verified()).toMatchObject({ ok: true, rows: 300, warnings: [] })
  })

  test('a batch in which one event can’t be written appends nothing, and the chain goes on', async () => {
    const bad = someEvent({ integration, facts: { broken: Number.NaN } })
    await expect(append([...events(2), bad])).rejects.toThrow('NaN')
    expect(rowsIn(await linesOf())).toEqual([])
    await append(events(2))
    expect(await verified()).toMatchObject({ ok: true, rows: 2 })
  })

  test('a day begins with the head of the day before, which takes no more rows', async () => {
    await append(events(2), day('2026-11-20'))
    await append(events(1), day('2026-11-24'))
    const late = someEvent({ integration, isolate: 'late' })
    await append([late], day('2026-11-20')) // its clock is behind: it goes to the day that is open
    expect(await verified()).toMatchObject({
      ok: true,
      ledgers: [
        { ledger: `${integration}/2026-11-20`, rows: 2, sealed: true },
        { ledger: `${integration}/2026-11-24`, rows: 2, sealed: false },
      ],
    })
    expect(rowsIn(await linesOf({ fromDay: '2026-11-24' })).at(-1)).toEqual(late)
  })

  test('a day that never opened, older than the open one, sends its rows there', async () => {
    await append(events(1), day('2026-11-24'))
    await append(events(1, { isolate: 'late' }), day('2026-11-22'))
    expect(await verified()).toMatchObject({ ok: true, ledgers: [{ rows: 2 }] })
  })

  test('many writers at the turn of a day make one unbroken chain', async () => {
    const turns = Array.from({ length: 40 }, (_, i) =>
      append(
        [someEvent({ integration, isolate: `w${i}` })],
        day(i % 2 ? '2026-11-25' : '2026-11-24'),
      ),
    )
    await Promise.all(turns)
    expect(await verified()).toMatchObject({ ok: true, rows: 40 })
  })

  test('50 writers and 20,000 rows, the object evicted and killed meanwhile: every acknowledged row is there', async () => {
    const acknowledged: string[] = []
    const writer = async (name: number) => {
      for (let batch = 0; batch < 10; batch++) {
        const rows = Array.from({ length: 40 }, (_, i) =>
          someEvent({ integration, isolate: `w${name}`, sequence: batch * 40 + i }),
        )
        for (;;) {
          try {
            await append(rows)
            break
          } catch {
            // killed under us: an endpoint sends its batch again
          }
        }
        acknowledged.push(...rows.map(({ id }) => id))
      }
    }
    const writers = Promise.all(Array.from({ length: 50 }, (_, i) => writer(i)))
    for (let i = 0; i < 3; i++) {
      while (acknowledged.length < 5_000 * (i + 1))
        await new Promise((resolve) => setTimeout(resolve, 1))
      if (i === 1) {
        await ledgerOf('2026-11-25').head()
        await evictDurableObject(ledgerOf('2026-11-25'))
      } else await abortAllDurableObjects()
    }
    await writers
    const verdict = await verified()
    expect(verdict).toMatchObject({ ok: true, rows: 20_000, warnings: [] })
    const kept = new Set(rowsIn(await linesOf()).map(({ id }) => id))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  })
})

describe('opening a day is cut off', () => {
  test('after the index knew of it: the next append goes on', async () => {
    await append(events(1), day('2026-11-20'))
    await ledgerIndex(env).open(`${integration}/2026-11-21`)
    await append(events(1), day('2026-11-21'))
    expect(await verified()).toMatchObject({ ok: true, rows: 2 })
  })

  test('and the day after comes first: the empty day is opened and sealed on the way', async () => {
    await append(events(1), day('2026-11-20'))
    await ledgerIndex(env).open(`${integration}/2026-11-21`)
    await append(events(1), day('2026-11-22'))
    expect(await verified()).toMatchObject({
      ok: true,
      ledgers: [{ rows: 1 }, { rows: 0, sealed: true }, { rows: 1 }],
    })
  })

  test('after the day before was sealed: the next append goes on', async () => {
    await append(events(1), day('2026-11-20'))
    await ledgerOf('2026-11-20').seal(`${integration}/2026-11-20`, `${integration}/2026-11-21`)
    await append(events(1), day('2026-11-20'))
    expect(await verified()).toMatchObject({ ok: true, ledgers: [{ rows: 1 }, { rows: 1 }] })
  })
})

describe('what is stored can’t be edited unseen', () => {
  test.each([
    [
      'a row changed',
      "UPDATE rows SET line = replace(line, 'engineer@', 'somebody@') WHERE seq = 3",
    ],
    ['a row removed', 'DELETE FROM rows WHERE seq = 3'],
    ['the last row removed', 'DELETE FROM rows WHERE seq = 6'],
    ['two rows swapped', 'UPDATE rows SET seq = 9 - seq WHERE seq IN (4, 5)'],
  ])('%s', async (_, sql) => {
    await append(events(6), day('2026-11-24'))
    await append(events(1), day('2026-11-25'))
    expect(await verified()).toMatchObject({ ok: true })
    await runInDurableObject(ledgerOf('2026-11-24'), (_, state) => {
      if (sql.includes('9 - seq')) {
        state.storage.sql.exec('UPDATE rows SET seq = -seq WHERE seq IN (4, 5)')
        state.storage.sql.exec('UPDATE rows SET seq = 9 + seq WHERE seq < 0')
      } else state.storage.sql.exec(sql)
    })
    expect(await verified()).toMatchObject({ ok: false })
  })
})

describe('the retention rule', () => {
  test('deletes old days, keeps their heads, and the rest still verifies', async () => {
    await append(events(2), day('2025-01-01'))
    await append(events(3), day('2025-01-02'))
    await append(events(1), day('2026-11-25'))
    const erased = await eraseOldLedgers(env, 400, day('2026-11-25'))
    expect(erased.filter((name) => name.startsWith(`${integration}/`))).toEqual([
      `${integration}/2025-01-01`,
      `${integration}/2025-01-02`,
    ])
    const lines = await linesOf()
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      'erased',
      'erased',
      'day',
      'row',
      'head',
    ])
    expect(await verifyLedger(lines)).toMatchObject({ ok: true, rows: 1 })
    expect(await eraseOldLedgers(env, 400, day('2026-11-25'))).toEqual([])
  })

  test('an integration that fell silent goes on from its kept head', async () => {
    await append(events(2), day('2025-01-01'))
    await eraseOldLedgers(env, 400, day('2026-11-25'))
    await append(events(1), day('2026-11-26'))
    expect(await verified()).toMatchObject({ ok: true, rows: 1 })
    expect((await linesOf()).map((line) => JSON.parse(line).type)).toEqual([
      'erased',
      'day',
      'row',
      'head',
    ])
  })
})

describe('reading', () => {
  test('filters are parameters: what looks like SQL finds nothing and breaks nothing', async () => {
    await append(events(3))
    const nasty = `' OR 1=1 --`
    for (const filter of [{ user: nasty }, { tool: nasty }, { text: nasty }, { outcome: nasty }]) {
      expect(await ledgerOf('2026-11-25').newest(filter, {}, 10)).toEqual([])
    }
    expect(await ledgerOf('2026-11-25').newest({ text: 'select 1' }, {}, 10)).toHaveLength(3)
    expect(await ledgerOf('2026-11-25').newest({ user: 'ENGINEER@' }, { seq: 3 }, 10)).toHaveLength(
      2,
    )
  })

  test('chosen rows can be exported, each still provable', async () => {
    await append([...events(2), ...events(1, { outcome: 'refused' })])
    const lines = await linesOf({ filter: { outcome: 'refused' } })
    expect(lines).toHaveLength(2)
    expect(await verifyLedger(lines)).toMatchObject({ ok: true, rows: 1 })
  })

  test('an export of more rows than one page holds every one', async () => {
    for (let i = 0; i < 5; i++) await append(events(500, { isolate: `i${i}` }))
    expect(await verified()).toMatchObject({ ok: true, rows: 2_500 })
  })

  test('tells who calls most, since a moment and of one tool', async () => {
    const by = (user: string, over: Partial<AuditEvent> = {}) =>
      someEvent({ integration, user, ...over })
    await append([
      by('a'),
      by('a'),
      by('b'),
      by('b', { tool: 'other' }),
      by('b', { tool: 'other' }),
    ])
    await append([by('c', { outcome: 'refused' }), by('c', { kind: 'intent' })])
    const ledger = ledgerOf('2026-11-25')
    expect(await ledger.busiest(0)).toEqual([
      { user: 'b', calls: 3 },
      { user: 'a', calls: 2 },
    ])
    expect(await ledger.busiest(0, 'query_database')).toEqual([
      { user: 'a', calls: 2 },
      { user: 'b', calls: 1 },
    ])
    expect(await ledger.busiest(Date.now() + 86_400_000 * 365_000)).toEqual([])
  })

  test('a row shows its neighbours', async () => {
    await append(events(2))
    const around = await ledgerOf('2026-11-25').neighbourhood(2)
    expect(around).toMatchObject({ before: { seq: 1 }, row: { seq: 2 }, after: null })
    expect(around.row?.previous).toBe(around.before?.hash)
  })
})
