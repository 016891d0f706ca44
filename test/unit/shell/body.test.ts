import { describe, expect, it } from 'vitest'
import { BodyError, maxBodyBytes, parseMessage, readJson } from '../../../shared/body.ts'

const post = (
  body: BodyInit,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) =>
  new Request('http://localhost/mcp', {
    method: 'POST',
    body,
    headers,
    duplex: 'half',
  } as RequestInit)
const refusal = async (request: Request) => {
  const error = await readJson(request).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof BodyError ? [error.status, error.message] : error
}

describe('a request body', () => {
  it('is parsed once into the message everybody behind sees', async () => {
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'a:b', arguments: { '{"x":': '\\"' } },
    }
    expect(await readJson(post(JSON.stringify(message)))).toEqual(message)
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])
      expect(await readJson(post(JSON.stringify(message), { 'content-type': type }))).toEqual(
        message,
      )
  })

  it.each([
    ['text/plain', 'text/plain'],
    ['a lookalike', 'application/jsonp'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['two of them', 'application/json, text/plain'],
    ['none', ''],
    ['another character set', 'application/json; charset=utf-16'],
    ['two character sets', 'application/json; charset=utf-8; charset=utf-7'],
  ])('of another media type or character set is refused: %s', async (_, type) => {
    expect(await refusal(post('{}', { 'content-type': type }))).toEqual([
      415,
      'Content-Type must be application/json, in UTF-8.',
    ])
  })

  it.each(['gzip', 'br', 'deflate', 'gzip, identity', 'x'])(
    'with a Content-Encoding is refused, readable or not: %s',
    async (encoding) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
      expect(await refusal(post('{}', headers))).toEqual([
        415,
        'Send the body without a Content-Encoding.',
      ])
    },
  )

  it.each([
    ['a duplicate key', '{"a":1,"a":2}', 'twice'],
    ['a duplicate key spelt with an escape', '{"method":"x","m\\u0065thod":"y"}', 'twice'],
    ['a duplicate key deep inside', '{"params":{"arguments":{"q":[{"x":1,"x":1}]}}}', 'twice'],
    ['__proto__', '{"params":{"__proto__":{"admin":true}}}', '__proto__'],
    ['a lone surrogate', '{"a":"\\ud800"}', 'surrogate'],
    ['a lone surrogate in a key', '{"\\udc00":1}', 'surrogate'],
    ['a batch', '[{"jsonrpc":"2.0"}]', 'batches'],
    ['a number', '7', 'JSON-RPC message'],
    ['null', 'null', 'JSON-RPC message'],
    ['half a message', '{"a":', 'not valid JSON'],
    ['a BOM', '\ufeff{}', 'not valid JSON'],
    ['65 levels', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'nested deeper'],
    ['a key of an object in a list twice', '{"a":[{"b":1},{"b":1,"c":2,"b":3}]}', 'twice'],
    ['__proto__ spelt with an escape', '{"__pr\\u006fto__":1}', '__proto__'],
    ['a lone surrogate before a pair', '{"a":"\\ud83d\\ud83d\\ude00"}', 'surrogate'],
    ['a number that would change', '{"id":9007199254740993}', 'send it as text'],
    ['its negative', '{"a":[-9007199254740993]}', 'send it as text'],
    ['an infinite number', '{"a":1e400}', 'send it as text'],
    ['a comment', '{"a":1/* */}', 'not valid JSON'],
    ['a trailing comma', '{"a":1,}', 'not valid JSON'],
    ['NaN', '{"a":NaN}', 'not valid JSON'],
    ['two messages', '{"a":1}{"b":2}', 'not valid JSON'],
    ['nothing', '', 'not valid JSON'],
    ['100,000 levels', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'nested deeper'],
  ])('with %s is refused without repeating it', async (_, body, words) => {
    const answer = await refusal(post(body))
    expect(answer).toEqual([400, expect.stringContaining(words)])
    expect(JSON.stringify(answer)).not.toContain('admin')
  })

  it('that is not UTF-8 is refused', async () => {
    expect(await refusal(post(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toEqual(
      [400, 'The body is not valid UTF-8.'],
    )
  })

  it('over the limit is refused, whether or not its length was declared', async () => {
    const large = `{"a":"${'x'.repeat(maxBodyBytes)}"}`
    expect(
      await refusal(
        post(large, { 'content-type': 'application/json', 'content-length': String(large.length) }),
      ),
    ).toEqual([413, expect.any(String)])
    const stream = new Blob([large]).stream()
    expect(await refusal(post(stream))).toEqual([413, expect.any(String)])
  })

  it('that breaks off is refused, whether or not its length was declared', async () => {
    const broken = () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"a":'))
          controller.error(new Error('connection reset by 10.0.0.7'))
        },
      })
    for (const more of [{}, { 'content-length': '7' }])
      expect(
        await refusal(post(broken(), { 'content-type': 'application/json', ...more })),
      ).toEqual([400, 'The body could not be read to its end.'])
  })

  it('may hold numbers that JSON and JavaScript both know', () => {
    const text = '{"a":[0,-0,9007199254740991,-9007199254740991,0.1,1e2,1.5e15,5e-324]}'
    expect(parseMessage(text)).toEqual(JSON.parse(text))
  })

  it('may hold colons, quotes and braces inside strings', () => {
    const text = JSON.stringify({
      q: 'select \'{"a":1}\'::jsonb, "x:y" -- :',
      'k:"': ['::', { 'a:b': '\\' }],
    })
    expect(parseMessage(text)).toEqual(JSON.parse(text))
  })
})
