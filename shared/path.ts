import { ToolError } from './errors.ts'

/** Its private fields are the brand: neither a literal nor a cast has them. */
class MadePath {
  readonly #text: string
  readonly #route: string
  constructor(text: string, route: string) {
    this.#text = text
    this.#route = route
  }
  get text(): string {
    return this.#text
  }
  get route(): string {
    return this.#route
  }
  static has(value: object): value is MadePath {
    return #text in value
  }
}

/**
 * A path below an upstream's base URL. Made by the `path` tag only: a plain string doesn't compile.
 * `text` is encoded and has a leading slash, `/orders/A%201`; `route` leaves the values out,
 * `/orders/{}`, and is what rate limits of one route are known by.
 */
export type Path = MadePath

/** One segment, or several of them in order where the upstream's path has a variable depth. */
export type PathValue = string | number | bigint | readonly string[]

/** Whether the tag made it: a cast gets past the compiler, not past this. */
export const isPath = (value: unknown): value is Path =>
  typeof value === 'object' && value !== null && MadePath.has(value)

/**
 * Builds a path: `` path`/orders/${orderId}/refund` ``. Each value becomes one encoded segment
 * (a list becomes several). The query goes into the request's `query` option.
 * @throws ToolError `invalid_input` for a value that is empty, `.` or `..`, or holds a slash, a
 * backslash or a control character, plain or encoded: upstreams disagree on what those mean.
 * @throws TypeError when the literal text itself is no plain path.
 */
export function path(literal: TemplateStringsArray, ...values: readonly PathValue[]): Path {
  const route = literal.join('{}')
  if (!plainPath.test(route)) throw new TypeError(`Not a plain path: ${route}`)
  const text = literal.reduce((text, part, i) => text + segments(values[i - 1]) + part)
  if (text.split('/').some(isDots)) throw refused('is a dot segment')
  return new MadePath(text, route)
}

/** Unreserved characters and harmless sub-delimiters; no `//`, no query, no fragment, no percent sign. */
const plainPath = /^(\/(?!\/)[\w\-.~!$&'()*+,;=:@{}]*)+$/

function segments(value: PathValue | undefined): string {
  const parts = Array.isArray(value) ? (value as readonly string[]) : [String(value)]
  if (parts.length === 0) throw refused('is empty')
  return parts.map(segment).join('/')
}

function segment(value: string): string {
  if (value === '') throw refused('is empty')
  if (!value.isWellFormed()) throw refused('is not well-formed text')
  for (const reading of readings(value)) {
    if (isDots(reading)) throw refused('is a dot segment')
    if (/[/\\]/.test(reading)) throw refused('holds a slash')
    // eslint-disable-next-line no-control-regex -- control characters are the point
    if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(reading))
      throw refused('holds a control character')
  }
  return encodeURIComponent(value)
}

/** Path parameters too: `..;x` is `..` to servers that strip them. */
const isDots = (text: string): boolean => /^\s*\.{1,2}\s*(;|$)/.test(text)

/** What a server could take the value for: as it is, percent-decoded again and again, compatibility forms folded. */
function* readings(value: string): Generator<string> {
  let text = value
  for (let depth = 0; depth < 6; depth++) {
    yield text
    yield text.normalize('NFKC')
    const decoded = text.replace(/(?:%[0-9a-f]{2})+/gi, utf8)
    if (decoded === text) return
    text = decoded
  }
  throw refused('is encoded too often')
}

/** @throws ToolError for what isn't UTF-8: overlong forms of a slash are the oldest trick of all. */
function utf8(escapes: string): string {
  const bytes = Uint8Array.from(escapes.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))
  const text = new TextDecoder().decode(bytes)
  if (text.includes('\ufffd')) throw refused('is encoded wrongly')
  return text
}

function refused(why: string): ToolError {
  return new ToolError(
    'invalid_input',
    `An argument can't be used as an identifier: it ${why}. Use the identifier exactly as a list or search gave it.`,
  )
}
