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
    ['a joiner between Latin letters', 'a\u200Cb', 'a‹U+200C›b'],
    [
      'a message spelt in joiners',
      'Hi\u200C\u200D\u200C there',
      'Hi‹U+200C›‹U+200D›‹U+200C› there',
    ],
    ['a run of joiners after Persian', 'می\u200C\u200D\u200Cخ', 'می\u200C‹U+200D›‹U+200C›خ'],
    ['a joiner at the beginning', '\u200Dx', '‹U+200D›x'],
    ['a joiner after a space', 'a \u200Db', 'a ‹U+200D›b'],
    ['an emoji selector after a letter', 'a\uFE0F', 'a‹U+FE0F›'],
    ['a second emoji selector', '❤\uFE0F\uFE0F', '❤\uFE0F‹U+FE0F›'],
  ])('has %s made visible', (_, hidden, shown) => {
    expect(visible(hidden)).toBe(shown)
  })

  it.each([
    ['Persian with a joiner', 'می\u200Cخواهم'],
    [
      'a Persian ending after a Latin word, a number and a bracket',
      'CPU\u200Cها ۲۰\u200Cساله (۱)\u200Cام',
    ],
    ['Devanagari with a half form at the end', 'क्\u200D '],
    ['a heart on fire', '❤\uFE0F\u200D🔥'],
    ['a person of a skin tone at work', '👩🏽\u200D💻'],
    ['a keycap', '1\uFE0F\u20E3'],
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
      mayHide(JSON.stringify({ a: ['مرحبا', '❤', 'a\r\n\t"b"', 'C:\\temp', 12.5, null] })),
    ).toBe(false)
  })
})
