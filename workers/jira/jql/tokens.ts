import { ToolError } from '../../../shared/errors.ts'

/** One piece of a query. A `text` is what a string or word stands for, decoded. */
export type Token =
  | { readonly kind: 'word' | 'string'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string }

const maxLength = 4000

/** Longest first. `&` and `|` are AND and OR. */
const symbols = '!= !~ <= >= && || ( ) , [ ] = < > ~ ! & |'.split(' ')
const words: Readonly<Record<string, string>> = {
  '&&': 'AND',
  '&': 'AND',
  '||': 'OR',
  '|': 'OR',
  '!': 'NOT',
}
const space = /[ \t\r\n]+/y
/** Fewer characters than Jira takes in a bare word, none that could mean something else. */
const word = /[\p{L}\p{N}\p{M}_.:-]+/uy
const escape = /\\(?:u([0-9a-f]{4})|(["'\\ ntr]))/giy

/**
 * Takes a query apart. What is neither word, string nor symbol of JQL (a comment, a backslash
 * outside of quotes, an invisible character) is refused, not skipped.
 * @throws ToolError `invalid_input`
 */
export function tokensOf(jql: string): Token[] {
  if (jql.length > maxLength) throw refused(`is longer than ${maxLength} characters`)
  if (!jql.isWellFormed()) throw refused('is not well-formed text')
  const tokens: Token[] = []
  for (let at = 0; at < jql.length;) {
    const blank = matchAt(space, jql, at)
    const bare = matchAt(word, jql, at)
    const symbol = symbols.find((one) => jql.startsWith(one, at))
    if (blank) at += blank[0].length
    else if (bare) {
      tokens.push({ kind: 'word', text: bare[0] })
      at += bare[0].length
    } else if (symbol) {
      const text = words[symbol]
      tokens.push(text ? { kind: 'word', text } : { kind: 'symbol', text: symbol })
      at += symbol.length
    } else if (jql[at] === '"' || jql[at] === "'") {
      const { text, end } = stringAt(jql, at)
      tokens.push({ kind: 'string', text })
      at = end
    } else throw refused(`has a character that means nothing in JQL, at position ${at + 1}`)
  }
  return tokens
}

/** A string literal, its escapes decoded. */
function stringAt(jql: string, start: number): { text: string; end: number } {
  const quote = jql[start]
  let text = ''
  for (let at = start + 1; at < jql.length;) {
    if (jql[at] === quote) return { text, end: at + 1 }
    if (jql[at] === '\\') {
      const found = matchAt(escape, jql, at)
      if (!found) throw refused(`has an unknown escape at position ${at + 1}`)
      text += decoded(found[1], found[2] ?? '')
      at += found[0].length
    } else {
      text += jql[at]
      at += 1
    }
  }
  throw refused('has a quote that is not closed')
}

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
const decoded = (hex: string | undefined, char: string): string =>
  hex === undefined
    ? (letters[char.toLowerCase()] ?? char)
    : String.fromCharCode(Number.parseInt(hex, 16))

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** A JQL string literal: the backslash first, then quotes; control characters as escapes. */
export function quoteJql(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => {
      return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
    })
  return `"${escaped}"`
}

export const refused = (why: string): ToolError =>
  new ToolError(
    'invalid_input',
    `The JQL ${why}. Put values that are more than a plain word in double quotes, and use no comments.`,
  )
