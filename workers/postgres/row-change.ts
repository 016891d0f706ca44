/**
 * What one write changes, measured inside its own transaction and without touching its text.
 *
 * Every row version carries the transaction that made it (`xmin`) and the one that ended it
 * (`xmax`). After the statement the new versions are those with our transaction in `xmin`. The
 * old ones can't be seen any more, except by a cursor opened before the statement: its snapshot is
 * from then, but it reads the rows when they are fetched, and by then our transaction stands in
 * their `xmax`. So both sides of the change come from the server's own book-keeping.
 */
import { ToolError } from '../../shared/errors.ts'
import { sha256Hex } from '../../shared/hash.ts'
import type { Result } from './database.ts'
import type { Access } from './databases.ts'
import type { GuardedWrite } from './guard/guarded.ts'
import type { Transaction } from './transaction.ts'
import type { Target } from './write-target.ts'

export const sampleRows = 20
/** A write of more rows belongs into a migration, not into a chat. */
export const mostRows = 10_000
/** Rows fetched at a time while looking for the sample's old versions. */
const chunk = 100

export interface RowChange {
  /** Rows of the table that were inserted, changed or removed. */
  readonly rows: number
  /** Stands for the exact versions of the rows before the statement. */
  readonly before: string
  /** A digest of each column's new values, in no order. */
  readonly columnDigests: ReadonlyMap<string, string>
  /** What triggers and cascades changed in other tables. */
  readonly elsewhere: Readonly<Record<string, TableCounts>>
  readonly fields: Result['fields']
  readonly sample: readonly { readonly before?: RawRow; readonly after?: RawRow }[]
  /** A digest of the new rows over some columns; only while the transaction is open. */
  digest(columns: readonly string[]): Promise<string>
}
export type RawRow = readonly (string | null)[]
export interface TableCounts {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}

/**
 * Runs the statement in the open transaction and measures it.
 * @throws ToolError when it changes too many rows, or rows that can't be accounted for
 */
export async function runAndMeasure(
  transaction: Transaction,
  access: Access,
  target: Target,
  { kind }: Pick<GuardedWrite, 'kind'>,
  statement: string,
): Promise<RowChange> {
  const { run } = transaction
  const { rows: ids } = await run({ text: 'SELECT pg_current_xact_id()::xid::text' })
  const mine = ids[0]![0]!
  const columns = target.columns.map(({ sql }) => sql).join(', ')
  const order = target.key.length > 0 ? sqlOf(target, target.key).join(', ') : 'tableoid, ctid'
  await run({
    text: `DECLARE gatehouse_ids NO SCROLL CURSOR FOR SELECT tableoid, ctid, xmin FROM ${target.sql} WHERE xmax = $1::xid`,
    parameters: [mine],
  })
  await run({
    text: `DECLARE gatehouse_before NO SCROLL CURSOR FOR SELECT tableoid, ctid, ${columns} FROM ${target.sql} WHERE xmax = $1::xid ORDER BY ${order}`,
    parameters: [mine],
  })
  const counted = await tableCounts(transaction, access, target)

  const { rowCount } = await run({ text: statement })
  if (rowCount > mostRows)
    throw new ToolError(
      'invalid_input',
      `This would change ${rowCount} rows; at most ${mostRows} can be approved at once. Narrow the condition.`,
    )
  await run({ text: 'SET CONSTRAINTS ALL IMMEDIATE' })

  const old = await oldVersions(transaction, target)
  const after = await newVersions(transaction, target, mine)
  const rows =
    kind === 'delete'
      ? old.versions.length
      : kind === 'insert'
        ? after.count
        : Math.max(old.versions.length, after.count)
  // A row that others hold a lock on carries a list of transactions instead of ours: not ours to count.
  if (rows < rowCount || (kind === 'update' && old.versions.length < rowCount))
    throw new ToolError(
      'upstream_unavailable',
      'Other transactions hold some of these rows right now, so the change can not be shown exactly. Nothing was changed.',
      { retryAfterSeconds: 5 },
    )
  const sampled = await run({
    text: `SELECT tableoid, ctid, ${columns} FROM ${target.sql} WHERE xmin = $1::xid ORDER BY ${order} LIMIT ${sampleRows}`,
    parameters: [mine],
  })
  const keyOf = keyReader(target)
  const oldRows = await oldRowsOf(transaction, old.isLive, kind, sampled.rows.map(keyOf), keyOf)
  return {
    rows,
    before: sha256Hex(old.versions.toSorted().join('\n')),
    columnDigests: after.digests,
    elsewhere: difference(counted, await tableCounts(transaction, access, target)),
    fields: sampled.fields.slice(2),
    sample: paired(oldRows, sampled.rows, keyOf, rows === 1),
    async digest(names) {
      const values = sqlOf(target, names).map((sql) => `${sql}::text`)
      const { rows } = await run({
        text: `SELECT ${digestOf(`json_build_array(${values.join(', ')})::text`)} FROM ${target.sql} WHERE xmin = $1::xid`,
        parameters: [mine],
      })
      return rows[0]?.[0] ?? ''
    },
  }
}

const sqlOf = (target: Target, names: readonly string[]): string[] =>
  target.columns.filter(({ name }) => names.includes(name)).map(({ sql }) => sql)

/**
 * The versions that the statement ended. A row that it only locked (for a foreign key that leads
 * into the same table) has our transaction in `xmax` too, but is still there.
 */
async function oldVersions({ run }: Transaction, target: Target) {
  const { rows } = await run({ text: `FETCH FORWARD ${2 * mostRows} FROM gatehouse_ids` })
  if (rows.length === 0) return { versions: [], isLive: () => false }
  const { rows: live } = await run({
    text: `SELECT tableoid, ctid FROM ${target.sql} WHERE ctid = ANY ($1::tid[])`,
    parameters: [rows.map(([, ctid]) => ctid ?? '')],
  })
  const places = new Set(live.map(placeOf))
  const isLive = (row: RawRow): boolean => places.has(placeOf(row))
  return { versions: rows.filter((row) => !isLive(row)).map((row) => row.join(' ')), isLive }
}

/** Table and position: where a row version is. */
const placeOf = ([tableoid, ctid]: RawRow): string => `${tableoid} ${ctid}`

async function newVersions({ run }: Transaction, target: Target, mine: string) {
  const digests = target.columns.map(({ sql }) => digestOf(`coalesce('=' || ${sql}::text, '-')`))
  const { rows } = await run({
    text: `SELECT count(*), ${digests.join(', ')} FROM ${target.sql} WHERE xmin = $1::xid`,
    parameters: [mine],
  })
  const [count, ...values] = rows[0] ?? []
  return {
    count: Number(count),
    digests: new Map(target.columns.map(({ name }, i) => [name, values[i] ?? ''])),
  }
}

/** SHA-256 over the sorted SHA-256 of each row's text: the same for the same rows in any order. */
function digestOf(text: string): string {
  const hash = `sha256(convert_to(${text}, 'UTF8'))`
  return `encode(sha256(string_agg(${hash}, ''::bytea ORDER BY ${hash})), 'hex')`
}

const keyReader =
  ({ key, columns }: Target) =>
  (row: RawRow): string | undefined =>
    key.length === 0
      ? undefined
      : JSON.stringify(
          key.map((name) => row[2 + columns.findIndex((column) => column.name === name)]),
        )

/** Old versions for the sample: the first ones, and on an insert (ON CONFLICT) those of the rows shown. */
async function oldRowsOf(
  { run }: Transaction,
  isLive: (row: RawRow) => boolean,
  kind: GuardedWrite['kind'],
  shown: readonly (string | undefined)[],
  keyOf: (row: RawRow) => string | undefined,
): Promise<RawRow[]> {
  const found: RawRow[] = []
  while (found.length < sampleRows) {
    const { rows } = await run({ text: `FETCH FORWARD ${chunk} FROM gatehouse_before` })
    const real = rows.filter((row) => !isLive(row))
    found.push(...(kind === 'insert' ? real.filter((row) => shown.includes(keyOf(row))) : real))
    if (rows.length < chunk) break
  }
  return found.slice(0, sampleRows)
}

/** Both sides by primary key. Without one, or when the key itself changed, the sides stand alone. */
function paired(
  before: readonly RawRow[],
  after: readonly RawRow[],
  keyOf: (row: RawRow) => string | undefined,
  single: boolean,
): RowChange['sample'] {
  const [onlyBefore, onlyAfter] = [before[0], after[0]]
  if (single && onlyBefore && onlyAfter)
    return [{ before: onlyBefore.slice(2), after: onlyAfter.slice(2) }]
  const left = new Set(after)
  const pairs = before.map((row) => {
    const key = keyOf(row)
    const partner = key === undefined ? undefined : after.find((other) => keyOf(other) === key)
    if (partner) left.delete(partner)
    return { before: row.slice(2), ...(partner && { after: partner.slice(2) }) }
  })
  return [...pairs, ...[...left].map((row) => ({ after: row.slice(2) }))].slice(0, sampleRows)
}

type Counts = ReadonlyMap<string, readonly [number, number, number]>

/** Rows that this session's open transaction and those before have touched, by table, without the target and its partitions. */
async function tableCounts({ run }: Transaction, access: Access, target: Target): Promise<Counts> {
  const { rows } = await run({
    text: `SELECT CASE WHEN schemaname = ANY ($1::text[]) THEN schemaname || '.' || relname ELSE 'other schemas' END,
        sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del)
      FROM pg_stat_xact_user_tables
      WHERE relid <> $2::regclass AND relid NOT IN (SELECT relid FROM pg_partition_tree($2::regclass))
        AND n_tup_ins + n_tup_upd + n_tup_del > 0
      GROUP BY 1`,
    parameters: [access.schemas, target.sql],
  })
  return new Map(
    rows.map(([name, ...counts]) => [name ?? '', counts.map(Number) as [number, number, number]]),
  )
}

function difference(before: Counts, after: Counts): Record<string, TableCounts> {
  const changed = [...after].flatMap(([name, counts]) => {
    const [inserted, updated, deleted] = counts.map(
      (count, i) => count - (before.get(name)?.[i] ?? 0),
    )
    const total = { inserted: inserted!, updated: updated!, deleted: deleted! }
    return inserted! + updated! + deleted! > 0 ? [[name, total] as const] : []
  })
  return Object.fromEntries(changed)
}
