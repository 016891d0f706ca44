import type { Access } from './databases.ts'
import type { GuardedWrite } from './guard/guarded.ts'
import type { RawRow, RowChange } from './row-change.ts'
import type { Transaction } from './transaction.ts'
import { typesOf } from './types.ts'
import { cut, longestText, valueOf, type Value } from './values.ts'
import type { Target } from './write-target.ts'

/** The sample of a change as values, in the order of `columns`. */
export interface ShownRows {
  readonly columns: { name: string; type: string }[]
  readonly rows: { before?: Value[]; after?: Value[] }[]
}

export async function shownRows(
  transaction: Transaction,
  access: Access,
  { fields, sample }: RowChange,
): Promise<ShownRows> {
  const oids = fields.map(({ dataTypeID }) => dataTypeID)
  const types = await typesOf(access, oids, transaction.run)
  const values = (row: RawRow, other: RawRow | undefined) =>
    row.map((text, i) => excerpt(text, other?.[i]) ?? valueOf(text, types[i]!))
  return {
    columns: fields.map(({ name }, i) => ({ name, type: types[i]!.name })),
    rows: sample.map(({ before, after }) => ({
      ...(before && { before: values(before, after) }),
      ...(after && { after: values(after, before) }),
    })),
  }
}

/** What goes before a person in one approval, in characters. */
const longestShown = 100_000
/** What is shown before a difference. */
const context = 200

/** Where two long texts first differ: cut at their beginnings they might look the same. */
function excerpt(text: string | null, other: string | null | undefined): string | undefined {
  if (text === null || other === null || other === undefined || text === other) return undefined
  if (Math.max(text.length, other.length) <= longestText) return undefined
  let at = 0
  while (at < text.length && text[at] === other[at]) at += 1
  const start = Math.max(0, at - context)
  if (start === 0) return undefined
  return `[${start} characters]…${cut(text.slice(start).toWellFormed())}`
}

/**
 * For a person: of changed rows the key, the columns the statement sets and what differs besides;
 * of new and removed rows everything. Rows beyond what one page should hold are left out.
 */
export function forDecision(
  { columns, rows }: ShownRows,
  { key }: Target,
  { columns: set }: GuardedWrite,
) {
  const changedOnly = rows.every(({ before, after }) => before && after)
  const differs = (i: number) =>
    rows.some(({ before, after }) => JSON.stringify(before?.[i]) !== JSON.stringify(after?.[i]))
  const kept = columns.flatMap(({ name }, i) =>
    !changedOnly || key.includes(name) || set.includes(name) || differs(i) ? [i] : [],
  )
  const chosen = (row: Value[]) => kept.map((i) => row[i]!)
  const shown = rows.map(({ before, after }) => ({
    ...(before && { before: chosen(before) }),
    ...(after && { after: chosen(after) }),
  }))
  while (shown.length > 1 && JSON.stringify(shown).length > longestShown) shown.pop()
  return { columns: kept.map((i) => columns[i]!.name), rows: shown }
}

const verbs = { insert: 'Insert', update: 'Update', delete: 'Delete' } as const

/** One line for a person, with what the sample alone would hide. */
export function summaryOf(
  kind: GuardedWrite['kind'],
  access: Access,
  target: Target,
  { rows, elsewhere }: RowChange,
  generated: readonly string[],
): string {
  const follows = Object.entries(elsewhere).map(([table, counts]) => {
    const parts = Object.entries(counts).flatMap(([verb, n]) => (n > 0 ? [`${n} ${verb}`] : []))
    return `${table}: ${parts.join(', ')}`
  })
  return [
    `${verbs[kind]} ${rows} ${rows === 1 ? 'row' : 'rows'} of ${target.name} in ${access.title}, as ${access.role}.`,
    ...(follows.length > 0 ? [`With it, by triggers or cascades: ${follows.join('; ')}.`] : []),
    ...(generated.length > 0 ? [`Made when it runs: ${generated.join(', ')}.`] : []),
  ].join(' ')
}

export const rowsElsewhere = ({ elsewhere }: RowChange): number =>
  Object.values(elsewhere).reduce(
    (sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted,
    0,
  )
