import { constantInteger, upperBound } from './constants.ts'
import { quoted, refuse } from './refusal.ts'
import { seriesLength } from './series.ts'
import { as, isFields, text } from './tree.ts'

const longest = 1_000

/** By how much a call may multiply what it is given; over a whole statement these multiply too. */
export interface Growth {
  readonly text: number
  readonly rows: number
}

/** What all calls of one statement together may reach. */
export const mostGrowth: Growth = { text: 10_000, rows: 100_000_000 }

const none: Growth = { text: 1, rows: 1 }

/**
 * Functions that make much out of little: their size must show in the text, because only there can
 * it be judged before the database has allocated it.
 *
 * @throws ToolError `invalid_input`
 */
export function growthOf(name: string, args: readonly unknown[]): Growth {
  if (name === 'generate_series') {
    const rows = seriesLength(args)
    if (rows !== undefined) return { text: 1, rows }
    return refuse(
      'generate_series needs bounds that keep it below 50,000 values',
      "Give whole numbers as constants, or dates with a constant step such as interval '1 day'.",
    )
  }
  if (name === 'repeat' || name === 'lpad' || name === 'rpad') {
    const size = upperBound(args[1])
    if (size !== undefined && size <= longest)
      return name === 'repeat' ? { text: Math.max(1, size), rows: 1 } : none
    return refuse(
      `${name} needs a constant length of at most ${longest}`,
      `Write the number itself, or least(…, ${longest}).`,
    )
  }
  if (name === 'format') {
    const template = constantText(args[0])
    if (template === undefined || /%[^%a-zA-Z]*(\*|\d{4})/.test(template))
      refuse(
        'format needs its template as a constant without large or computed widths',
        'Use %s and %I, or concat.',
      )
  }
  return none
}

/** `char(n)` and `bit(n)` are padded to n, so n is bounded. @throws ToolError `invalid_input` */
export function checkPadding(type: string, modifiers: readonly unknown[]): void {
  for (const modifier of modifiers) {
    const size = constantInteger(modifier)
    if (size === undefined || size > longest)
      refuse(`The length of type ${quoted(type)} is too large`, `Use at most ${longest}, or text.`)
  }
}

function constantText(node: unknown): string | undefined {
  const cast = as('TypeCast', node)
  const constant = as('A_Const', cast ? cast['arg'] : node)
  const value = constant?.['sval']
  return isFields(value) ? text(value['sval']) : undefined
}
