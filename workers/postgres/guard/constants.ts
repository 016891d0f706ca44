import { as, isFields, listOf, nameParts, text, type Fields } from './tree.ts'

/** The whole number an expression of constants stands for; undefined when it isn't one. */
export function constantInteger(node: unknown): number | undefined {
  const constant = as('A_Const', node)
  if (constant) return literal(constant)
  const cast = numberCast(node)
  if (cast) return constantInteger(cast['arg'])
  const operation = as('A_Expr', node)
  if (!operation || operation['kind'] !== 'AEXPR_OP') return undefined
  const right = constantInteger(operation['rexpr'])
  const left = operation['lexpr'] === undefined ? 0 : constantInteger(operation['lexpr'])
  if (left === undefined || right === undefined) return undefined
  return calculate(nameParts(operation['name']).at(-1), left, right)
}

const wholeNumbers = new Set(['int2', 'int4', 'int8', 'numeric'])

/** A cast that leaves a whole number what it is. Others don't: `'01'::bit(32)` is 2^30 as a number. */
function numberCast(node: unknown): Fields | undefined {
  const cast = as('TypeCast', node)
  const type = isFields(cast?.['typeName']) ? cast['typeName'] : {}
  const plain = type['typmods'] === undefined && type['arrayBounds'] === undefined
  return plain && wholeNumbers.has(nameParts(type['names']).at(-1) ?? '') ? cast : undefined
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
  const cast = numberCast(node)
  if (cast) return extreme(cast['arg'], kind)
  const choice = as('MinMaxExpr', node)
  if (choice?.['op'] !== kind) return undefined
  const numbers = listOf(choice['args']).flatMap((argument) => constantInteger(argument) ?? [])
  if (numbers.length === 0) return undefined
  return kind === 'IS_LEAST' ? Math.min(...numbers) : Math.max(...numbers)
}
