import { describe, expect, test } from 'vitest'
import { readHeaders, toPgText } from '../../sandbox/postgres/neon-protocol.ts'

const connection = { 'neon-connection-string': 'postgres://a%40b:p%2Fw@host.example/d%20b?x=1' }
const read = (headers: Record<string, string>) => readHeaders((name) => headers[name])

describe('headers', () => {
  test('the connection string gives user, password and database, percent-decoded', () => {
    expect(read(connection)).toEqual({
      user: 'a@b',
      password: 'p/w',
      database: 'd b',
      rawText: false,
      arrayMode: false,
      begin: 'BEGIN',
    })
  })

  test.each([
    ['ReadUncommitted', 'BEGIN ISOLATION LEVEL READ UNCOMMITTED'],
    ['ReadCommitted', 'BEGIN ISOLATION LEVEL READ COMMITTED'],
    ['RepeatableRead', 'BEGIN ISOLATION LEVEL REPEATABLE READ'],
    ['Serializable', 'BEGIN ISOLATION LEVEL SERIALIZABLE'],
  ])('isolation level %s', (level, begin) => {
    expect(read({ ...connection, 'neon-batch-isolation-level': level }).begin).toBe(begin)
  })

  test.each(['read committed', 'constructor', 'SERIALIZABLE; DROP TABLE x'])(
    'isolation level %s is refused',
    (level) => {
      const headers = { ...connection, 'neon-batch-isolation-level': level }
      expect(() => read(headers)).toThrow('invalid isolation level')
    },
  )

  test('read only and deferrable are on by the word true alone', () => {
    const modes = (value: string) =>
      read({ ...connection, 'neon-batch-read-only': value, 'neon-batch-deferrable': value }).begin
    expect([modes('true'), modes('1'), modes('false')]).toEqual([
      'BEGIN READ ONLY DEFERRABLE',
      'BEGIN',
      'BEGIN',
    ])
  })
})

test.each([
  [null, null],
  ['text', 'text'],
  [true, 'true'],
  [1.5, '1.5'],
  [{ a: [1] }, '{"a":[1]}'],
  [[true, false], '{true,false}'],
  [['NULL', null, 'a"b', 'c\\d'], '{"NULL",NULL,"a\\"b","c\\\\d"}'],
  [
    [
      [1, 2],
      [3, null],
    ],
    '{{1,2},{3,NULL}}',
  ],
  [[{ foo: 1 }, { bar: 2 }], '{"{\\"foo\\":1}","{\\"bar\\":2}"}'],
  [[], '{}'],
])('the parameter %j becomes %j', (value, text) => {
  expect(toPgText(value)).toBe(text)
})
