import { as, isFields, listOf, nameParts, text, type Fields } from './tree.ts'

/** The whole number an expression of constants stands for; undefined when it isn't one. */
export function constantInteger(node: unknown): number | undefined {
  const constant = as('A_Const', node)
  if (constant) return literal(constant)
  const cast = as('TypeCast', node)
  if (cast) return constantInteger(cast['arg'])
  const operation = as('A_Expr', node)
  if (!operation || operation['kind'] !== 'AEXPR_OP') return undefined
  const right = constantInteger(operation['rexpr'])
  const left = operation['lexpr'] === undefined ? 0 : constantInteger(operation['lexpr'])
  if (left === undefined || right === undefined) return undefined
  return calculate(nameParts(operation['name']).at(-1), left, right)
}

function calculate(operator: string | undefined, left: number, right: number): number | undefined {
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  return undefined
}

function literal(constant: Fields): number | undefined {
  const { ival, fval, sval } = constant
  // The parser leaves out what is zero.
  if (isFields(ival)) return typeof ival['ival'] === 'number' ? ival['ival'] : 0
  const digits = isFields(fval) ? text(fval['fval']) : isFields(sval) ? text(sval['sval']) : ''
  return /^\s*[+-]?\d+(\.0*)?\s*$/.test(digits) ? Number(digits) : undefined
}

/** A number that the expression can't exceed: itself when constant, or the smallest constant of a `least`. */
export function upperBound(node: unknown): number | undefined {
  return constantInteger(node) ?? extreme(node, 'IS_LEAST')
}

/** A number that the expression can't fall below. */
export function lowerBound(node: unknown): number | undefined {
  return constantInteger(node) ?? extreme(node, 'IS_GREATEST')
}

function extreme(node: unknown, kind: 'IS_LEAST' | 'IS_GREATEST'): number | undefined {
  const cast = as('TypeCast', node)
  if (cast) return extreme(cast['arg'], kind)
  const choice = as('MinMaxExpr', node)
  if (choice?.['op'] !== kind) return undefined
  const numbers = listOf(choice['args']).flatMap((argument) => constantInteger(argument) ?? [])
  if (numbers.length === 0) return undefined
  return kind === 'IS_LEAST' ? Math.min(...numbers) : Math.max(...numbers)
}
