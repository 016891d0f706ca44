import { DurableObject } from 'cloudflare:workers'
import * as z from 'zod'
import type { AuditEvent } from '../../../shared/audit.ts'
import {
  LedgerRow,
  Opening,
  openingOf,
  rowAfter,
  type Head,
  type StoredRow,
} from '../../../shared/ledger.ts'
import type { HubEnv } from '../env.ts'
import { ledgerIndex } from './ledger-index.ts'
import { conditions, Filter, type Before } from './filter.ts'
import { latencyStep } from './latency.ts'

/** What an append came to: on record here, or turned away because a later day has opened. */
export type Appended = { readonly rows: number } | { readonly sealedInto: string }

/** Calls of one slice of time, counted by what they were. */
export interface Count {
  readonly slice: number
  readonly kind: string
  readonly outcome: string
  /** A step of `latency.ts`. */
  readonly latency: number
  readonly count: number
}

/** Rows that one call hands over at most. */
const pageSize = 1_000

/** `line` is the row; the other columns repeat what is searched and counted by. */
const table = `
  CREATE TABLE IF NOT EXISTS rows (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, arrived_at INTEGER NOT NULL,
    kind TEXT NOT NULL, user TEXT NOT NULL, client TEXT NOT NULL, tool TEXT NOT NULL,
    outcome TEXT NOT NULL, approval_id TEXT NOT NULL, latency INTEGER NOT NULL, line TEXT NOT NULL
  )`

/**
 * The audit rows of one integration and one UTC day, append-only and chained. Nothing here ever
 * updates or deletes a row; `erase` deletes the day as a whole, once the index has kept its head.
 */
export class Ledger extends DurableObject<HubEnv> {
  readonly #sql: SqlStorage
  readonly #kv: SyncKvStorage
  #opening: Promise<Opening | { sealedInto: string }> | undefined
  /** The end of the chain, so that an append needn't read; undefined when it isn't known. */
  #end: { seq: number; hash: string; arrivedAt: number } | undefined

  constructor(ctx: DurableObjectState, env: HubEnv) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#kv = ctx.storage.kv
    this.#sql.exec(table)
  }

  /** Appends events, all or none, in order. One that is on record already (same id) is passed over. */
  async append(ledger: string, events: readonly AuditEvent[]): Promise<Appended> {
    const opening = await this.#open(ledger)
    if ('sealedInto' in opening) return opening
    const sealedInto = this.#sealedInto()
    if (sealedInto !== undefined) return { sealedInto }
    const before = this.#last(opening)
    let end = before
    try {
      this.ctx.storage.transactionSync(() => {
        const arrivedAt = Math.max(Math.min(Date.now(), endOfDay(ledger)), before.arrivedAt)
        const onRecord = this.#onRecord(events)
        const rows: Columns[] = []
        for (const event of events) {
          if (onRecord.has(event.id)) continue
          onRecord.add(event.id)
          const row = rowAfter(end.hash, { ledger, seq: end.seq + 1, arrivedAt }, event)
          rows.push(columnsOf(row, event))
          end = { seq: row.seq, hash: row.hash, arrivedAt }
        }
        this.#insert(rows)
      })
    } catch (error) {
      this.#end = undefined
      throw error
    }
    this.#end = end
    return { rows: end.seq }
  }

  /** Closes the day for good and says what it came to. Idempotent. @param into the ledger that continues it. */
  async seal(ledger: string, into: string): Promise<Head> {
    const opening = await this.#open(ledger)
    if ('sealedInto' in opening) throw new Error(`${ledger} never opened.`)
    if (this.#sealedInto() === undefined) this.#kv.put('sealed', into)
    return this.#head(opening)
  }

  /** Where the chain stands; null for a ledger that holds nothing. */
  head(): Head | null {
    const opening = this.#stored()
    return opening ? this.#head(opening) : null
  }

  opening(): Opening | null {
    return this.#stored() ?? null
  }

  /** The canonical lines after row `after`, as many as one call hands over. */
  lines(after: number, filter: Filter = {}): { readonly lines: string[]; readonly last: number } {
    const { where, values } = conditions(Filter.parse(filter))
    const rows = this.#sql
      .exec<{ seq: number; line: string }>(
        `SELECT seq, line FROM rows WHERE seq > ? AND ${where} ORDER BY seq LIMIT ${pageSize}`,
        after,
        ...values,
      )
      .toArray()
    return { lines: rows.map(({ line }) => line), last: rows.at(-1)?.seq ?? after }
  }

  /** The newest rows first, older than `before`. */
  newest(filter: Filter, before: Before, limit: number): LedgerRow[] {
    const { where, values } = conditions(Filter.parse(filter), before)
    return this.#sql
      .exec<{ line: string }>(
        `SELECT line FROM rows WHERE ${where} ORDER BY seq DESC LIMIT ?`,
        ...values,
        Math.min(limit, pageSize),
      )
      .toArray()
      .map(({ line }) => parseRow(line))
  }

  /** A row between its neighbours in the chain; null where there is none. */
  neighbourhood(seq: number): Record<'before' | 'row' | 'after', LedgerRow | null> {
    const rows = this.#sql
      .exec<{ line: string }>('SELECT line FROM rows WHERE seq BETWEEN ? AND ?', seq - 1, seq + 1)
      .toArray()
      .map(({ line }) => parseRow(line))
    const at = (wanted: number) => rows.find((row) => row.seq === wanted) ?? null
    return { before: at(seq - 1), row: at(seq), after: at(seq + 1) }
  }

  /** How many calls of which outcome and latency fell into each slice of time since `from`. */
  counts(filter: Filter, from: number, sliceMs: number): Count[] {
    const { where, values } = conditions(Filter.parse(filter))
    return this.#sql
      .exec<Record<keyof Count, SqlStorageValue>>(
        `SELECT CAST((arrived_at - ?) / ? AS INTEGER) AS slice, kind, outcome, latency, COUNT(*) AS count
         FROM rows WHERE ${where} GROUP BY 1, 2, 3, 4`,
        from,
        sliceMs,
        ...values,
      )
      .toArray() as unknown as Count[]
  }

  /** Who made most calls since a moment, refused ones aside; of one tool, or of all. */
  busiest(from: number, tool?: string): { user: string; calls: number }[] {
    return this.#sql
      .exec<{ user: string; calls: number }>(
        `SELECT user, COUNT(*) AS calls FROM rows
         WHERE kind = 'call' AND outcome != 'refused' AND arrived_at >= ? AND tool = coalesce(?, tool)
         GROUP BY user ORDER BY calls DESC, user LIMIT 5`,
        from,
        tool ?? null,
      )
      .toArray()
  }

  /** Deletes the day. Only for the retention rule, after the index has kept its head. */
  async erase(): Promise<void> {
    await this.ctx.storage.deleteAll()
    this.#end = undefined
    this.#sql.exec(table)
  }

  /** The opening, made at the first append. A failure is not remembered, so the next call tries again. */
  async #open(ledger: string): Promise<Opening | { sealedInto: string }> {
    const stored = this.#stored()
    if (stored) return stored
    this.#opening ??= this.#begin(ledger).finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** Takes its place in the index, seals the day before, and begins with that day's head. */
  async #begin(ledger: string): Promise<Opening | { sealedInto: string }> {
    const index = ledgerIndex(this.env)
    const place = await index.open(ledger)
    if ('later' in place) return { sealedInto: place.later }
    let before: { ledger: string; head: string } | null = null
    if (place.previous) {
      const { ledger: name, head: kept } = place.previous
      if (kept !== null) before = { ledger: name, head: kept }
      else {
        const head = await this.env.LEDGER.getByName(name).seal(name, ledger)
        await index.sealed(head)
        before = { ledger: name, head: head.head }
      }
    }
    const opening = openingOf(ledger, before)
    this.#kv.put('opening', opening)
    return opening
  }

  #stored(): Opening | undefined {
    return Opening.optional().parse(this.#kv.get('opening'))
  }

  #sealedInto(): string | undefined {
    return z.string().optional().parse(this.#kv.get('sealed'))
  }

  #head(opening: Opening): Head {
    const { seq, hash } = this.#last(opening)
    const sealed = this.#sealedInto() !== undefined
    return { type: 'head', ledger: opening.ledger, rows: seq, head: hash, sealed }
  }

  #last(opening: Opening): { seq: number; hash: string; arrivedAt: number } {
    this.#end ??= this.#sql
      .exec<{ seq: number; hash: string; arrivedAt: number }>(
        "SELECT seq, line ->> 'hash' AS hash, arrived_at AS arrivedAt FROM rows ORDER BY seq DESC LIMIT 1",
      )
      .toArray()[0] ?? { seq: 0, hash: opening.hash, arrivedAt: 0 }
    return this.#end
  }

  /** The ids among these that have a row. */
  #onRecord(events: readonly AuditEvent[]): Set<string> {
    const found = this.#sql.exec<{ id: string }>(
      'SELECT id FROM rows WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify(events.map(({ id }) => id)),
    )
    return new Set([...found].map(({ id }) => id))
  }

  /** Many rows by one statement: a statement a row costs more than the rows. */
  #insert(rows: readonly Columns[]): void {
    let part: string[] = []
    let length = 0
    const flush = () => {
      if (part.length > 0) this.#sql.exec(insert, `[${part.join(',')}]`)
      part = []
      length = 0
    }
    for (const row of rows) {
      const json = JSON.stringify(row)
      if (length + json.length > longestPart) flush()
      part.push(json)
      length += json.length
    }
    flush()
  }
}

/** A row in the order of the table's columns. */
type Columns = readonly (string | number)[]

const columnsOf = (row: StoredRow, event: AuditEvent): Columns => [
  row.seq,
  event.id,
  row.arrivedAt,
  event.kind,
  event.user,
  event.client,
  event.tool,
  event.outcome,
  event.approvalId,
  latencyStep(event.durationMs),
  row.line,
]

const insert = `INSERT INTO rows SELECT ${Array.from({ length: 11 }, (_, i) => `value ->> ${i}`).join(', ')} FROM json_each(?)`

/** Characters of rows in one statement. What is bound may have 2 MB, and a character three bytes. */
const longestPart = 500_000

const parseRow = (line: string): LedgerRow => LedgerRow.parse(JSON.parse(line))

/** The last millisecond of a ledger's day: a row that arrives around midnight still belongs to its day. */
const endOfDay = (ledger: string): number => Date.parse(`${ledger.slice(-10)}T23:59:59.999Z`)
