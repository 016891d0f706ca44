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
    expect(
      await readJson(
        post(JSON.stringify(message), { 'content-type': 'application/json; charset=utf-8' }),
      ),
    ).toEqual(message)
  })

  it.each([
    ['text/plain', 'text/plain'],
    ['a lookalike', 'application/jsonp'],
    ['a form', 'application/x-www-form-urlencoded'],
  ])('of another media type is refused: %s', async (_, type) => {
    expect(await refusal(post('{}', { 'content-type': type }))).toEqual([
      415,
      'Content-Type must be application/json.',
    ])
  })

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

  it('may hold colons, quotes and braces inside strings', () => {
    const text = JSON.stringify({
      q: 'select \'{"a":1}\'::jsonb, "x:y" -- :',
      'k:"': ['::', { 'a:b': '\\' }],
    })
    expect(parseMessage(text)).toEqual(JSON.parse(text))
  })
})
