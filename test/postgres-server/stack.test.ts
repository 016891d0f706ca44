import { expect, inject, test } from 'vitest'
import pg from 'pg'
import { startStack } from '../local/stack.ts'
import { createDatabase } from './server.ts'

const probe = { id: 'probe', main: 'test/sandbox/postgres/probe.ts', like: 'postgres' }

async function withStack(databaseUrl: string, ...statements: string[]) {
  const stack = await startStack({ portBase: 'free', workers: [], fixtures: [probe], databaseUrl })
  try {
    const body = JSON.stringify({ over: 'websocket', statements })
    const answer = await fetch(stack.urls['probe']!, { method: 'POST', body })
    return { prepared: stack.database?.prepared, rows: (await answer.json()) as unknown[] }
  } finally {
    await stack.close()
  }
}

test('DATABASE_URL: an empty database is filled, and a Worker previews a write in it', async () => {
  const databaseUrl = await createDatabase(inject('postgresUrl'), 'stack_empty')
  const status = 'SELECT status FROM orders WHERE id = 44'
  const { prepared, rows } = await withStack(
    databaseUrl,
    'BEGIN READ WRITE',
    "SELECT set_config('role', 'gatehouse_engineer', true)",
    "UPDATE orders SET status = 'refunded' WHERE id = 44 RETURNING id",
    'ROLLBACK',
    'BEGIN',
    "SELECT set_config('role', 'gatehouse_engineer', true)",
    status,
    'COMMIT',
  )
  expect([prepared, rows[2], rows[6]]).toEqual([
    'loaded',
    [{ id: '44' }],
    [{ status: 'delivered' }],
  ])
  const again = await withStack(databaseUrl, 'SELECT current_user')
  expect(again).toEqual({ prepared: 'fresh', rows: [[{ current_user: 'gatehouse_login' }]] })
})

test("DATABASE_URL: somebody's own database is used as it is", async () => {
  const databaseUrl = await createDatabase(inject('postgresUrl'), 'stack_own')
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('CREATE TABLE mine (a int)')
  const { prepared, rows } = await withStack(databaseUrl, 'SELECT current_user')
  const schemas = await client.query(
    "SELECT count(*)::int AS n FROM pg_namespace WHERE nspname IN ('support', 'hr', 'gatehouse_sample')",
  )
  await client.end()
  expect({ prepared, rows, schemas: schemas.rows }).toEqual({
    prepared: 'foreign',
    rows: [[{ current_user: 'postgres' }]],
    schemas: [{ n: 0 }],
  })
})
