import { describe, expect, it } from 'vitest'
import type { Kind } from '../../../workers/postgres/types.ts'
import { valueOf } from '../../../workers/postgres/values.ts'

const value = (text: string | null, kind: Kind, element?: Kind) =>
  valueOf(text, { name: kind, kind, ...(element && { element }) })

describe('a number', () => {
  it.each([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['-9223372036854775808', '-9223372036854775808'],
  ])('of bigint: %s', (text, json) => expect(value(text, 'bigint')).toBe(json))

  it.each([
    ['0', 0],
    ['-1.50', -1.5],
    ['123456789012345', 123456789012345],
    ['1234567890123456', 1234567890123456],
    ['9007199254740993', '9007199254740993'],
    ['0.300000000000000000', 0.3],
    ['0.30000000000000004', 0.30000000000000004],
    ['0.3000000000000000444', '0.3000000000000000444'],
    ['100000000000000000000', 100000000000000000000],
    ['1000000000000000000001', '1000000000000000000001'],
    ['0.00000000000000000000000001', 1e-26],
    ['Infinity', 'Infinity'],
    ['-Infinity', '-Infinity'],
    ['NaN', 'NaN'],
    ['1'.repeat(400), '1'.repeat(400)],
  ])('of numeric: %s', (text, json) => expect(value(text, 'numeric')).toBe(json))

  it('of numeric is never another value than PostgreSQL has', () => {
    const plain = (text: string) => text.replace(/^0+(?=\d)/, '').replace(/\.?0+$/, '')
    for (let i = 0; i < 2000; i += 1) {
      const digits = String((i * 7919 * 104_729) % 10 ** 9)
        .padStart(9, '7')
        .repeat(3)
      const text = `${digits.slice(0, i % 20)}1.${digits.slice(0, (i % 17) + 1)}`
      // JSON prints the shortest decimal that means the double.
      expect(plain(String(value(text, 'numeric')))).toBe(plain(text))
    }
  })

  it.each([
    ['1e+300', 1e300],
    ['3.4028235e+38', 3.4028235e38],
    ['-0', '-0'],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
  ])('of float: %s', (text, json) => expect(value(text, 'float')).toBe(json))
})

describe('JSON', () => {
  it.each([
    [
      '{"a":1.0,"b":1e3,"c":12345678901234567890,"d":0.1234567890123456789}',
      { a: 1, b: 1000, c: '12345678901234567890', d: '0.1234567890123456789' },
    ],
    ['{"a":1e400,"b":"1e400","c":1e-400,"d":0e0}', { a: '1e400', b: '1e400', c: '1e-400', d: 0 }],
    ['[[[]]]', [[[]]]],
    ['null', null],
    ['"text"', 'text'],
  ])('%s', (text, json) => expect(value(text, 'json')).toEqual(json))

  it('with the key __proto__ stays a plain property', () => {
    const parsed = value('{"__proto__":{"admin":true}}', 'json')
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
    expect(Object.keys(parsed as object)).toEqual(['__proto__'])
  })

  it('that is none is shown as text', () => expect(value('{broken', 'json')).toBe('{broken'))
})

describe('an array', () => {
  it.each<[string, Kind, unknown]>([
    ['{}', 'int', []],
    ['{1,NULL,-3}', 'int', [1, null, -3]],
    ['{NULL,"NULL",""," a "}', 'text', [null, 'NULL', '', ' a ']],
    [String.raw`{"a\"b","c\\d","{e,f}","g\nh"}`, 'text', ['a"b', String.raw`c\d`, '{e,f}', 'gnh']],
    [
      '{{t,f},{NULL,t}}',
      'bool',
      [
        [true, false],
        [null, true],
      ],
    ],
    [
      '{{{1},{2}},{{3},{4}}}',
      'bigint',
      [
        [[1], [2]],
        [[3], [4]],
      ],
    ],
    ['{9007199254740993,1}', 'bigint', ['9007199254740993', 1]],
    [String.raw`{"{\"a\": [1]}"}`, 'json', [{ a: [1] }]],
    ['{"2026-01-01 00:00:00+00"}', 'timestamptz', ['2026-01-01T00:00:00Z']],
    ['[2:3]={1,2}', 'int', '[2:3]={1,2}'],
  ])('%s of %s', (text, element, json) => expect(value(text, 'array', element)).toEqual(json))
})

describe('a time', () => {
  it.each<[string, Kind, string]>([
    ['2026-03-01 09:00:00+00', 'timestamptz', '2026-03-01T09:00:00Z'],
    ['2026-03-01 09:00:00.000001+00', 'timestamptz', '2026-03-01T09:00:00.000001Z'],
    ['0044-03-15 09:00:00+00 BC', 'timestamptz', '0044-03-15T09:00:00Z BC'],
    ['12026-03-01 09:00:00+00', 'timestamptz', '12026-03-01T09:00:00Z'],
    ['-infinity', 'timestamptz', '-infinity'],
    ['2026-03-01 09:00:00', 'timestamp', '2026-03-01T09:00:00'],
  ])('%s', (text, kind, json) => expect(value(text, kind)).toBe(json))
})

it('NULL is null, whatever the type', () => expect(value(null, 'array', 'int')).toBe(null))

it('a text is never cut inside a surrogate pair', () => {
  expect(value(`${'x'.repeat(1999)}😀y`, 'text')).toBe(`${'x'.repeat(1999)}…[+3 characters]`)
})
