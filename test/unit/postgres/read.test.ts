import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { maxAnswerBytes } from '../../../workers/postgres/answer-limit.ts'
import { readOne } from '../../../workers/postgres/database.ts'
import { accessTo } from '../../../workers/postgres/databases.ts'

const url = 'postgres://login:hunter2@db.example.com/shop'
const fields = [{ name: 'one', dataTypeID: 23 }]
const answered = {
  results: [
    { fields, rows: [] },
    { fields, rows: [['1']] },
  ],
}

function access(
  env: object = { SHOP_URL: url },
  signal: AbortSignal = new AbortController().signal,
  network?: string,
) {
  return accessTo(
    {
      principal: { userId: 'u', email: 'a@example.com', name: 'A', groups: [], clientId: 'c' },
      callId: 'id',
      limits: { databases: ['shop'], schemas: ['*'], role: ['reader'] },
      signal,
      env: {
        DATABASES: JSON.stringify({
          shop: {
            title: 'Shop',
            owner: 'o@example.com',
            secret: 'SHOP_URL',
            schemas: ['public'],
            network,
          },
        }),
        ...env,
      },
      cursor: undefined,
      progress: () => undefined,
      log: () => undefined,
    },
    undefined,
  )
}

describe('a read', () => {
  const send = vi.fn<typeof fetch>()
  beforeEach(() => {
    vi.stubGlobal('fetch', send)
    send.mockReset()
  })
  afterEach(() => vi.unstubAllGlobals())
  const ask = async (using = access()) => readOne(using, { text: 'SELECT 1' })

  it('is one read-only request that begins as the role and follows no redirect', async () => {
    send.mockImplementation(async () => Response.json(answered))
    expect((await ask()).rows).toEqual([['1']])
    const [[to, init]] = send.mock.calls as [
      [string, RequestInit & { headers: Record<string, string> }],
    ]
    expect(to).toBe('https://api.example.com/sql')
    expect(init).toMatchObject({
      redirect: 'manual',
      headers: {
        'Neon-Batch-Read-Only': 'true',
        'Neon-Batch-Isolation-Level': 'RepeatableRead',
      },
    })
    const { queries } = JSON.parse(String(init.body)) as {
      queries: { query: string; params: string[] }[]
    }
    const [[names, values] = [], statement] = queries.map(({ params }) => params)
    expect(names).toMatch(
      /^\{"role","search_path","statement_timeout","gatehouse\.user","application_name","lock_timeout",/,
    )
    // Arrays as PostgreSQL's text: a quote in a value ends no element.
    expect(values).toMatch(
      /^\{"reader","\\"public\\", pg_temp","20000","a@example\.com","gatehouse a@example\.com","3s",/,
    )
    expect(statement).toEqual([])
  })

  it('goes through the binding into a private network, and nowhere else', async () => {
    const network = { fetch: vi.fn(async () => Response.json(answered)) }
    const using = access({ SHOP_URL: url, NETWORK: network }, undefined, 'NETWORK')
    expect((await ask(using)).rows).toEqual([['1']])
    expect(network.fetch).toHaveBeenCalledOnce()
    const [[to, init]] = network.fetch.mock.calls as unknown as [[string, RequestInit]]
    expect(to).toBe('https://api.example.com/sql')
    expect(init).toMatchObject({ redirect: 'manual', method: 'POST' })
    expect(init).not.toHaveProperty('network')
    expect(send).not.toHaveBeenCalled()
  })

  it.each([
    ['the connection fails', () => Promise.reject(new TypeError('fetch failed'))],
    [
      'Neon can not wake the compute',
      () => Promise.resolve(new Response('asleep', { status: 503 })),
    ],
    [
      'PostgreSQL still starts',
      () => Promise.resolve(Response.json({ message: 'starting', code: '57P03' }, { status: 400 })),
    ],
  ])('is sent once more when %s', async (_, broken) => {
    send.mockImplementationOnce(broken).mockImplementation(async () => Response.json(answered))
    expect((await ask()).rows).toEqual([['1']])
    expect(send).toHaveBeenCalledTimes(2)
    send.mockReset().mockImplementation(broken)
    await expect(ask()).rejects.toMatchObject({ code: 'upstream_unavailable' })
    expect(send).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['42P01', 'invalid_input'],
    ['57014', 'upstream_rejected'],
    ['53300', 'upstream_unavailable'],
  ])('is not sent again when PostgreSQL itself refused it (%s)', async (code, ours) => {
    send.mockResolvedValue(Response.json({ message: 'no', code }, { status: 400 }))
    await expect(ask()).rejects.toMatchObject({ code: ours })
    expect(send).toHaveBeenCalledTimes(1)
  })

  it('is not sent again after its time', async () => {
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'))
    send.mockImplementation(() => Promise.reject(late.reason as Error))
    await expect(ask(access(undefined, late))).rejects.toBe(late.reason)
    expect(send.mock.calls.length).toBeLessThanOrEqual(1)
  })

  it('does not take a redirect for an answer', async () => {
    send.mockResolvedValue(
      new Response(null, { status: 302, headers: { location: 'https://evil.example' } }),
    )
    await expect(ask()).rejects.toMatchObject({ code: 'upstream_unavailable' })
    expect(send).toHaveBeenCalledTimes(1)
  })

  it.each(['with', 'without'])(
    'gives up on an answer beyond 10 MB, %s a content-length',
    async (length) => {
      let sent = 0
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 1024 * 1024
          controller.enqueue(new Uint8Array(1024 * 1024).fill(32))
          if (sent > 4 * maxAnswerBytes) controller.close()
        },
      })
      const headers = { ...(length === 'with' && { 'content-length': String(5 * maxAnswerBytes) }) }
      send.mockResolvedValue(new Response(body, { headers }))
      await expect(ask()).rejects.toMatchObject({
        code: 'upstream_rejected',
        message: expect.stringContaining('larger than 10 MB'),
      })
      expect(sent).toBeLessThan(2 * maxAnswerBytes)
    },
  )

  it('takes the other login when one is refused, in either spelling', async () => {
    const next = url.replace('hunter2', 'hunter3')
    for (const refusal of [
      { message: "password authentication failed for user 'login'", code: '' },
      { message: 'no', code: '28000' },
    ]) {
      send.mockReset()
      send.mockResolvedValueOnce(Response.json(refusal, { status: 400 }))
      send.mockImplementation(async () => Response.json(answered))
      expect((await ask(access({ SHOP_URL: url, SHOP_URL_NEXT: next }))).rows).toEqual([['1']])
      const used = send.mock.calls.map(([, init]) =>
        new Headers(init?.headers).get('neon-connection-string'),
      )
      expect(used.map((text) => /hunter\d/.exec(text ?? '')?.[0])).toEqual(['hunter2', 'hunter3'])
    }
  })
})
