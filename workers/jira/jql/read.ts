import { quoteJql, refused, tokensOf } from './tokens.ts'
import type { Token } from './tokens.ts'

/** A query taken apart and spelled anew by us, clause and order. */
export interface Jql {
  /** '' when the query has no condition. */
  readonly where: string
  /** Without the words ORDER BY; '' when there is none. */
  readonly orderBy: string
}

const maxDepth = 40

/**
 * Reads JQL only as far as containment needs, and writes it again from its tokens: nothing of the
 * original text is sent on. Parentheses are balanced and never close what they didn't open, every
 * string is in double quotes with its escapes set by us, ORDER BY stands once and outside. So
 * `(where)` is one operand of whatever stands beside it. Whether fields and values exist, Jira says.
 * @param me what `currentUser()` stands for: the person who asks, not our service account
 * @throws ToolError `invalid_input`
 */
export function readJql(text: string, me?: string): Jql {
  const tokens = tokensOf(text)
  const order = topLevelOrder(tokens)
  const where = order === -1 ? tokens : tokens.slice(0, order)
  const sorting = order === -1 ? [] : tokens.slice(order + 2)
  if (order !== -1) checkSorting(sorting)
  return { where: spelled(where, me), orderBy: spelled(sorting, undefined) }
}

/** Whether the query asks for "me", so that who that is has to be looked up. */
export const namesCurrentUser = (text: string): boolean => /currentuser/i.test(text)

/** Where ORDER BY begins, or -1. Checks all parentheses and brackets on the way. */
function topLevelOrder(tokens: readonly Token[]): number {
  let depth = 0
  let found = -1
  for (const [at, token] of tokens.entries()) {
    if (isSymbol(token, '(')) depth += 1
    if (isSymbol(token, ')')) depth -= 1
    if (depth < 0) throw refused('closes a parenthesis that was not opened')
    if (depth > maxDepth) throw refused(`has more than ${maxDepth} open parentheses`)
    if (isSymbol(token, '[')) checkBrackets(tokens, at)
    if (isSymbol(token, ']') && !isSymbol(tokens[at - 2], '[')) throw refused('has a stray bracket')
    if (!isWord(token, 'order')) continue
    if (depth > 0 || found !== -1 || !isWord(tokens[at + 1], 'by'))
      throw refused('has ORDER where it can only end the query; a field of that name needs quotes')
    found = at
  }
  if (depth > 0) throw refused('has a parenthesis that is not closed')
  return found
}

/** `cf[10010]`, `issue.property[key].path`: one name in the brackets. */
function checkBrackets(tokens: readonly Token[], at: number): void {
  const [before, name, end] = [tokens[at - 1], tokens[at + 1], tokens[at + 2]]
  const named = name?.kind === 'word' || name?.kind === 'string'
  if (before?.kind !== 'word' || !named || !isSymbol(end, ']'))
    throw refused('has brackets that are not those of a custom field or property')
}

/** Fields, ASC or DESC, commas; nothing that could be a condition. */
function checkSorting(tokens: readonly Token[]): void {
  const plain = tokens.every(
    ({ kind, text }) => kind !== 'symbol' || text === ',' || text === '[' || text === ']',
  )
  if (tokens.length === 0 || !plain) throw refused('has something else than fields after ORDER BY')
}

function spelled(tokens: readonly Token[], me: string | undefined): string {
  let text = ''
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token
    const called = isSymbol(tokens[at + 1], '(') && isSymbol(tokens[at + 2], ')')
    const isMe = called && token.kind !== 'symbol' && token.text.toLowerCase() === 'currentuser'
    const substituted = isMe && me !== undefined
    text += `${gap(tokens, at)}${substituted ? quoteJql(me) : spelling(token)}`
    if (substituted) at += 2 // its two parentheses
  }
  return text
}

/** A bare word stays bare, because keywords, functions and dates like -3d lose their meaning in quotes. */
const spelling = ({ kind, text }: Token): string =>
  kind === 'symbol' || (kind === 'word' && /^[A-Za-z0-9_.-]+$/.test(text)) ? text : quoteJql(text)

/** One space between tokens, none inside `cf[10010]` and `issue.property[key].path`. */
function gap(tokens: readonly Token[], at: number): string {
  const [before, token] = [tokens[at - 1], tokens[at] as Token]
  if (!before || isSymbol(before, '[')) return ''
  if (isSymbol(token, '[') || isSymbol(token, ']')) return ''
  return isSymbol(before, ']') && token.kind === 'word' && token.text.startsWith('.') ? '' : ' '
}

const isSymbol = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'symbol' && token.text === text
const isWord = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'word' && token.text.toLowerCase() === text
