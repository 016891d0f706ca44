/**
 * Characters that a person can't see but a model or a terminal obeys: controls (line feed, tab and
 * carriage return stay), bidirectional overrides and isolates, zero-width and filler characters,
 * interlinear marks, variation selectors, Unicode tags. The joiners (U+200C, U+200D) and the emoji
 * selector (U+FE0F) stay where Persian, Indic scripts and emoji need them: elsewhere a run of them
 * spells a hidden message.
 * Source: Unicode 17, UAX 9 and the Default_Ignorable_Code_Point property.
 */
// oxlint-disable no-control-regex, no-misleading-character-class -- these are what is looked for
const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/gu
/** The same in JSON, where controls and lone surrogates stand as escapes. */
const invisibleInJson =
  /\\[bfu]|[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/u
// oxlint-enable no-control-regex, no-misleading-character-class

// Each looks at one character between ^ and $: V8 14 misses one beyond U+FFFF before a bare $.
const joinable = /^[\p{L}\p{M}\p{Nd}\p{Pe}\p{Pf}\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u
const latin = /^\p{Script=Latin}$/u
const letter = /^\p{L}$/u
const emoji = /^\p{Emoji}$/u

/** Whether the joiner or emoji selector at this place does what it is for. A Latin word joins nothing but an ending in another script. */
function belongs(character: string, at: number, text: string): boolean {
  const isPair = /[\uDC00-\uDFFF]/.test(text.charAt(at - 1))
  const before = text.slice(isPair ? at - 2 : at - 1, at)
  if (character === '\uFE0F') return emoji.test(before)
  if (character !== '\u200C' && character !== '\u200D') return false
  if (!latin.test(before)) return joinable.test(before)
  const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 0)
  return letter.test(after) && !latin.test(after)
}

const name = (character: string, at: number, text: string) =>
  belongs(character, at, text)
    ? character
    : `‹U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}›`

/** Text with every invisible character written out as ‹U+202E›, and lone surrogates replaced. */
export const visible = (text: string): string => text.toWellFormed().replace(invisible, name)

/** Whether a JSON text may hold something invisible: one look at all of an answer, instead of one at each text. */
export const mayHide = (json: string): boolean => invisibleInJson.test(json)

/** `visible` over every text of a JSON value, keys too. Returns the value itself when nothing was hidden. */
export function visibleValue<T>(value: T): T
export function visibleValue(value: unknown): unknown {
  if (typeof value === 'string') return visible(value)
  if (Array.isArray(value)) return mapped(value)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const seen = mapped(entries)
  return seen === entries ? value : Object.fromEntries(seen)
}

function mapped<T>(items: T[]): T[] {
  let changed: T[] | undefined
  for (const [index, item] of items.entries()) {
    const seen = visibleValue(item)
    if (seen !== item) (changed ??= items.slice())[index] = seen
  }
  return changed ?? items
}
