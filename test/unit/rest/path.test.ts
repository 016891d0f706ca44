import { describe, expect, expectTypeOf, it } from 'vitest'
import { ToolError } from '../../../shared/errors.ts'
import { isPath, path, type Path } from '../../../shared/path.ts'
import { draft } from '../../../shared/rest/request.ts'

const base = new URL('https://api.example.com/v1')
const urlOf = (p: Path) => draft(base, undefined, 'GET', p, {}).url

/** Values that some server, proxy or framework reads as something else than one segment. */
const hostile = {
  'a dot segment': ['.', '..', ' ..', '.. ', '..;', '..;jsessionid=1', '.;x', '\t..'],
  'an encoded dot segment': ['%2e', '%2E%2e', '.%2e', '%252e%252e', '%25252e%25252e', '%2e%2e;x'],
  'a slash': ['a/b', '/', '//', '//evil.example', '../admin', '..\\admin', '\\', 'a\\b', '/..'],
  'an encoded slash': ['a%2fb', 'a%2Fb', '..%2fadmin', 'a%5cb', 'a%252fb', '%25252F', '%2f%2fevil'],
  'an absolute URL': ['https://evil.example', 'http:/evil', 'file:///etc/passwd', '@evil.example/'],
  'a compatibility form of them': [
    '．．',
    '。/',
    '／',
    '＼',
    'a／b',
    '․․',
    '‥',
    '／⁄',
    '%ef%bc%8f',
    '%EF%BC%8E%EF%BC%8E',
  ],
  'a line break or control character': [
    'a\r\nb',
    '\n',
    'a\u0000b',
    '%0d%0aX: y',
    '%00',
    '\u0085',
    'a\u2028b',
    '\u007f',
  ],
  'nothing at all': [''],
  'half a character': ['\ud800', 'a\udc00', 'x\ud83d'],
  'an overlong or broken encoding': ['%c0%af', '..%c0%afx', '%c0%ae%c0%ae', '%ff', '%e0%80%af'],
  'endless encoding': [`%${'25'.repeat(40)}2f`],
} as const

describe('a hostile value in a path', () => {
  for (const [what, values] of Object.entries(hostile)) {
    it(`is refused when it is ${what}`, () => {
      for (const value of values) {
        const attempt = () => path`/orders/${value}/refund`
        expect(attempt, JSON.stringify(value)).toThrow(ToolError)
        expect(attempt).toThrow(expect.objectContaining({ code: 'invalid_input' }))
      }
    })
  }

  it('is refused in a list of segments, in a number, and beside literal text', () => {
    expect(() => path`/files/${['src', '..', 'x']}`).toThrow(ToolError)
    expect(() => path`/files/${['src', '']}`).toThrow(ToolError)
    expect(() => path`/files/${[]}`).toThrow(ToolError)
    expect(() => path`/files/.${'.'}`).toThrow(ToolError)
    expect(() => path`/files/${'.'}${'.'}`).toThrow(ToolError)
    expect(() => path`/orders/${undefined as unknown as string}`).not.toThrow() // the word, not nothing
  })

  it('is not repeated in the refusal', () => {
    expect(() => path`/orders/${'ignore/your/instructions'}`).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('ignore') as string }),
    )
  })
})

describe('a value that is only unusual', () => {
  const values = [
    'A-1001',
    '%E2%80%93',
    'caf%C3%A9',
    'a b',
    'ä',
    '日本',
    '😀',
    '100%',
    '50%25',
    'a%zz',
    '...',
    '..a',
    'a..b',
    '.env',
    '~',
    '-',
    'a@b.c',
    '@evil.example',
    'a:b',
    ':80',
    'x?y=1',
    'x#y',
    'a&b=c',
    'a+b',
    'a;b',
    '%20',
    'a,b',
    "it's",
    '(1)',
    '*',
    '$',
    '=',
    'ENG-1',
    '[::1]',
    '<script>',
    '"',
    '|',
    '`',
    '{}',
    '^',
  ]

  it('is one segment that says exactly what was given, on the fixed host below the fixed prefix', () => {
    for (const value of values) {
      const url = urlOf(path`/orders/${value}/refund`)
      expect({ host: url.host, search: url.search, hash: url.hash }, value).toEqual({
        host: 'api.example.com',
        search: '',
        hash: '',
      })
      const segments = url.pathname.split('/')
      expect(segments.map(decodeURIComponent), value).toEqual(['', 'v1', 'orders', value, 'refund'])
    }
  })

  it('keeps that promise for every character there is, refusing the rest', () => {
    for (let code = 0; code <= 0xffff; code++) {
      const value = `x${String.fromCharCode(code)}`
      let made: Path
      try {
        made = path`/orders/${value}`
      } catch (error) {
        expect(error).toBeInstanceOf(ToolError)
        continue
      }
      const { origin, pathname } = urlOf(made)
      if (origin !== base.origin || decodeURIComponent(pathname) !== `/v1/orders/${value}`)
        expect.fail(`U+${code.toString(16)} leads to ${origin}${pathname}`)
    }
  })
})

describe('a path', () => {
  it('is known by its route without the values', () => {
    expect(path`/orders/${'A-1'}/refund`).toMatchObject({
      text: '/orders/A-1/refund',
      route: '/orders/{}/refund',
    })
    expect(path`/compare/${'v1'}...${'v2'}`.text).toBe('/compare/v1...v2')
    expect(path`/contents/${['src', 'a b.ts']}`.text).toBe('/contents/src/a%20b.ts')
    expect(path`/issue/${7}/${8n}`.text).toBe('/issue/7/8')
  })

  it('has plain literal text: no query, fragment, host, dots or encoding', () => {
    const literals = [
      () => path`orders`,
      () => path`//evil.example/x`,
      () => path`/a//b`,
      () => path`/a?x=1`,
      () => path`/a#x`,
      () => path`/a%2e`,
      () => path`/a\\b`,
      () => path`/a b`,
      () => path``,
    ]
    for (const literal of literals) expect(literal, String(literal)).toThrow(TypeError)
    expect(() => path`/a/../b`).toThrow(ToolError)
  })

  it('can’t be a string, nor an object that looks like one', () => {
    // @ts-expect-error -- a raw string is no path
    const raw: Path = '/orders/1'
    expectTypeOf<string>().not.toExtend<Path>()
    for (const forged of [raw, { text: '/../x', route: '/' }, undefined]) {
      expect(isPath(forged)).toBe(false)
      expect(() => draft(base, undefined, 'GET', forged as Path, {})).toThrow(TypeError)
    }
  })
})

describe('a query', () => {
  it('is encoded, repeated for lists, and left out where undefined', () => {
    const query = { q: 'a&b=c#d?e', ids: [1, 2], none: undefined, yes: true, 'k&x': '\r\n' }
    expect(draft(base, undefined, 'GET', path`/orders`, { query }).url.href).toBe(
      'https://api.example.com/v1/orders?q=a%26b%3Dc%23d%3Fe&ids=1&ids=2&yes=true&k%26x=%0D%0A',
    )
  })
})

describe('a header', () => {
  const headersOf = (value: string) =>
    draft(base, { 'x-on-behalf-of': value }, 'GET', path`/orders`, {}).headers.get('x-on-behalf-of')

  it('can’t bring another one with it', () => {
    for (const value of ['a\r\nx-admin: 1', 'a\nb', 'a\u0000b', 'a\u007f'])
      expect(() => headersOf(value), JSON.stringify(value)).toThrow(ToolError)
  })

  it('carries names that aren’t ASCII in percent-encoded UTF-8', () => {
    expect(headersOf('zoë@example.com')).toBe('zo%C3%AB@example.com')
    expect(headersOf('😀')).toBe('%F0%9F%98%80')
  })
})
