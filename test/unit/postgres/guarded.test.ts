import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Access } from '../../../workers/postgres/databases.ts'
import { guarded } from '../../../workers/postgres/guarded.ts'
import '../postgres-guard/parser-in-node.ts'

const fields = [
  { name: 'kind', dataTypeID: 25 },
  { name: 'name', dataTypeID: 25 },
]
const enumeration = ['enum', 'mood']
const key = (schema: string, table: string, visible: boolean, ...columns: string[]) => [
  'key',
  JSON.stringify([schema, table, visible, columns]),
]

describe('the judgement of a query on a database', () => {
  let names: string[][]
  let access: Access
  let databases = 0
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.now() })
    names = []
    vi.stubGlobal('fetch', async () =>
      Response.json({
        results: [
          { fields, rows: [] },
          { fields, rows: names },
        ],
      }),
    )
    databases += 1
    access = {
      id: 'shop',
      title: 'Shop',
      owner: 'o@example.com',
      mode: 'read',
      schemas: ['public', 'support'],
      urls: [`postgres://login:password@db${databases}.example.com/shop`],
      secret: 'SHOP_URL',
      role: 'reader',
      email: 'a@example.com',
      timeoutMs: 1000,
      signal: new AbortController().signal,
      log: () => undefined,
    }
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is made once for a text, and again when what it rests on is five minutes old', async () => {
    names = [enumeration]
    const sql = "SELECT 'ok'::mood"
    const first = await guarded(access, sql, [])
    names = []
    expect(await guarded(access, sql, [])).toBe(first)
    vi.advanceTimersByTime(5 * 60_000)
    await expect(guarded(access, sql, [])).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('holds for one number of parameters, one role, one database and one list of schemas', async () => {
    names = [enumeration]
    await guarded(access, 'SELECT $1::mood, $2, id FROM support.tickets', ['ok', 1])
    const again = (other: Partial<Access>, parameters = ['ok', 1]) =>
      guarded({ ...access, ...other }, 'SELECT $1::mood, $2, id FROM support.tickets', parameters)
    await expect(again({})).resolves.toMatchObject({ parameters: 2 })
    await expect(again({}, ['ok'])).rejects.toThrow('$2')
    await expect(again({ schemas: ['public'] })).rejects.toThrow('support')
    names = []
    await expect(again({ role: 'other' })).rejects.toThrow('mood')
    await expect(again({ urls: ['postgres://u:p@other.example.com/shop'] })).rejects.toThrow('mood')
  })

  it('does not remember a refusal', async () => {
    await expect(guarded(access, "SELECT 'ok'::mood", [])).rejects.toThrow('mood')
    names = [enumeration]
    vi.advanceTimersByTime(5 * 60_000)
    await expect(guarded(access, "SELECT 'ok'::mood", [])).resolves.toMatchObject({ boundedBy: 1 })
  })

  it('knows one row where a unique key is looked for', async () => {
    names = [
      key('public', 'orders', true, 'id'),
      key('public', 'order_items', true, 'order_id', 'product_id'),
      key('support', 'orders', false, 'number'),
    ]
    const bound = async (where: string) =>
      (await guarded(access, `SELECT * FROM ${where}`, [])).boundedBy
    expect(await bound('orders WHERE id = 4711')).toBe(1)
    expect(await bound("public.orders WHERE status = 'paid' AND id = 4711 LIMIT 7")).toBe(1)
    expect(await bound('order_items WHERE product_id = 1 AND order_id = 2')).toBe(1)
    expect(await bound('support.orders WHERE number = 1')).toBe(1)
    for (const other of [
      "orders WHERE status = 'paid'",
      'orders WHERE number = 1', // of the other table of this name
      'support.orders WHERE id = 1',
      'order_items WHERE order_id = 2',
      'unheard_of WHERE id = 1',
    ])
      expect(await bound(other), other).toBeUndefined()
  })
})
