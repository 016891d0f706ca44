import QuickLRU from 'quick-lru'
import type { Access } from './databases.ts'
import { guardQuery } from './guard/guard.ts'
import type { GuardedQuery } from './guard/guarded.ts'
import { writtenName, ownNames, type OwnNames } from './own-names.ts'
import type { Parameter } from './session.ts'

/** Longest text that is remembered, in UTF-16 units; of twice `maxSize` texts some 4 MB. */
const longestRemembered = 2_000

/** A verdict holds for a text, a number of parameters, and one edition of the names it was found with. */
const judged = new QuickLRU<string, GuardedQuery>({ maxSize: 500 })

/**
 * The guard's judgement with what it has to know of this database. What it let pass is remembered,
 * as a database keeps prepared statements: the next page, an explanation or other parameters bring
 * the same text again. @throws ToolError `forbidden`, `invalid_input`
 */
export async function guarded(
  access: Access,
  sql: string,
  parameters: readonly Parameter[],
): Promise<GuardedQuery> {
  const names = await ownNames(access)
  // An edition is of one database, login, role and list of schemas, and at most five minutes old.
  const key = `${names.edition} ${parameters.length} ${sql}`
  const known = judged.get(key)
  if (known) return known
  const query = await guardQuery(sql, {
    parameters: parameters.length,
    schemas: access.schemas,
    rowFunctions: names.rowFunctions,
    enums: names.enums,
  })
  const verdict = findsOne(query, names) ? { ...query, boundedBy: 1 } : query
  if (sql.length <= longestRemembered) judged.set(key, verdict)
  return verdict
}

/**
 * Whether a unique key is among what the statement looks for. It saves a cursor and decides nothing
 * else: were a key dropped meanwhile, the answer would still be cut to its page, and to its 10 MB.
 */
function findsOne({ lookup }: GuardedQuery, { keys }: OwnNames): boolean {
  if (!lookup) return false
  const unique = keys.get(writtenName(lookup.table)) ?? []
  return unique.some((key) => key.every((column) => lookup.columns.includes(column)))
}
