/**
 * What may be written down of a call's arguments. Pure and total: it never throws, whatever it is
 * given, because an event that can't be recorded would be worse than one recorded bluntly. It errs
 * towards hiding: an audit row needs to say what was asked, the arguments' hash proves the rest.
 */
import { canonicalJson } from './hash.ts'
import { holdsSecret, redactSecrets } from './secrets.ts'

const hidden = '[redacted]'
/** Characters of the whole answer, as `AuditEvent.arguments` allows. */
const maxLength = 4_000
/** Characters kept of one text, so that one long argument does not hide the others. */
const maxText = 1_500
/** Text beyond this is not searched; what stands there is never shown. */
const searched = 8_000
const maxDepth = 12
/** Digits of the shortest card number; nothing shorter is a secret by its shape. */
const shortestCard = 12
const maxNodes = 1_000

interface Walk {
  readonly extra: ReadonlySet<string>
  nodes: number
}

/**
 * Arguments as one line of canonical JSON: secrets and configured fields hidden, control and
 * invisible characters escaped, at most 4,000 characters.
 * @param extraFields names of fields to hide at any depth; compared without case and punctuation.
 */
export function redactArguments(args: unknown, extraFields: readonly string[] = []): string {
  try {
    const walk: Walk = { extra: new Set(extraFields.map(bare)), nodes: 0 }
    return cut(oneLine(canonicalJson(redacted(args, walk, 0) ?? null)), maxLength)
  } catch {
    return '"[arguments could not be written down]"'
  }
}

/** One text (a note, a header, a summary) fit for a log line: secrets hidden, one line, bounded. */
export const redactText = (text: string, length = maxText): string =>
  cut(oneLine(shortened(text)), length)

function redacted(value: unknown, walk: Walk, depth: number): unknown {
  if (++walk.nodes > maxNodes) return '[more]'
  if (typeof value === 'string') return shortened(value)
  // A card number is one whether it came as text or as a number.
  if (typeof value === 'number' || typeof value === 'bigint') {
    const digits = String(value)
    if (digits.length >= shortestCard && redactSecrets(digits) !== digits) return hidden
    return Number.isFinite(value) ? value : digits
  }
  if (value === null || typeof value === 'boolean') return value
  if (typeof value !== 'object') return undefined
  if (depth >= maxDepth) return '[deeper]'
  return Array.isArray(value) ? list(value, walk, depth) : record(value, walk, depth)
}

function list(items: readonly unknown[], walk: Walk, depth: number): unknown[] {
  const [name, ...rest] = items
  // A header written as a pair: ["Authorization", "Bearer …"].
  if (rest.length === 1 && typeof name === 'string' && hides(name, walk)) return [name, hidden]
  const kept: unknown[] = []
  for (const item of items) {
    if (walk.nodes > maxNodes) {
      kept.push(`[${items.length - kept.length} more]`)
      break
    }
    kept.push(redacted(item, walk, depth + 1))
  }
  return kept
}

const nameFields = new Set(['name', 'key', 'field', 'header', 'column'])

function record(value: object, walk: Walk, depth: number): Record<string, unknown> {
  // No prototype, so that a key called __proto__ is a key like any other.
  const kept: Record<string, unknown> = Object.create(null)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  // A field written as { name: 'password', value: … }.
  const named = entries.some(
    ([key, text]) =>
      nameFields.has(key.toLowerCase()) && typeof text === 'string' && hides(text, walk),
  )
  for (const [key, inner] of entries) {
    if (walk.nodes > maxNodes) {
      kept['…'] = '[more]'
      break
    }
    const secret = hides(key, walk) || (named && key.toLowerCase().startsWith('value'))
    const shown = secret && inner !== null ? hidden : redacted(inner, walk, depth + 1)
    kept[shortened(key).slice(0, 100)] = shown
  }
  return kept
}

const bare = (name: string) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

const hides = (name: string, walk: Walk) =>
  name.length <= 100 && (holdsSecret(name) || walk.extra.has(bare(name)))

/** A text without its secrets, at most `maxText` characters, saying how much is missing. */
function shortened(text: string): string {
  if (text.length <= maxText) return redactSecrets(text.toWellFormed())
  const clean = redactSecrets(text.slice(0, searched).toWellFormed())
  let shown = clean.slice(0, maxText)
  // The end of what was searched may hold half of a secret that no pattern knows.
  if (clean.length <= maxText && text.length > searched) shown = shown.replace(/\S+$/, '')
  return `${shown.toWellFormed()}… (${text.length} characters)`
}

/**
 * JSON leaves these as they are; a terminal, a log viewer or a spreadsheet would obey them. DEL and
 * C1 controls, line separators, bidirectional and zero-width characters, Unicode tags.
 */
const unprintable =
  /[\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu

const oneLine = (text: string) =>
  text
    // oxlint-disable-next-line no-control-regex -- these are what is looked for
    .replaceAll(/[\u0000-\u001F]/g, escaped)
    .replaceAll(unprintable, escaped)

const escaped = (character: string) =>
  [...Array(character.length).keys()]
    .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
    .join('')

const cut = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`
