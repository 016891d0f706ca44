import { describe, expect, test } from 'vitest'
import { ToolError } from '../../../shared/errors.ts'
import { readJql } from '../../../workers/jira/jql/read.ts'
import { clausesOf, scopedJql } from '../../../workers/jira/jql/scope.ts'
import { quoteJql } from '../../../workers/jira/jql/tokens.ts'
import { parseQuery, type Clause } from '../../sandbox/jira/jql/parse.ts'
import { everyday, escapes } from './jql-samples.ts'

const limits = { projects: ['ENG', 'OPS'] }
const scoped = (jql: string) => scopedJql(readJql(jql), [], { limits })

/** Takes away conjunctions and disjunctions of one. */
function plain(clause: Clause | undefined): Clause | undefined {
  if (!clause || clause.kind === 'term') return clause
  if (clause.kind === 'not') return { kind: 'not', clause: plain(clause.clause) as Clause }
  const clauses = clause.clauses.map((one) => plain(one) as Clause)
  return clauses.length === 1 ? clauses[0] : { ...clause, clauses }
}
const ours = {
  kind: 'term',
  field: 'project',
  operator: 'in',
  operands: [
    { kind: 'value', value: 'ENG' },
    { kind: 'value', value: 'OPS' },
  ],
  negated: false,
}

describe('a query that is sent', () => {
  test.each(everyday)('means the same as %j, in the caller’s projects', (jql) => {
    const asked = parseQuery(jql)
    const sent = parseQuery(scoped(jql))
    const where = plain(asked.where)
    expect(plain(sent.where)).toEqual(where ? { kind: 'and', clauses: [ours, where] } : ours)
    if (asked.orderBy.length > 0) expect(sent.orderBy).toEqual(asked.orderBy)
  })

  test.each(escapes)('is one AND whose first part is ours, or is refused: %j', (jql) => {
    let sent: string
    try {
      sent = scoped(jql)
    } catch (error) {
      expect(error).toBeInstanceOf(ToolError)
      expect((error as ToolError).code).toBe('invalid_input')
      return
    }
    let query: ReturnType<typeof parseQuery>
    try {
      query = parseQuery(sent)
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError) // Jira answers 400 and finds nothing
      return
    }
    const where = plain(query.where)
    expect(where?.kind === 'and' ? where.clauses[0] : where).toEqual(ours)
  })

  test('has nothing of the original spelling but words', () => {
    expect(readJql('a=\'x"y\\\\\'&&b~"\\u0041\\n" || !c in(1,2)order by "d e" desc,f')).toEqual({
      where: 'a = "x\\"y\\\\" AND b ~ "A\\u000a" OR NOT c in ( 1 , 2 )',
      orderBy: '"d e" desc , f',
    })
  })

  test('puts the person who asks in the place of currentUser()', () => {
    expect(
      readJql('assignee in (currentUser(), x) OR status was Done by CURRENTUSER ( )', '5b:1'),
    ).toEqual({
      where: 'assignee in ( "5b:1" , x ) OR status was Done by "5b:1"',
      orderBy: '',
    })
    expect(readJql('summary ~ "currentUser()"', '5b:1').where).toBe('summary ~ "currentUser()"')
  })

  test.each([
    'x'.repeat(4001),
    '('.repeat(41) + 'a = 1' + ')'.repeat(41),
    'a = "\uD800"',
    'a = "open',
    'a = "\\q"',
    'a ~ b\\c',
    'a = 1 ORDER BY',
    'a = 1 ORDER BY (b)',
    'a = 1 ORDER BY b ORDER BY c',
    'a = 1 ORDER b',
    'cf[',
    'cf[1',
    ']',
    'a[b]c]',
    '\u200Ba = 1',
  ])('is refused with what to do about it: %j', (jql) => {
    expect(() => readJql(jql)).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        message: expect.stringContaining('double quotes'),
      }),
    )
  })
})

describe('conditions as arguments', () => {
  test('become one clause each', () => {
    expect(
      clausesOf({
        project_key: 'ENG',
        status: 'In Review',
        issue_type: 'Bug',
        assignee: 'none',
        text: 'paid twice!',
        updated_since: '2026-11-01',
      }),
    ).toEqual([
      'project = "ENG"',
      'status = "In Review"',
      'issuetype = "Bug"',
      'assignee IS EMPTY',
      'text ~ "paid twice"',
      'updated >= "2026-11-01"',
    ])
  })

  test.each(escapes)('hold %j as one value', (value) => {
    const parts = { where: '', orderBy: '' }
    const jql = scopedJql(parts, clausesOf({ status: value, assignee: value }), { limits })
    const where = plain(parseQuery(jql).where)
    const equals = (field: string) => ({
      kind: 'term',
      field,
      operator: '=',
      operands: [{ kind: 'value', value }],
      negated: false,
    })
    expect(where).toEqual({ kind: 'and', clauses: [ours, equals('status'), equals('assignee')] })
  })

  test('a literal is the value again, whatever is in it', () => {
    const value = '\\" \' ) OR (\n\t\u0000\u2028 \\u0022 é 🎉'
    const where = plain(parseQuery(`summary ~ ${quoteJql(value)}`).where)
    expect(where).toMatchObject({ operands: [{ kind: 'value', value }] })
  })
})

describe('what policy allows', () => {
  test('nobody without a project gets to ask', () => {
    expect(() => scopedJql(readJql('a = 1'), [], { limits: {} })).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    )
  })

  test('a star is all projects, and then a condition is needed', () => {
    const all = { limits: { projects: ['*'] } }
    expect(scopedJql(readJql('a = 1'), [], all)).toBe('(a = 1)')
    expect(() => scopedJql(readJql(' '), [], all)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
    expect(scopedJql(readJql(' '), [], { limits })).toBe(
      'project IN ("ENG", "OPS") ORDER BY updated DESC',
    )
  })
})
