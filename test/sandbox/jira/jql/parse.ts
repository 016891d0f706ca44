/** JQL by Atlassian's own grammar, as a tree: the second opinion on what Gatehouse sends. */
import {
  JQLLexer,
  JQLParser,
  JqlChangedClauseContext,
  JqlComparisonClauseContext,
  JqlEqualsClauseContext,
  JqlInClauseContext,
  JqlIsClauseContext,
  JqlLikeClauseContext,
  JqlNonNumberFieldContext,
  JqlWasClauseContext,
  JqlWasInClauseContext,
  type JqlFieldContext,
  type JqlFunctionContext,
  type JqlNotClauseContext,
  type JqlOperandContext,
  type JqlOrClauseContext,
  type JqlStringContext,
  type JqlTerminalClauseRhsContext,
  type JqlValueContext,
} from '@atlaskit/jql-parser'
import { CharStreams, CommonTokenStream } from 'antlr4ts'

export type Operand =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly string[] }

export type Operator = '=' | '~' | '<' | '>' | '<=' | '>=' | 'in' | 'was' | 'changed'
export type Clause =
  | { readonly kind: 'and' | 'or'; readonly clauses: readonly Clause[] }
  | { readonly kind: 'not'; readonly clause: Clause }
  | {
      readonly kind: 'term'
      readonly field: string
      readonly operator: Operator
      readonly operands: readonly Operand[]
      readonly negated: boolean
    }
export interface Query {
  readonly where: Clause | undefined
  readonly orderBy: readonly { readonly field: string; readonly descending: boolean }[]
}

/** @throws SyntaxError for what isn't JQL */
export function parseQuery(text: string): Query {
  const fail = {
    syntaxError(_r: unknown, _s: unknown, _line: number, column: number): never {
      throw new SyntaxError(`Error in the JQL Query at character ${column + 1}.`)
    },
  }
  const lexer = new JQLLexer(CharStreams.fromString(text))
  lexer.removeErrorListeners()
  lexer.addErrorListener(fail)
  const parser = new JQLParser(new CommonTokenStream(lexer))
  parser.removeErrorListeners()
  parser.addErrorListener(fail)
  const query = parser.jqlQuery()
  const where = query.jqlWhere()
  const sorts = query.jqlOrderBy()?.jqlSearchSort() ?? []
  return {
    where: where && orOf(where.jqlOrClause()),
    orderBy: sorts.map((sort) => ({
      field: fieldOf(sort.jqlField()),
      descending: sort.DESC() !== undefined,
    })),
  }
}

const orOf = (or: JqlOrClauseContext): Clause => ({
  kind: 'or',
  clauses: or
    .jqlAndClause()
    .map((and) => ({ kind: 'and', clauses: and.jqlNotClause().map(notOf) })),
})

function notOf(not: JqlNotClauseContext): Clause {
  const inner = not.jqlNotClause()
  if (inner) return { kind: 'not', clause: notOf(inner) }
  const sub = not.jqlSubClause()
  if (sub) return orOf(sub.jqlOrClause())
  const term = not.jqlTerminalClause()
  if (!term) throw new SyntaxError('A clause is missing.')
  return { kind: 'term', field: fieldOf(term.jqlField()), ...rhsOf(term.jqlTerminalClauseRhs()) }
}

function rhsOf(rhs: JqlTerminalClauseRhsContext) {
  const term = (operator: Operator, operands: readonly Operand[], negated = false) => ({
    operator,
    operands,
    negated,
  })
  if (rhs instanceof JqlEqualsClauseContext)
    return term('=', [operandOf(rhs)], rhs.jqlEqualsOperator().NOT_EQUALS() !== undefined)
  if (rhs instanceof JqlLikeClauseContext)
    return term('~', [operandOf(rhs)], rhs.jqlLikeOperator().NOT_LIKE() !== undefined)
  if (rhs instanceof JqlComparisonClauseContext) {
    const operator = rhs.jqlComparisonOperator().text as Operator
    return term(operator, [operandOf({ jqlEmpty: () => undefined, ...bound(rhs) })])
  }
  if (rhs instanceof JqlIsClauseContext)
    return term('=', [{ kind: 'empty' }], rhs.jqlIsOperator().NOT() !== undefined)
  if (rhs instanceof JqlInClauseContext)
    return term('in', membersOf(rhs), rhs.jqlInOperator().NOT() !== undefined)
  if (rhs instanceof JqlWasInClauseContext)
    return term('was', membersOf(rhs), rhs.jqlWasInOperator().NOT() !== undefined)
  if (rhs instanceof JqlWasClauseContext)
    return term('was', [operandOf(rhs)], rhs.jqlWasOperator().NOT() !== undefined)
  if (rhs instanceof JqlChangedClauseContext) return term('changed', [])
  throw new SyntaxError('A clause has no operator.')
}

const bound = (rhs: JqlComparisonClauseContext) => ({
  jqlValue: () => rhs.jqlValue(),
  jqlFunction: () => rhs.jqlFunction(),
})

interface HasOperand {
  jqlEmpty(): unknown
  jqlValue(): JqlValueContext | undefined
  jqlFunction(): JqlFunctionContext | undefined
}
function operandOf(rhs: HasOperand): Operand {
  const value = rhs.jqlValue()
  if (value) return { kind: 'value', value: valueOf(value) }
  const call = rhs.jqlFunction()
  return call ? callOf(call) : { kind: 'empty' }
}

function membersOf(rhs: JqlInClauseContext | JqlWasInClauseContext): Operand[] {
  const call = rhs.jqlFunction()
  if (call) return [callOf(call)]
  const flat = (operand: JqlOperandContext): Operand[] =>
    operand.jqlList()?.jqlOperand().flatMap(flat) ?? [operandOf(operand)]
  return rhs.jqlList()?.jqlOperand().flatMap(flat) ?? []
}

const callOf = (call: JqlFunctionContext): Operand => ({
  kind: 'call',
  name: textOf(call.jqlFunctionName()).toLowerCase(),
  args: (call.jqlArgumentList()?.jqlArgument() ?? []).map(textOf),
})

const valueOf = (value: JqlValueContext): string => textOf(value)

function fieldOf(field: JqlFieldContext): string {
  if (!(field instanceof JqlNonNumberFieldContext)) return field.text
  const custom = field.jqlCustomField()
  if (custom) return `customfield_${custom.POSNUMBER().text}`
  const name = field.jqlString()
  return name ? unquoted(name).toLowerCase() : field.text
}

interface MayBeString {
  readonly text: string
  jqlString?(): JqlStringContext | undefined
}
const textOf = (node: MayBeString): string => {
  const string = node.jqlString?.()
  return string ? unquoted(string) : node.text
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
/** What a string token stands for. */
function unquoted(string: JqlStringContext): string {
  const text = string.STRING() ? string.text : string.text.slice(1, -1)
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gis, (_, hex?: string, char = '') =>
    hex === undefined ? (escapes[char] ?? char) : String.fromCodePoint(Number.parseInt(hex, 16)),
  )
}
