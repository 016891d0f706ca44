import { Client as NeonClient } from '@neondatabase/serverless'
import { expect, test } from 'vitest'
import { endless, refusal, type Drivers } from './drivers.ts'

/** The driver's Client: a transaction that can be looked at and taken back. */
export function websocketContract({ sandbox, as }: Drivers): void {
  test('a preview runs in a transaction of its own over a WebSocket, and is rolled back', async () => {
    const client = new NeonClient(sandbox().loginUrl)
    await client.connect()
    await client.query('BEGIN READ WRITE')
    await client.query("SELECT set_config('role', 'gatehouse_engineer', true)")
    const changed = await client.query(
      "UPDATE orders SET status = 'refunded' WHERE id = $1 RETURNING id, status",
      [42],
    )
    await client.query('ROLLBACK')
    const after = await client.query('SELECT current_user')
    await client.end()
    expect([changed.rows, after.rows]).toEqual([
      [{ id: '42', status: 'refunded' }],
      [{ current_user: 'gatehouse_login' }],
    ])
    expect(await as('gatehouse_engineer', 'SELECT status FROM orders WHERE id = 42')).toEqual([
      ['delivered'],
    ])
  })

  test('a transaction that its client leaves open is rolled back', async () => {
    const client = new NeonClient(sandbox().loginUrl)
    client.on('error', () => {})
    await client.connect()
    await client.query('BEGIN READ WRITE')
    await client.query("SELECT set_config('role', 'gatehouse_engineer', true)")
    await client.query("UPDATE orders SET status = 'refunded' WHERE id = 43")
    await client.end()
    const status = await as('gatehouse_engineer', 'SELECT status FROM orders WHERE id = 43')
    expect(status).toEqual([['delivered']])
  })

  test('after a timeout a transaction is a failed one until it is rolled back', async () => {
    const client = new NeonClient(sandbox().loginUrl)
    await client.connect()
    await client.query('BEGIN')
    await client.query("SET LOCAL statement_timeout = '200ms'")
    const slow = client.query(endless)
    expect(await refusal(slow)).toMatchObject({ code: '57014' })
    expect(await refusal(client.query('SELECT 1'))).toMatchObject({ code: '25P02' })
    await client.query('ROLLBACK')
    const after = await client.query('SELECT 1 AS one')
    await client.end()
    expect(after.rows).toEqual([{ one: 1 }])
  })

  test('a wrong password over a WebSocket is refused with its SQLSTATE', async () => {
    const client = new NeonClient(sandbox().loginUrl.replace(/:[^:@]+@/, ':wrong@'))
    client.on('error', () => {})
    const refused = client.connect().then(() => client.query('SELECT 1'))
    expect(await refusal(refused)).toMatchObject({ code: '28P01', severity: 'FATAL' })
  })
}
