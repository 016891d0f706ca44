import { JQLLexer, JQLParser } from '@atlaskit/jql-parser'
import { CharStreams, CommonTokenStream } from 'antlr4ts'
import type { ANTLRErrorListener, Token } from 'antlr4ts'
import { ToolError } from '../../../shared/errors.ts'

/** A query taken apart and spelled anew by us, clause and order. */
export interface Jql {
  /** '' when the query has no condition. */
  readonly where: string
  /** Without the words ORDER BY; '' when there is none. */
  readonly orderBy: string
}

const maxLength = 4000
const maxDepth = 40

/**
 * Reads JQL by Atlassian's own grammar and writes it again from its tokens: nothing of the
 * original text is sent on, only words and strings in one spelling (each string in double quotes,
 * its escapes decoded and set anew). What the grammar doesn't know (comments, a parenthesis too
 * many) is refused.
 * @param me what `currentUser()` stands for: the person who asks, not our service account
 * @throws ToolError `invalid_input`
 */
export function parseJql(text: string, me?: string): Jql {
  if (text.length > maxLength) throw refused(`is longer than ${maxLength} characters`)
  if (!text.isWellFormed()) throw refused('is not well-formed text')
  const problems: number[] = []
  const listener: ANTLRErrorListener<unknown> = {
    syntaxError: (_recognizer, _symbol, _line, column) => problems.push(column),
  }
  const lexer = new JQLLexer(CharStreams.fromString(text))
  lexer.removeErrorListeners()
  lexer.addErrorListener(listener)
  const stream = new CommonTokenStream(lexer)
  stream.fill()
  checkDepth(stream.getTokens())
  const parser = new JQLParser(stream)
  parser.removeErrorListeners()
  parser.addErrorListener(listener)
  const query = parser.jqlQuery()
  const [column] = problems
  if (column !== undefined) throw refused(`can't be understood at character ${column + 1}`)
  const end = stream.getTokens().length
  const order = query.jqlOrderBy()?.start.tokenIndex ?? end
  return {
    where: spelled(stream, 0, order, me),
    // after the two words ORDER and BY
    orderBy: spelled(stream, order, end, me).replace(/^ORDER BY ?/, ''),
  }
}

/** Whether the query asks for "me", so that who that is has to be looked up. */
export const namesCurrentUser = (text: string): boolean => /currentuser/i.test(text)

/** The parser recurses, so depth is limited before it starts. */
function checkDepth(tokens: readonly Token[]): void {
  let depth = 0
  for (const { type } of tokens) {
    if (type === JQLLexer.LPAREN) depth += 1
    if (type === JQLLexer.RPAREN) depth -= 1
    if (depth > maxDepth) throw refused(`has more than ${maxDepth} open parentheses`)
  }
  const words = tokens.filter(({ type }) => type === JQLLexer.BANG || type === JQLLexer.NOT)
  if (words.length > maxDepth) throw refused(`says NOT more than ${maxDepth} times`)
}

function spelled(
  stream: CommonTokenStream,
  from: number,
  to: number,
  me: string | undefined,
): string {
  const tokens = stream
    .getTokens()
    .filter((t) => t.tokenIndex >= from && t.tokenIndex < to && t.channel === 0 && t.type > 0)
  let text = ''
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token
    const called = tokens[at + 1]?.type === JQLLexer.LPAREN
    const isMe = called && me !== undefined && stringValue(token)?.toLowerCase() === 'currentuser'
    text += `${gap(tokens[at - 1], token)}${isMe ? quoteJql(me) : spelling(token)}`
    if (isMe) at += 2 // its two parentheses
  }
  return text
}

/** One space between words, none inside `cf[10010]` and `issue.property[key].path`. */
function gap(before: Token | undefined, token: Token): string {
  if (!before || before.type === JQLLexer.LBRACKET) return ''
  if (token.type === JQLLexer.LBRACKET || token.type === JQLLexer.RBRACKET) return ''
  const adjacent = token.startIndex === before.stopIndex + 1
  return before.type === JQLLexer.RBRACKET && adjacent && token.text?.startsWith('.') ? '' : ' '
}

const operators = new Map([
  [JQLLexer.AND, 'AND'],
  [JQLLexer.OR, 'OR'],
  [JQLLexer.NOT, 'NOT'],
  [JQLLexer.BANG, 'NOT'],
  [JQLLexer.ORDER, 'ORDER'],
  [JQLLexer.BY, 'BY'],
])

function spelling(token: Token): string {
  const value = stringValue(token)
  if (value === undefined) return operators.get(token.type) ?? token.text ?? ''
  // a bare word stays bare: EMPTY-like names, dates like -3d and functions lose their meaning in quotes
  const bare = token.type === JQLLexer.STRING && /^[\p{L}\p{N}_.+-]+$/u.test(value)
  return bare ? value : quoteJql(value)
}

/** The text that a string token stands for; undefined for all other tokens. */
function stringValue(token: Token): string | undefined {
  const text = token.text ?? ''
  if (token.type === JQLLexer.STRING) return unescaped(text)
  const quoted = token.type === JQLLexer.QUOTE_STRING || token.type === JQLLexer.SQUOTE_STRING
  return quoted ? unescaped(text.slice(1, -1)) : undefined
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gis, (_, hex?: string, char: string = '') =>
    hex === undefined
      ? (escapes[char.toLowerCase()] ?? char)
      : String.fromCodePoint(Number.parseInt(hex, 16)),
  )

/** A JQL string literal: the backslash first, then quotes; control characters as escapes. */
export function quoteJql(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    // eslint-disable-next-line no-control-regex -- control characters are the point
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => {
      return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
    })
  return `"${escaped}"`
}

const refused = (why: string): ToolError =>
  new ToolError(
    'invalid_input',
    `The JQL ${why}. Quote values that are more than one word, and use no comments.`,
  )
