import pg from 'pg'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { startOnServer } from '../sandbox/postgres/start.ts'
import '../unit/postgres-guard/parser-in-node.ts'
import { callerOf, toNeon } from '../workers/postgres/caller.ts'
import { commits } from '../workers/postgres/suites/commits.ts'
import { explain } from '../workers/postgres/suites/explain.ts'
import { layers } from '../workers/postgres/suites/layers.ts'
import { queries } from '../workers/postgres/suites/queries.ts'
import { schema } from '../workers/postgres/suites/schema.ts'
import { values } from '../workers/postgres/suites/values.ts'
import { writes } from '../workers/postgres/suites/writes.ts'
import { createDatabase } from './server.ts'

const sandbox = await startOnServer(await createDatabase(inject('postgresUrl'), 'tools'))
const owner = new URL(sandbox.ownerUrl)
owner.hostname = new URL(sandbox.loginUrl).hostname
owner.port = ''
const database = {
  neonUrl: sandbox.neon.url,
  loginUrl: sandbox.loginUrl,
  ownerUrl: owner.href,
}
toNeon(database)
const caller = callerOf(database)
afterAll(() => sandbox.close())

values(caller)
queries(caller, 1)
schema(caller)
explain(caller)
layers(caller, database)
writes(caller)
commits(caller)

describe('six queries that would run for hours', () => {
  it('end in time and hold up nobody else meanwhile', async () => {
    const heavy =
      'SELECT count(*) FROM order_items a, order_items b, order_items c WHERE a.quantity > b.quantity + c.quantity'
    let ended = 0
    const pending = Array.from({ length: 6 }, () =>
      caller
        .call('query_database', { query: heavy }, { database: { timeoutSeconds: 4 } })
        .finally(() => (ended += 1)),
    )
    const settled = Promise.allSettled(pending)
    const quick = await caller.call('query_database', { query: 'SELECT count(*) FROM customers' })
    expect([quick.rows, ended]).toEqual([[[2000]], 0])
    expect(await settled).toMatchObject(
      Array.from({ length: 6 }, () => ({ reason: { code: 'upstream_rejected' } })),
    )
    const running = await caller.owner(
      `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%order_items a, order_items b%' AND pid <> pg_backend_pid()`,
    )
    expect(running).toEqual([['0']])
  })
})

/** What takes two sessions at once, which the embedded PostgreSQL does not have. */
describe('a write beside other sessions', () => {
  const statement = "UPDATE products SET name = 'theirs' WHERE id IN (20, 21)"
  const { preview, write } = caller

  /** Runs `work` while another session holds what `sql` took. */
  async function beside<T>(sql: string, work: () => Promise<T>): Promise<T> {
    const other = new pg.Client({ connectionString: sandbox.ownerUrl })
    await other.connect()
    try {
      await other.query('BEGIN')
      await other.query(sql)
      return await work()
    } finally {
      await other.query('ROLLBACK')
      await other.end()
    }
  }

  it('is not counted wrongly when somebody else changes rows of the table meanwhile', async () => {
    const { rows } = await beside("UPDATE products SET name = 'other' WHERE id > 100", () =>
      preview({ statement }),
    )
    expect(rows?.total).toBe(2)
  })

  it('does not wait long for a row that somebody else is changing', async () => {
    await expect(
      beside("UPDATE products SET name = 'other' WHERE id = 20", () => preview({ statement })),
    ).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: expect.stringContaining('not released within 3 s'),
    })
  })

  it('is not shown while its rows can not be accounted for, and is afterwards', async () => {
    const locked = 'SELECT FROM products WHERE id = 20 FOR KEY SHARE'
    await expect(beside(locked, () => preview({ statement }))).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: expect.stringContaining('Other transactions hold some of these rows'),
    })
    expect((await preview({ statement })).rows?.total).toBe(2)
  })

  it('runs once of two that start at the same time', async () => {
    const shown = await preview({ statement })
    const ended = await Promise.allSettled([
      write({ statement }, shown),
      write({ statement }, shown),
    ])
    expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const refused = ended.find(({ status }) => status === 'rejected')
    expect(refused).toMatchObject({ reason: { name: 'ToolError', code: 'upstream_rejected' } })
  })

  it('leaves no session and no lock behind', async () => {
    const left = await caller.owner(
      `SELECT count(*) FROM pg_stat_activity
       WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    )
    expect(left).toEqual([['0']])
  })
})

describe('a login that is refused', () => {
  const wrong = new URL(sandbox.loginUrl)
  wrong.password = 'old'
  const callWith = (secrets: object) => {
    const tool = callerOf({ ...database, loginUrl: wrong.href })
    const facts: object[] = []
    const context = {
      ...tool.context(),
      log: (more: object) => facts.push(more),
    }
    Object.assign(context.env as object, secrets)
    return { context, facts }
  }

  it('gives way to the other slot for reads and writes, and that is on record', async () => {
    const { default: postgres } = await import('../../workers/postgres/integration.ts')
    const { context, facts } = callWith({ SHOP_DATABASE_URL_NEXT: sandbox.loginUrl })
    const tool = (name: string) => postgres.tools.find((one) => one.name === name)!
    const read = tool('query_database').bind({ query: 'SELECT 1' })
    expect(await read.run(context)).toMatchObject({ rows: [[1]] })
    const change = tool('execute_database_write').bind({
      statement: "UPDATE products SET name = 'rotated' WHERE id = 30",
    })
    const shown = await change.preview(context)
    expect(await change.run(context, { preview: shown })).toMatchObject({ rows: 1 })
    expect(facts).toContainEqual({ credential: 'SHOP_DATABASE_URL_NEXT' })
  })

  it('is said with the name of the secret, never with what is in it', async () => {
    const { default: postgres } = await import('../../workers/postgres/integration.ts')
    const { context } = callWith({})
    for (const [name, args] of [
      ['query_database', { query: 'SELECT 1' }],
      ['execute_database_write', { statement: 'DELETE FROM order_items WHERE order_id = 1' }],
    ] as const) {
      const bound = postgres.tools.find((one) => one.name === name)!.bind(args)
      const run = name === 'query_database' ? bound.run(context) : bound.preview(context)
      const error: unknown = await run.catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        code: 'misconfigured',
        message: expect.stringContaining('the secret SHOP_DATABASE_URL'),
      })
      expect(String(error)).not.toContain('old')
    }
  })
})
