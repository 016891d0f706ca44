import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../shared/hash.ts'
import { hashLine, openingOf, rowAfter } from '../../../shared/ledger.ts'
import { verifyLedger } from '../../../shared/ledger-verification.ts'
import { exported, someEvent } from './events.ts'

const days = { '2026-11-23': 5, '2026-11-24': 0, '2026-11-25': 7 }
/** Lines of the export above: 1 opening, 2-6 rows, 7 head, 8 opening, 9 head, 10 opening, 11-17 rows, 18 head. */
const whole = exported(days)

interface Editable {
  seq: number
  arrivedAt: number
  previous: string
  hash: string
  event: { facts: object }
}

function edited(line: string, edit: (value: Editable) => unknown, rehash = false): string {
  const value: Editable = JSON.parse(line)
  edit(value)
  return canonicalJson(rehash ? { ...value, hash: hashLine({ ...value }) } : value)
}
const without = (...gone: number[]) => whole.filter((_, i) => !gone.includes(i + 1))
const replaced = (at: number, line: string) => whole.map((one, i) => (i + 1 === at ? line : one))
const lineOf = (at: number) => whole[at - 1] ?? ''
const problemOf = async (lines: string[]) => (await verifyLedger(lines)).problem

describe('an untouched export', () => {
  test('is verified, with the head of each day', async () => {
    expect(await verifyLedger(whole)).toEqual({
      ok: true,
      rows: 12,
      warnings: [],
      ledgers: [7, 9, 18].map((at) => {
        const { type: _, ...head } = JSON.parse(lineOf(at))
        return head
      }),
    })
  })

  test('may hold several integrations, each with its own chain', async () => {
    const verdict = await verifyLedger([...whole, ...exported(days, 'jira')])
    expect(verdict).toMatchObject({ ok: true, rows: 24 })
  })

  test('may begin on any day, because its first line says what it continues', async () => {
    expect(await verifyLedger(whole.slice(9))).toMatchObject({ ok: true, rows: 7 })
  })

  test('goes on after a day whose rows the retention rule deleted', async () => {
    const { ledger, rows, head } = JSON.parse(lineOf(7))
    const erased = canonicalJson({ type: 'erased', ledger, rows, head })
    expect(await verifyLedger([erased, ...whole.slice(7)])).toMatchObject({ ok: true, rows: 7 })
    const forged = canonicalJson({ type: 'erased', ledger, rows, head: 'f'.repeat(64) })
    expect(await problemOf([forged, ...whole.slice(7)])).toMatchObject({
      line: 2,
      ledger: 'postgres/2026-11-24',
    })
  })

  test('comes in as a stream too', async () => {
    async function* stream() {
      yield* whole
    }
    expect(await verifyLedger(stream())).toMatchObject({ ok: true })
  })
})

describe('the first bad line is named', () => {
  test('a changed row', async () => {
    const line = edited(lineOf(4), (row) =>
      Object.assign(row.event, { user: 'nobody@example.com' }),
    )
    expect(await problemOf(replaced(4, line))).toEqual({
      line: 4,
      ledger: 'postgres/2026-11-23',
      seq: 3,
      what: 'was changed: its hash is not that of its content',
    })
  })

  test.each([
    ['a number', (row: { arrivedAt: number }) => row.arrivedAt++],
    ['a fact', (row: { event: { facts: object } }) => Object.assign(row.event.facts, { a: 1 })],
    ['an added field', (row: object) => Object.assign(row, { extra: 1 })],
    ['the hash itself', (row: { hash: string }) => (row.hash = 'f'.repeat(64))],
  ] as [string, (row: Editable) => unknown][])('%s of a row', async (_, edit) => {
    expect(await problemOf(replaced(12, edited(lineOf(12), edit)))).toMatchObject({
      line: 12,
      seq: 2,
    })
  })

  test('a row that was changed and hashed anew: the next one does not follow it', async () => {
    const line = edited(lineOf(4), (row) => Object.assign(row.event, { outcome: 'failed' }), true)
    expect(await problemOf(replaced(4, line))).toMatchObject({
      line: 5,
      seq: 4,
      what: 'does not follow the line before it: row 3 or this one was replaced',
    })
  })

  test('the last row of a day changed and hashed anew: the head does not match', async () => {
    const line = edited(lineOf(6), (row) => Object.assign(row.event, { outcome: 'failed' }), true)
    expect(await problemOf(replaced(6, line))).toMatchObject({
      line: 7,
      what: 'does not match the last row: the last row was replaced',
    })
  })

  test('a whole day hashed anew, head and all: the next day does not continue it', async () => {
    const other = exported({ '2026-11-23': 5 })
    expect(await problemOf([...other, ...whole.slice(7)])).toMatchObject({
      line: 8,
      ledger: 'postgres/2026-11-24',
      what: expect.stringContaining('does not continue postgres/2026-11-23'),
    })
  })

  test.each([2, 4, 6, 11, 14, 17])('line %i removed', async (gone) => {
    const problem = await problemOf(without(gone))
    expect(problem?.line).toBe(gone)
    expect(problem?.what).toMatch(/missing|removed/)
  })

  test.each([
    ['the opening of a day', [8], 8],
    ['the head of a day', [7], 7],
    ['a whole day in the middle', [8, 9], 8],
    ['the end of the file', [17, 18], 16],
    ['the last head', [18], 17],
  ])('%s removed', async (_, gone, at) => {
    expect(await problemOf(without(...gone))).toMatchObject({ line: at })
  })

  test('a row inserted', async () => {
    const forged = edited(lineOf(3), (row) => Object.assign(row.event, someEvent()), true)
    expect(await problemOf(whole.toSpliced(3, 0, forged))).toMatchObject({
      line: 4,
      what: expect.stringContaining('out of order, or there twice'),
    })
    const doubled = whole.toSpliced(3, 0, lineOf(3))
    expect(await problemOf(doubled)).toMatchObject({ line: 4, seq: 2 })
  })

  test('a row inserted with the right number and hash', async () => {
    const last = JSON.parse(lineOf(17))
    const forged = edited(
      lineOf(17),
      (row) => Object.assign(row, { seq: 8, previous: last.hash }),
      true,
    )
    expect(await problemOf(whole.toSpliced(17, 0, forged))).toMatchObject({
      line: 19,
      what: expect.stringContaining('says 7 rows, but there are 8'),
    })
  })

  test.each([2, 3, 11, 15])('rows %i and its neighbour swapped', async (at) => {
    const swapped = whole.with(at - 1, lineOf(at + 1)).with(at, lineOf(at))
    expect(await problemOf(swapped)).toMatchObject({ line: at })
  })

  test('a row of another day put here', async () => {
    expect(await problemOf(replaced(12, lineOf(3)))).toMatchObject({
      line: 12,
      what: expect.stringContaining('outside its ledger'),
    })
  })

  test('days in another order', async () => {
    const turned = [...whole.slice(9), ...whole.slice(0, 7)]
    expect(await problemOf(turned)).toMatchObject({
      line: 10,
      what: expect.stringContaining('same or a later day'),
    })
  })

  test.each([
    ['spaces', (line: string) => line.replace('{', '{ ')],
    [
      'a key there twice, of which JSON keeps the last',
      (line: string) => line.replace('"event":{', '"event":{"user":"other@example.com",'),
    ],
    [
      'the keys in another order',
      (line: string) =>
        JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).toReversed())),
    ],
    [
      'an escaped letter',
      (line: string) => line.replace('"postgres"', String.raw`"p\u006fstgres"`),
    ],
    ['half a line', (line: string) => line.slice(0, 200)],
    ['something else', () => '{"type":"note"}'],
    ['no JSON', () => 'hello'],
  ])('a line written differently: %s', async (_, edit) => {
    expect(await problemOf(replaced(13, edit(lineOf(13))))).toMatchObject({ line: 13 })
  })

  test('a consistent forgery of everything is caught by a head that somebody noted', async () => {
    const noted = JSON.parse(lineOf(18)).head
    expect(await verifyLedger(whole, { heads: [noted] })).toMatchObject({ ok: true })
    expect(await verifyLedger(exported(days), { heads: [noted] })).toMatchObject({
      ok: false,
      problem: { what: expect.stringContaining(noted) },
    })
  })
})

test('a row’s line is exactly the canonical JSON of the row', () => {
  const event = someEvent({ sequence: 7, arguments: '{"q":"é \\u2028 \\"x\\""}', durationMs: 0.25 })
  const { line, hash } = rowAfter(
    '0'.repeat(64),
    { ledger: 'postgres/2026-11-25', seq: 3, arrivedAt: 5 },
    event,
  )
  const row: unknown = JSON.parse(line)
  expect(canonicalJson(row)).toBe(line)
  expect(row).toMatchObject({ event, hash, seq: 3, type: 'row' })
})

describe('what is no break of the chain', () => {
  test('numbers of an isolate that never arrived are a warning', async () => {
    const lines = exported({ '2026-11-25': 0 })
    expect((await verifyLedger(lines)).warnings).toEqual([])
    const ledger = 'postgres/2026-11-25'
    const opening = openingOf(ledger, null)
    const rows = [4, 5, 8, 9].reduce<{ head: string; lines: unknown[] }>(
      ({ head, lines }, sequence, i) => {
        const row = rowAfter(head, { ledger, seq: i + 1, arrivedAt: 1 }, someEvent({ sequence }))
        return { head: row.hash, lines: [...lines, JSON.parse(row.line)] }
      },
      { head: opening.hash, lines: [opening] },
    )
    const text = [
      ...rows.lines,
      { type: 'head', ledger, rows: 4, head: rows.head, sealed: false },
    ].map(canonicalJson)
    expect(await verifyLedger(text)).toMatchObject({
      ok: true,
      warnings: [
        '2 rows of isolate isolate-1 between its numbers 4 and 9 never reached the ledger.',
      ],
    })
  })

  test('chosen rows are checked one by one, and said to be no proof of completeness', async () => {
    const rows = whole.filter((line) => JSON.parse(line).type === 'row')
    const some = [
      '{"filter":"tool=query_database","type":"selection"}',
      ...rows.filter((_, i) => i % 3 === 0),
    ]
    const verdict = await verifyLedger(some)
    expect(verdict).toMatchObject({ ok: true, rows: 4 })
    expect(verdict.warnings).toHaveLength(1)
    const forged = some.with(
      2,
      edited(some[2] ?? '', (row) => Object.assign(row.event, { user: 'x' })),
    )
    expect(await problemOf(forged)).toMatchObject({ line: 3 })
  })
})
