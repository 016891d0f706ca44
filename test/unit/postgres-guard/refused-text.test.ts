import { describe, expect, it } from 'vitest'
import { objection, passing } from './judge.ts'
import { expressionPositions, placed } from './positions.ts'

describe('text', { timeout: 60_000 }, () => {
  it.each([
    'SELECT 1\0',
    '\0SELECT 1',
    'SELECT 1 \0; DROP TABLE orders',
    "SELECT '\ud800'",
    'SELECT \udc00',
    "SELECT '\udc00\ud800'",
  ])('that the parser and the database would read differently is refused: %j', async (sql) => {
    expect(await objection(sql)).toMatch(/^The statement holds characters that are no text/)
  })

  it.each([
    "SELECT 'Zürich', '東京', '😀', U&'\\00e4', E'\\u00e4'",
    "SELECT e'a\\'b', B'101', X'1F', $ü$x$ü$",
    'SELECT "größe" FROM (SELECT 1 AS "größe") s',
  ])('in any script is read as written: %s', async (sql) => {
    expect(await objection(sql)).toBeNull()
  })

  it.each([
    "SELECT 'a' -- ' ; DROP TABLE orders",
    "SELECT 'a\\'",
    'SELECT "a\\"',
    'SELECT $$ $a$ ; $a$ $$',
    "SELECT 'a' /* ' */",
  ])('with a quote that ends elsewhere than it seems is still one query: %s', async (sql) => {
    expect(await objection(sql.replace('"a\\"', '"a\\" FROM (SELECT 1 AS "a\\") s'))).toBeNull()
  })

  it.each([
    ["SELECT E'\\'; SELECT pg_sleep(1) --'", null],
    ["SELECT '\\'; SELECT pg_sleep(1) --'", 'There are 2 statements. Give one at a time.'],
  ])('is taken with standard strings, as the session sets them: %s', async (sql, expected) => {
    expect(await objection(sql)).toBe(expected)
  })

  it('that is not SQL is refused with the parser’s words and the place', async () => {
    expect(await objection('SELECT FROM WHERE')).toBe(
      'The statement is not valid SQL: syntax error at or near "WHERE". Correct it at character 13.',
    )
    expect(await objection('SELEC 1')).toBe(
      'The statement is not valid SQL: syntax error at or near "SELEC". Correct it at character 1.',
    )
    expect(await objection("SELECT 'a")).toBe(
      `The statement is not valid SQL: unterminated quoted string at or near "'a". Correct it at character 8.`,
    )
  })

  it('may have a parameter only when it comes with a value', async () => {
    expect(await objection('SELECT $1')).toMatch(/^The parameter \$1 has no value/)
    expect(await objection('SELECT $1, $2', { parameters: 2 })).toBeNull()
    expect(await objection('SELECT $3', { parameters: 2 })).toMatch(/\$3/)
    expect(await objection('SELECT $0', { parameters: 2 })).not.toBeNull()
    for (const template of expressionPositions)
      expect(await passing([placed(template, '$1')])).toEqual([])
  })
})
