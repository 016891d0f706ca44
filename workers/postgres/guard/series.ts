import { constantInteger, lowerBound, upperBound } from './constants.ts'
import { as, isFields, listOf, nameParts, text } from './tree.ts'

const mostValues = 50_000

/** Functions whose result is as small as the array it counts, which is there already. */
const counting: ReadonlySet<string> = new Set([
  'array_length',
  'cardinality',
  'json_array_length',
  'jsonb_array_length',
])

/**
 * How many values a `generate_series(from, to[, step[, zone]])` makes as far as its text tells;
 * undefined when that is more than 50,000 or can't be told.
 *
 * Numbers must be constants. Dates may come from the clock or from the data, as in a calendar that
 * starts with the first order: those count as one, the step must be a minute or more, and the
 * deadline bounds what remains.
 */
export function seriesLength(args: readonly unknown[]): number | undefined {
  const [from, to, step] = args
  const length = lengthOf(from, to, step)
  return length !== undefined && length <= mostValues ? length : undefined
}

function lengthOf(from: unknown, to: unknown, step: unknown): number | undefined {
  if (step === undefined) return countNumbers(from, to, 1)
  const stepSeconds = intervalSeconds(step)
  if (stepSeconds !== undefined) return countDates(from, to, stepSeconds)
  const stepNumber = constantInteger(step)
  return stepNumber ? countNumbers(from, to, stepNumber) : undefined
}

function countNumbers(from: unknown, to: unknown, step: number): number | undefined {
  if (step < 0) return countNumbers(to, from, -step)
  const first = lowerBound(from)
  const last = upperBound(to)
  if (first === undefined) return undefined
  if (last === undefined) return first >= 0 && countsAnArray(to) ? 1 : undefined
  return Math.max(1, Math.floor((last - first) / step) + 1)
}

function countsAnArray(node: unknown): boolean {
  const [name = ''] = nameParts(as('FuncCall', node)?.['funcname']).slice(-1)
  return counting.has(name)
}

function countDates(from: unknown, to: unknown, stepSeconds: number): number | undefined {
  if (isFarAway(from) || isFarAway(to)) return undefined
  const [first, last] = [constantDate(from), constantDate(to)]
  if (first !== undefined && last !== undefined)
    return Math.floor(Math.abs(last - first) / 1000 / stepSeconds) + 1
  return stepSeconds >= 60 ? 1 : undefined
}

/** Whether a bound names an endless date or one centuries away, also by what is added to it. */
function isFarAway(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(isFarAway)
  if (!isFields(node)) return false
  return Object.entries(node).some(([key, value]) => {
    if (key === 'ival' && typeof value === 'number') return Math.abs(value) > 100_000
    if (key !== 'sval' && key !== 'fval') return isFarAway(value)
    if (typeof value !== 'string') return isFarAway(value)
    const numbers = value.match(/(?<![\d.])\d+/g) ?? []
    return (
      /infin|\bbc\b/i.test(value) ||
      // A year by itself or in front of a date; 20261231 is a date in one word.
      numbers.some((digits) => digits.length !== 8 && Number(digits) > 2200)
    )
  })
}

/** Milliseconds since 1970 of a date written as a constant. */
function constantDate(node: unknown): number | undefined {
  const cast = as('TypeCast', node)
  if (cast) return constantDate(cast['arg'])
  const value = as('A_Const', node)?.['sval']
  const date = isFields(value) ? Date.parse(text(value['sval'])) : Number.NaN
  return Number.isNaN(date) ? undefined : date
}

const unitSeconds: Readonly<Record<string, number>> = {
  second: 1,
  sec: 1,
  minute: 60,
  min: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  mon: 2_592_000,
  quarter: 7_776_000,
  year: 31_536_000,
  decade: 315_360_000,
}

/** The length of a step written as a constant interval such as `'15 minutes'`; undefined for anything else. */
function intervalSeconds(node: unknown): number | undefined {
  const cast = as('TypeCast', node)
  if (cast) {
    const typeName = cast['typeName']
    const type = isFields(typeName) ? nameParts(typeName['names']).at(-1) : undefined
    return type === 'interval' && isFields(typeName)
      ? constantInterval(cast['arg'], unitOf(typeName['typmods']))
      : undefined
  }
  return constantInterval(node, undefined)
}

function constantInterval(node: unknown, unit: string | undefined): number | undefined {
  const value = as('A_Const', node)?.['sval']
  if (!isFields(value)) return undefined
  const match = /^\s*([+-]?\d+)\s*([a-z]*)\s*$/i.exec(text(value['sval']))
  const seconds = unitSeconds[(match?.[2] || unit || '').toLowerCase().replace(/s$/, '')]
  return match && seconds ? Math.abs(Number(match[1])) * seconds || undefined : undefined
}

/** `interval '1' day` has its unit in the type: a bit for each field (INTERVAL_MASK in PostgreSQL's datetime.h). */
function unitOf(modifiers: unknown): string | undefined {
  const mask = constantInteger(listOf(modifiers)[0])
  const units: Readonly<Record<number, string>> = {
    [1 << 2]: 'year',
    [1 << 1]: 'month',
    [1 << 3]: 'day',
    [1 << 10]: 'hour',
    [1 << 11]: 'minute',
    [1 << 12]: 'second',
  }
  return mask === undefined ? undefined : units[mask]
}
