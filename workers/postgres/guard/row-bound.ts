import { constantInteger } from './constants.ts'
import { aggregates, setReturning } from './functions.ts'
import { isFields, listOf, nameParts, type Fields } from './tree.ts'

/** How many rows the statement returns at most, as far as its text tells. */
export function mostRows(fields: Fields): number | undefined {
  const limit =
    fields['limitOption'] === 'LIMIT_OPTION_COUNT'
      ? constantInteger(fields['limitCount'])
      : undefined
  const own = rowsWithoutLimit(fields)
  if (limit === undefined || limit < 0) return own
  return own === undefined ? limit : Math.min(limit, own)
}

function rowsWithoutLimit(fields: Fields): number | undefined {
  if (fields['op'] !== 'SETOP_NONE') return undefined
  const values = listOf(fields['valuesLists'])
  if (values.length > 0) return values.length
  if (fields['groupClause'] !== undefined) return undefined
  if (returnsSets(fields)) return undefined
  const aggregated = callsIn(fields['targetList']).some(
    ({ name, windowed }) => aggregates.has(name) && !windowed,
  )
  return aggregated || fields['fromClause'] === undefined ? 1 : undefined
}

/** Where PostgreSQL lets a function return rows; in ORDER BY it makes many of one as in the list. */
const places = ['targetList', 'sortClause', 'distinctClause', 'windowClause']

export const returnsSets = (fields: Fields): boolean =>
  hasSetReturning(places.map((place) => fields[place]))

export const hasSetReturning = (expressions: unknown): boolean =>
  callsIn(expressions).some(({ name }) => setReturning.has(name))

/** The function calls of a target list, without those of queries inside it. */
function callsIn(value: unknown): { name: string; windowed: boolean }[] {
  if (Array.isArray(value)) return value.flatMap(callsIn)
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'SubLink' || key === 'SelectStmt') return []
    const call = key === 'FuncCall' && isFields(inner) ? inner : undefined
    const name = call && nameParts(call['funcname']).at(-1)
    const own = call && name ? [{ name, windowed: call['over'] !== undefined }] : []
    return [...own, ...callsIn(inner)]
  })
}
