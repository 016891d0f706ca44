import { describe, expect, test } from 'vitest'
import { redactArguments, redactText } from '../../../shared/redact.ts'
import { holdsSecret } from '../../../shared/secrets.ts'

// Built from halves, so that no scanner takes this file for a leak.
const joined = (...halves: string[]) => halves.join('')
const jwt = joined(
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
  '.eyJzdWIiOiIxMjM0NSJ9',
  '.dGVzdHNpZ25hdHVyZQ',
)

describe('secrets by the name of their field', () => {
  test.each([
    'password',
    'Password',
    'userPassword',
    'db_password',
    'dbpassword',
    'new-password',
    'pwd',
    'passwd',
    'token',
    'accessToken',
    'access_token',
    'refreshtoken',
    'slack.bot.token',
    'secret',
    'clientSecret',
    'client_secret',
    'apiKey',
    'api-key',
    'x-api-key',
    'APIKEY',
    'privateKey',
    'Authorization',
    'cookie',
    'Set-Cookie',
    'credentials',
    'sessionId',
    'session_id',
    'connectionString',
    'DATABASE_URL',
    'otp',
    'ｐａｓｓｗｏｒｄ',
    'webhookUrl',
    'signature',
  ])('%s hides its value at any depth', (name) => {
    expect(redactArguments({ outer: [{ [name]: 'hunter2-hunter2' }] })).toBe(
      JSON.stringify({ outer: [{ [name]: '[redacted]' }] }),
    )
  })

  test.each([
    'passage',
    'tokens_used',
    'maxTokens',
    'author',
    'assignee',
    'key',
    'keyboard',
    'summary',
    'compass',
    'id',
    'statement',
  ])('%s keeps its value', (name) => {
    expect(holdsSecret(name)).toBe(false)
  })

  test('a field named by a value beside it is hidden too', () => {
    expect(
      redactArguments({ headers: [{ name: 'Authorization', value: 'abc' }, ['Cookie', 'a=b']] }),
    ).toBe('{"headers":[{"name":"Authorization","value":"[redacted]"},["Cookie","[redacted]"]]}')
  })

  test('configured fields are hidden whatever their case and punctuation', () => {
    expect(redactArguments({ Customer_Email: 'a@b.test', other: 1 }, ['customer-email'])).toBe(
      '{"Customer_Email":"[redacted]","other":1}',
    )
  })

  test('an object under a secret name is hidden whole', () => {
    expect(redactArguments({ credentials: { user: 'a', pin: '1' }, password: null })).toBe(
      '{"credentials":"[redacted]","password":null}',
    )
  })
})

describe('secrets by their own shape', () => {
  const shapes: [string, string, string][] = [
    ['JWT', `see ${jwt} there`, 'see [JWT] there'],
    ['bearer token', 'curl -H "X: Bearer abcdef1234567890"', 'curl -H "X: Bearer [redacted]"'],
    ['basic credentials', `send Basic ${btoa('user:pass')} please`, 'send Basic [redacted] please'],
    [
      'authorization header',
      'Authorization: Custom abc def\nnext',
      'Authorization: [redacted]\nnext',
    ],
    ['cookie header', 'Cookie: a=b; c=d', 'Cookie: [redacted]'],
    ['AWS key', joined('AKIA', 'IOSFODNN7EXAMPLE'), '[AWS key]'],
    ['GitHub token', joined('ghp_', 'abcdefghijklmnopqrstuvwxyz0123456789'), '[GitHub token]'],
    [
      'fine-grained GitHub token',
      joined('github_pat_', '11ABCDEFG0abcdefghijkl_mnop'),
      '[GitHub token]',
    ],
    ['Slack token', joined('xoxb-', '123456789012-abcdefghij'), '[Slack token]'],
    ['Slack webhook', joined('https://hooks.slack.com/', 'services/T0/B0/xyz'), '[Slack webhook]'],
    ['Google key', joined('AIza', 'SyA1234567890abcdefghijklmnopqrstuv'), '[Google key]'],
    ['Stripe key', joined('sk_live_', '4eC39HqLyjWDarjtT1zdp7dc'), '[API key]'],
    ['Anthropic key', joined('sk-ant-', 'api03-abcdefghijklmnop'), '[API key]'],
    ['GitLab token', joined('glpat-', 'abcdefghij1234567890'), '[GitLab token]'],
    ['Atlassian token', joined('ATATT', '3xFfGF0abcdefghijklmnop'), '[Atlassian token]'],
    [
      'password of a URL',
      'postgres://app:s3cr3t@db.test/shop',
      'postgres://app:[redacted]@db.test/shop',
    ],
    [
      'password with an @',
      'postgres://app:p@ss@db.test/shop',
      'postgres://app:[redacted]@db.test/shop',
    ],
    [
      'password with a slash',
      'postgres://app:p/ss#x@db.test/shop',
      'postgres://app:[redacted]@db.test/shop',
    ],
    [
      'password of a URL without user',
      'redis://:s3cr3t@cache.test',
      'redis://:[redacted]@cache.test',
    ],
    [
      'keyword connection string',
      'Server=db;User Id=a;Password=s3cr3t;Port=1',
      'Server=db;User Id=a;Password=[redacted];Port=1',
    ],
    ['quoted assignment', `set api_key = "abc def" now`, 'set api_key = [redacted] now'],
    ['assignment in JSON in text', '{"client_secret": "abc"}', '{"client_secret": [redacted]}'],
    [
      'query parameter',
      'https://x.test/?access_token=abc&q=1',
      'https://x.test/?access_token=[redacted]&q=1',
    ],
    ['password in SQL', "ALTER ROLE a PASSWORD 'it''s'", "ALTER ROLE a PASSWORD '[redacted]'"],
    [
      'SQL comparison',
      "WHERE password = 'abc' AND id = 1",
      'WHERE password = [redacted] AND id = 1',
    ],
    ['card number', 'card 4111 1111 1111 1111 ok', 'card [card number] ok'],
    ['card number with hyphens', '5555-5555-5555-4444', '[card number]'],
    ['American Express', '378282246310005', '[card number]'],
  ]
  test.each(shapes)('%s', (_, text, clean) => {
    expect(JSON.parse(redactArguments({ text }))).toEqual({ text: clean })
  })

  test('a private key is hidden, also when its end is missing', () => {
    const begin = joined('-----BEGIN RSA ', 'PRIVATE KEY-----')
    expect(redactText(`a ${begin}\nMIIEow\n-----END RSA PRIVATE KEY----- b`)).toBe(
      'a [private key] b',
    )
    expect(redactText(`a ${begin}\nMIIEowIBAAK`)).toBe('a [private key]')
  })

  test('a card number is hidden as a number too', () => {
    expect(redactArguments({ card: 4111111111111111 })).toBe('{"card":"[redacted]"}')
  })

  test.each([
    'order 4111 1111 1111 1112', // fails the Luhn sum
    'at 1764105600000 ms',
    'the bearer certificates were basic information',
    'https://host.test:8443/a?to=me@example.com',
    'ENG-123 blocked by OPS-9; call +49 30 1234567',
    '2026-11-25T21:09:00.000Z',
    'SELECT id, token_count FROM runs WHERE passed = true',
  ])('leaves alone: %s', (text) => {
    expect(JSON.parse(redactArguments({ text }))).toEqual({ text })
  })
})

describe('one bounded line, whatever comes', () => {
  test('line breaks and controls stay inside the line, escaped', () => {
    const line = redactArguments({ text: 'a\nb\r\u0000\u001b[31m\u0085\u2028\u202e\u{e0041}z' })
    expect(line).toBe(String.raw`{"text":"a\nb\r\u0000\u001b[31m\u0085\u2028\u202e\udb40\udc41z"}`)
    expect(redactText('a\nb\u202e')).toBe(String.raw`a\u000ab\u202e`)
  })

  test('keys come in canonical order, so the same arguments give the same line', () => {
    expect(redactArguments({ b: 1, a: { d: 1, c: 2 } })).toBe(
      redactArguments({ a: { c: 2, d: 1 }, b: 1 }),
    )
  })

  test('a long text is cut and says how long it was', () => {
    const line = redactArguments({ text: 'word '.repeat(20_000) })
    expect(line.length).toBeLessThan(1_600)
    expect(line).toContain('(100000 characters)')
  })

  test('a secret that begins before the cut is not shown by half', () => {
    const key = joined('sk_live_', 'x'.repeat(60))
    for (let pad = 1_400; pad < 1_520; pad += 7) {
      expect(
        redactArguments({ text: `${'. '.repeat(pad / 2)}${key} ${'y '.repeat(9_000)}` }),
      ).not.toContain('xxxx')
    }
    const spaced = `${`${key} `.repeat(200)}${'z'.repeat(9_000)}`
    expect(redactArguments({ text: spaced })).not.toContain('xxxx')
  })

  test.each([
    ['10,000 keys', Object.fromEntries([...Array(10_000).keys()].map((i) => [`k${i}`, 'v']))],
    ['10,000 items', [...Array(10_000).keys()]],
    ['long keys', { ['k'.repeat(100_000)]: 1 }],
    ['many long texts', Array(500).fill('x'.repeat(5_000))],
    ['deep nesting', JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
    ['lone surrogates', { '\ud800': '\udfff' }],
    ['not JSON', { f: () => 1, n: Number.NaN, i: Infinity, b: 10n, u: undefined }],
    ['undefined', undefined],
    [
      'a hostile getter',
      {
        get a() {
          throw new Error('no')
        },
      },
    ],
    ['nothing but quotes', '"'.repeat(50_000)],
  ])('%s: at most 4,000 characters, no line break, no exception', (_, value) => {
    const line = redactArguments(value)
    expect(line.length).toBeLessThanOrEqual(4_000)
    expect(line).not.toMatch(/[\n\r]/)
    expect(line.isWellFormed()).toBe(true)
  })

  test('__proto__ is a key like any other', () => {
    const line = redactArguments(JSON.parse('{"__proto__":{"password":"x"},"a":1}'))
    expect(line).toBe('{"__proto__":{"password":"[redacted]"},"a":1}')
    expect(({} as { password?: string }).password).toBeUndefined()
  })
})
