import { quoted, refuse } from './refusal.ts'
import { as, isFields, text, type Fields } from './tree.ts'

/**
 * A WITH query that reads itself needs in that part something that can end it: a condition on a
 * column, or a LIMIT. A condition may still never come true; then the deadline ends it. This is the
 * word in time for the one that was forgotten.
 *
 * @throws ToolError `invalid_input`
 */
export function checkRecursion(entry: Fields): void {
  const name = text(entry['ctename'])
  const query = as('SelectStmt', entry['ctequery'])
  const repeated = query?.['op'] === 'SETOP_UNION' ? query['rarg'] : undefined
  const readsItself = some(repeated, (key, value) => key === 'relname' && value === name)
  if (readsItself && !some(repeated, ends))
    refuse(
      `The recursive query ${quoted(name)} has nothing that ends it`,
      'Count its depth and add a condition such as WHERE depth < 10.',
    )
}

const ends = (key: string, value: unknown): boolean =>
  key === 'usingClause' ||
  key === 'isNatural' ||
  key === 'limitCount' ||
  ((key === 'whereClause' || key === 'quals') && some(value, (inner) => inner === 'ColumnRef'))

/** Whether any field below satisfies the test. Gives up below 500 levels, where the walk refuses. */
function some(node: unknown, test: (key: string, value: unknown) => boolean, depth = 0): boolean {
  if (depth > 500) return false
  if (Array.isArray(node)) return node.some((item) => some(item, test, depth + 1))
  if (!isFields(node)) return false
  return Object.entries(node).some(
    ([key, value]) => test(key, value) || some(value, test, depth + 1),
  )
}
