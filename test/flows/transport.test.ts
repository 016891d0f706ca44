/** What reaches an endpoint over the wire: one interpretation or a refusal, on record once, nothing raw in the log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startStack } from '../local/stack.ts'
import { Lab, message, oldCall, parsed, toolCall } from './hostile-lab.ts'

let lab: Lab
let token: string
let other: string
let reader: string
let elsewhere: string
beforeAll(async () => {
  lab = await Lab.open()
  const both = ['custom:read', 'custom:write']
  token = (await lab.signIn('engineer@example.com', both)).access_token
  other = (await lab.signIn('admin@example.com', both)).access_token
  reader = (await lab.signIn('engineer@example.com', ['custom:read'])).access_token
  const jira = `${lab.stack.urls['jira']}/mcp`
  elsewhere = (await lab.signIn('engineer@example.com', ['jira:read'], jira)).access_token
}, 120_000)
afterAll(() => lab?.stack.close())

const body = JSON.stringify(message('tools/list'))
/** A request as text; `heads` go before, or in the place of, what a good client sends. */
const request = (line: string, heads: Record<string, string | string[]> = {}, content = body) => {
  const all: Record<string, string | string[]> = {
    host: new URL(lab.resource).host,
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/list',
    'content-length': String(Buffer.byteLength(content)),
    connection: 'close',
    ...heads,
  }
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  )
  return `${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${content}`
}
const port = () => new URL(lab.resource).port

describe('a request', () => {
  it.each<[string, () => string, number]>([
    ['as it should be', () => request('POST /mcp'), 200],
    ['for another host', () => request('POST /mcp', { host: 'evil.example' }), 421],
    ['for localhost', () => request('POST /mcp', { host: `localhost:${port()}` }), 421],
    ['for another port', () => request('POST /mcp', { host: '127.0.0.1:1' }), 421],
    ['for no port', () => request('POST /mcp', { host: '127.0.0.1' }), 421],
    [
      'for a host that begins alike',
      () => request('POST /mcp', { host: '127.0.0.1.evil.example' }),
      421,
    ],
    ['of another page', () => request('POST /mcp', { origin: 'https://evil.example' }), 403],
    [
      'of a page like claude.ai',
      () => request('POST /mcp', { origin: 'https://claude.ai.evil.example' }),
      403,
    ],
    ['of no page that has a name', () => request('POST /mcp', { origin: 'null' }), 403],
    [
      'of two pages',
      () => request('POST /mcp', { origin: ['https://claude.ai', 'https://evil.example'] }),
      403,
    ],
    ['of claude.ai', () => request('POST /mcp', { origin: 'https://claude.ai' }), 200],
    [
      'asking first, for another page',
      () => request('OPTIONS /mcp', { origin: 'https://evil.example' }),
      403,
    ],
    ['for a path below', () => request('POST /mcp/x'), 404],
    ['for a path with a slash more', () => request('POST /mcp/'), 404],
    ['for a path in capitals', () => request('POST /MCP'), 404],
    ['for a path in another spelling', () => request('POST /%6dcp'), 404],
    ['for a host in the path', () => request('POST //evil.example/mcp'), 404],
    [
      'with its token in the address',
      () => request(`POST /mcp?access_token=${token}`, { authorization: '' }),
      401,
    ],
    [
      'with two tokens',
      () => request('POST /mcp', { authorization: [`Bearer ${token}`, 'Bearer x'] }),
      401,
    ],
    ['with a token edited', () => request('POST /mcp', { authorization: `Bearer ${token}x` }), 401],
    [
      'with a token cut',
      () => request('POST /mcp', { authorization: `Bearer ${token.slice(0, -1)}` }),
      401,
    ],
    [
      'with the token of another endpoint',
      () => request('POST /mcp', { authorization: `Bearer ${elsewhere}` }),
      401,
    ],
    ['with another scheme', () => request('POST /mcp', { authorization: `Basic ${token}` }), 401],
    ['to open a stream', () => request('GET /mcp', {}, ''), 405],
    [
      'that would be a POST',
      () => request('GET /mcp', { 'x-http-method-override': 'POST' }, ''),
      405,
    ],
    ['to put', () => request('PUT /mcp'), 405],
    ['to end no session', () => request('DELETE /mcp', {}, ''), 405],
    [
      'to end a session of nobody',
      () => request('DELETE /mcp', { 'mcp-session-id': 'x' }, ''),
      404,
    ],
    [
      'with two media types',
      () => request('POST /mcp', { 'content-type': ['application/json', 'text/plain'] }),
      415,
    ],
    ['that says it is compressed', () => request('POST /mcp', { 'content-encoding': 'gzip' }), 415],
    ['that is two lengths', () => request('POST /mcp', { 'transfer-encoding': 'chunked' }), 400],
    ['of too many bytes', () => request('POST /mcp', {}, `{"a":"${'x'.repeat(1_000_001)}"}`), 413],
  ])('%s', async (_, text, status) => {
    expect((await lab.raw(text())).status).toBe(status)
  })

  it('that is refused for its network sees nothing of the endpoint, not even which token is good', async () => {
    const answers = await Promise.all(
      [token, 'x'].map((one) =>
        lab.raw(request('POST /mcp', { host: 'evil.example', authorization: `Bearer ${one}` })),
      ),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.body).not.toContain('get_order')
  })

  it('in many pieces is bounded too', async () => {
    const piece = `${(0x8000).toString(16)}\r\n${'x'.repeat(0x8000)}\r\n`
    const head = request('POST /mcp', { 'transfer-encoding': 'chunked' }, '').replace(
      /content-length: 0\r\n/,
      '',
    )
    const answer = await lab.raw(`${head}${piece.repeat(40)}0\r\n\r\n`)
    expect(answer.status).toBe(413)
  })
})

describe('headers and body that disagree', () => {
  it.each<[string, object, Record<string, string>]>([
    ['on the method', toolCall('get_order', { order_id: 'x' }), { 'mcp-method': 'tools/list' }],
    ['on the tool', toolCall('get_order', { order_id: 'x' }), { 'mcp-name': 'list_orders' }],
    ['on the version', message('tools/list'), { 'mcp-protocol-version': '2025-11-25' }],
    ['on a version of the future', message('tools/list'), { 'mcp-protocol-version': '2099-01-01' }],
  ])('%s are refused, and nothing is called', async (_, sent, more) => {
    lab.asked.length = 0
    expect((await lab.post(token, sent, more)).status).toBe(400)
    expect(lab.asked).toEqual([])
  })
})

describe('two clients that use the same JSON-RPC ids at the same time', () => {
  it.each([
    ['2026', toolCall],
    ['2025', oldCall],
  ])('each get their own answers, %s', async (_, call) => {
    const people = { mine: token, theirs: other }
    const answers = await Promise.all(
      Object.entries(people).flatMap(([whose, one]) =>
        Array.from({ length: 10 }, async (__, id) => {
          const word = `${whose} ${id}`
          const { result, id: answered } = parsed(
            await lab.post(one, call('get_order', { order_id: word }, id)),
          )
          return [word, answered, result?.structuredContent?.note]
        }),
      ),
    )
    for (const [word, id, note] of answers)
      expect([id, note]).toEqual([Number(String(word).split(' ')[1]), `about ${word}`])
  })
})

describe('a refusal', () => {
  /** What is sent, the status, and the row that it leaves. */
  const cases: [string, (mark: string) => [string, object | string], number, string, string][] = [
    [
      'a missing scope',
      (mark) => [reader, toolCall('refund_order', { order_id: mark })],
      403,
      'refund_order',
      'forbidden',
    ],
    [
      'a missing scope, 2025',
      (mark) => [reader, oldCall('refund_order', { order_id: mark })],
      403,
      'refund_order',
      'forbidden',
    ],
    [
      'a tool that is none',
      (mark) => [token, toolCall('drop_orders', { mark })],
      200,
      '{"unknown":"drop_orders"}',
      'not_found',
    ],
    [
      'a wrong argument',
      (mark) => [token, toolCall('get_order', { order_id: mark, extra: 1 })],
      200,
      'get_order',
      'invalid_input',
    ],
    [
      'arguments that are a list',
      (mark) => [token, oldCall('get_order', [mark])],
      200,
      'get_order',
      'invalid_input',
    ],
    [
      'arguments that are a text',
      (mark) => [token, oldCall('get_order', mark)],
      200,
      'get_order',
      'invalid_input',
    ],
    [
      'arguments that are a list, 2026',
      (mark) => [token, message('tools/call', { name: 'get_order', arguments: [mark] })],
      200,
      'get_order',
      'invalid_input',
    ],
    [
      'a forged cursor',
      (mark) => [token, toolCall('list_orders', { customer: mark, cursor: 'x.y' })],
      200,
      'list_orders',
      'invalid_input',
    ],
    [
      'an approval of nobody',
      (mark) => [
        token,
        toolCall('get_custom_approval_result', { approval_id: mark, wait_seconds: 0 }),
      ],
      200,
      'get_custom_approval_result',
      'not_found',
    ],
    [
      'a resource of nobody',
      (mark) => [token, message('resources/read', { uri: `nowhere://${mark}` })],
      200,
      '{"unknown":"nowhere://',
      'not_found',
    ],
    [
      'a stored answer of nobody',
      (mark) => [token, message('resources/read', { uri: `gatehouse://answer/${mark}/1` })],
      200,
      '{"unknown":"gatehouse://answer/',
      'not_found',
    ],
  ]
  it.each(cases)('of %s is on record exactly once', async (_, send, status, tool, code) => {
    const mark = crypto.randomUUID()
    lab.asked.length = 0
    const answer = await lab.post(...send(mark))
    expect(answer.status).toBe(status)
    const about = (rows: Awaited<ReturnType<Lab['rows']>>) =>
      rows.filter((row) => row.arguments.includes(mark))
    const rows = about(await lab.rows((all) => about(all).length > 0))
    expect(rows.map(({ outcome, errorCode }) => [outcome, errorCode])).toEqual([['refused', code]])
    expect(rows[0]?.tool.startsWith(tool)).toBe(true)
    expect(lab.asked).toEqual([])
  })

  it('of a body is on record too, without a word of it', async () => {
    const before = await lab.rows(() => true)
    const sent = ['{"hunter2":', '[{"hunter2":1}]', '{"hunter2":9007199254740993}', '\ufeff{}']
    for (const one of sent) expect((await lab.post(token, one)).status).toBe(400)
    const unread = (rows: typeof before) =>
      rows.filter(({ tool }) => tool.includes('unreadable message')).length
    const after = await lab.rows((rows) => unread(rows) === unread(before) + sent.length)
    expect(JSON.stringify(after)).not.toContain('hunter2')
  })
})

describe('an endpoint that can’t judge', () => {
  it('says so with 503 while the hub is away, to good tokens and bad', async () => {
    const alone = await startStack({ portBase: 'free', workers: ['custom'] })
    try {
      const answers = await Promise.all(
        [token, 'x:y:z'].map((one) =>
          fetch(`${alone.urls['custom']}/mcp`, {
            method: 'POST',
            headers: { authorization: `Bearer ${one}`, 'content-type': 'application/json' },
            body,
          }),
        ),
      )
      for (const answer of answers)
        expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
          503,
          '3',
          expect.objectContaining({ error: 'temporarily_unavailable' }),
        ])
    } finally {
      await alone.close()
    }
  })

  it.each([
    ['a short secret', { CURSOR_SECRET: 'short' }],
    ['a misspelt range', { ALLOWED_NETWORKS: '10.0.0.0' }],
    ['no number for its burst', { BURST_PER_MINUTE: 'many' }],
  ])('serves nothing with %s, and its log says which setting it is', async (_, settings) => {
    const logs: string[] = []
    const wrong = await startStack({
      portBase: 'free',
      workers: ['custom'],
      settings: { custom: settings },
      onLog: (line) => void logs.push(line),
    })
    try {
      const at = (path: string) => fetch(`${wrong.urls['custom']}${path}`)
      const [health, mcp, page] = await Promise.all([at('/healthz'), at('/mcp'), at('/')])
      expect([health.status, mcp.status, page.status]).toEqual([500, 500, 500])
      expect(await health.json()).toMatchObject({ ok: false })
      expect(await mcp.text()).not.toContain(Object.keys(settings)[0])
      expect(logs.join()).toContain(Object.keys(settings)[0])
      expect(logs.join()).not.toContain(Object.values(settings)[0])
    } finally {
      await wrong.close()
    }
  })
})

describe('the log', () => {
  it('holds no token and nothing that a client sent', async () => {
    for (const secret of [token, other, reader, 'hunter2', 'evil.example/mcp'])
      expect(lab.logs.filter((line) => line.includes(secret))).toEqual([])
  })
})
