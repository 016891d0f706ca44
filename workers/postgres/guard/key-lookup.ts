import type { KeyLookup } from './guarded.ts'
import { relationOf } from './names.ts'
import { returnsSets } from './row-bound.ts'
import { as, isFields, listOf, nameParts, type Fields } from './tree.ts'

/**
 * The one table that a statement reads, and its columns that must equal a value for a row to come
 * back. Undefined when the statement is more than that: a join, a union, groups, a WITH that could
 * mean another table, functions that return rows.
 */
export function keyLookup(fields: Fields): KeyLookup | undefined {
  const [from, ...others] = listOf(fields['fromClause'])
  const table = as('RangeVar', from)
  const more = ['withClause', 'groupClause'].some((clause) => fields[clause] !== undefined)
  if (!table || others.length > 0 || more || fields['op'] !== 'SETOP_NONE') return undefined
  // `orders AS o(a, b)` gives the columns other names.
  if (isFields(table['alias']) && table['alias']['colnames'] !== undefined) return undefined
  const parameters = parametersIn(fields)
  const columns = equated(fields['whereClause'], parameters)
  if (columns.length === 0 || returnsSets(fields)) return undefined
  return { table: relationOf(table), columns }
}

/**
 * Columns that a condition, or each of several joined by AND, compares with a value: neither a cast
 * nor a parameter that has its type from elsewhere, because several keys may equal one
 * floating-point number.
 */
function equated(condition: unknown, parameters: readonly unknown[]): string[] {
  const several = as('BoolExpr', condition)
  if (several)
    return several['boolop'] === 'AND_EXPR'
      ? listOf(several['args']).flatMap((one) => equated(one, parameters))
      : []
  const { kind, name, lexpr, rexpr } = as('A_Expr', condition) ?? {}
  if (kind !== 'AEXPR_OP' || nameParts(name).join() !== '=') return []
  const isValue = (node: unknown) => {
    const number = as('ParamRef', node)?.['number']
    if (number === undefined) return as('A_Const', node) !== undefined
    return parameters.filter((other) => other === number).length === 1
  }
  const column = isValue(rexpr) ? lexpr : isValue(lexpr) ? rexpr : undefined
  return nameParts(as('ColumnRef', column)?.['fields']).slice(-1)
}

/** The numbers of all parameters, as often as they stand there. */
function parametersIn(node: unknown): unknown[] {
  if (Array.isArray(node)) return node.flatMap(parametersIn)
  if (!isFields(node)) return []
  return Object.entries(node).flatMap(([key, inner]) =>
    key === 'ParamRef' && isFields(inner) ? [inner['number']] : parametersIn(inner),
  )
}
