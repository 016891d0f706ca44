import { types as driverTypes } from '@neondatabase/serverless'
import type { Kind, Type } from './types.ts'

/** A cell that leaves the Worker. The table in README.md says which type becomes what, and a test reads it. */
export type Value = string | number | boolean | null | readonly Value[] | { [key: string]: Value }

/** Longer texts are cut, with a mark that says by how much. */
export const longestText = 2_000
const longestBytes = 64

/** PostgreSQL's text of a value as JSON, exactly: what a JSON number can't hold stays a string. */
export function valueOf(text: string | null, type: Type): Value {
  if (text === null) return null
  if (type.kind !== 'array') return scalar(text, type.kind)
  // Bounds other than 1 (`[0:1]={…}`) have no place in JSON, and an array cut short would be none.
  if (text.length > longestText || text.startsWith('[')) return cut(text)
  return elements(parseArray(text), type.element ?? 'text')
}

type Nested = readonly (string | null | Nested)[]
/** The driver's parser of text[] (OID 1009): any array's text, its elements left as text. */
const parseArray: (text: string) => Nested = driverTypes.getTypeParser(1009)

const elements = (items: Nested, kind: Kind): Value =>
  items.map((item) =>
    item === null ? null : typeof item === 'string' ? scalar(item, kind) : elements(item, kind),
  )

function scalar(text: string, kind: Kind): Value {
  switch (kind) {
    case 'bool':
      return text === 't'
    case 'int':
      return Number(text)
    case 'bigint':
      return Number.isSafeInteger(Number(text)) ? Number(text) : text
    case 'float':
      return text === '-0' || !Number.isFinite(Number(text)) ? text : Number(text)
    case 'numeric':
      return holdsExactly(text) ? Number(text) : text
    case 'json':
      return text.length > longestText ? cut(text) : parsedJson(text)
    case 'bytea':
      return cutBytes(text)
    case 'timestamp':
      return text.replace(' ', 'T')
    case 'timestamptz':
      return text.replace(' ', 'T').replace(/\+00(?= BC$|$)/, 'Z')
    default:
      return cut(text)
  }
}

/**
 * Whether a decimal text survives as a JSON number: its double prints as the same text, or it has
 * at most 15 significant digits, which a double holds (IEEE 754, DBL_DIG). Zeros at the end of a
 * fraction carry no value.
 */
function holdsExactly(text: string): boolean {
  if (text.length <= 15) return /^-?\d/.test(text)
  if (String(Number(text)) === text) return Number.isFinite(Number(text))
  const parts = text.length > 300 ? null : /^-?0*(\d*)(?:\.(\d*?)0*)?$/.exec(text)
  if (!parts) return false
  const [, whole = '', fraction = ''] = parts
  return (whole === '' ? fraction.replace(/^0+/, '') : whole + fraction).length <= 15
}

/** Numbers inside JSON obey the same rule; V8 hands their source text to the reviver. */
function parsedJson(text: string): Value {
  try {
    if (!/\d{16}|\d[eE]|\d\.\d{10}/.test(text)) return JSON.parse(text)
    return JSON.parse(text, (_key, value: Value, context?: { source?: string }) =>
      typeof value === 'number' && context?.source !== undefined && !isSame(value, context.source)
        ? context.source
        : value,
    )
  } catch {
    return text
  }
}

function isSame(value: number, source: string): boolean {
  const [digits = '', exponent] = source.split(/e/i)
  if (exponent !== undefined && (!Number.isFinite(value) || (value === 0 && /[1-9]/.test(digits))))
    return false
  return holdsExactly(digits)
}

/** Never inside a surrogate pair. */
export function cut(text: string): string {
  if (text.length <= longestText) return text
  const kept = text.slice(0, longestText).replace(/[\uD800-\uDBFF]$/, '')
  return `${kept}…[+${text.length - kept.length} characters]`
}

/** `\x` and two digits a byte. */
function cutBytes(hex: string): string {
  const length = (hex.length - 2) / 2
  if (length <= longestBytes) return hex
  return `${hex.slice(0, 2 + 2 * longestBytes)}…[+${length - longestBytes} bytes]`
}
