import { describe, expect, it } from 'vitest'
import { mayHide, visible, visibleValue } from '../../../shared/visible.ts'

describe('text of others', () => {
  it.each([
    ['a bidirectional override', 'a\u202Eb', 'a‹U+202E›b'],
    ['an isolate', '\u2066x\u2069', '‹U+2066›x‹U+2069›'],
    ['Unicode tags', 'hi\u{E0049}\u{E0067}', 'hi‹U+E0049›‹U+E0067›'],
    ['a zero-width space', 'pass\u200Bword', 'pass‹U+200B›word'],
    ['an escape sequence', '\u001b[31mred', '‹U+001B›[31mred'],
    ['a null', 'a\u0000b', 'a‹U+0000›b'],
    ['variation selectors that smuggle bytes', 'x\u{E0100}\uFE00', 'x‹U+E0100›‹U+FE00›'],
    ['a Hangul filler', '\u3164', '‹U+3164›'],
    ['a lone surrogate', 'a\uD800', 'a\uFFFD'],
  ])('has %s made visible', (_, hidden, shown) => {
    expect(visible(hidden)).toBe(shown)
  })

  it.each([
    ['Persian with a joiner', 'می\u200Cخواهم'],
    ['a family emoji', '👨\u200D👩\u200D👧'],
    ['an emoji selector', '❤\uFE0F'],
    ['line breaks and tabs', 'a\r\n\tb'],
    ['Arabic and Hebrew', 'שלום مرحبا'],
  ])('keeps %s', (_, text) => {
    expect(visible(text)).toBe(text)
  })

  it('is cleaned in keys and values, and returned itself when clean', () => {
    expect(visibleValue({ 'a\u200B': ['b\u202E', 1, null, { c: 'd' }] })).toEqual({
      'a‹U+200B›': ['b‹U+202E›', 1, null, { c: 'd' }],
    })
    const clean = { a: ['b', { c: 'd' }] }
    expect(visibleValue(clean)).toBe(clean)
  })
})

describe('one look at a whole answer', () => {
  const hidden = [
    '\u202E',
    '\u200B',
    '\u0000',
    '\u001b',
    '\u007f',
    '\u0085',
    '\uD800',
    '\u{E0041}',
    '\u2028',
    '\ufeff',
    '\b',
    '\f',
  ]
  it.each(hidden.map((character) => [`U+${character.codePointAt(0)?.toString(16)}`, character]))(
    'finds %s wherever it stands',
    (_, character) => {
      for (const value of [{ a: [`x${character}y`] }, { [`k${character}`]: 1 }, [[character]]])
        expect(mayHide(JSON.stringify(value))).toBe(true)
    },
  )

  it('finds whatever `visible` would change, over every character of the first planes', () => {
    const missed: string[] = []
    for (let code = 0; code < 0x2_0000; code++) {
      const character = String.fromCodePoint(code)
      if (visible(character) !== character && !mayHide(JSON.stringify([character])))
        missed.push(code.toString(16))
    }
    expect(missed).toEqual([])
  })

  it('finds nothing in ordinary text', () => {
    expect(
      mayHide(
        JSON.stringify({ a: ['می\u200Cخواهم', '❤\uFE0F', 'a\r\n\t"b"', 'C:\\temp', 12.5, null] }),
      ),
    ).toBe(false)
  })
})
