import { neon } from '@neondatabase/serverless'
import { expect, test } from 'vitest'
import { endless, refusal, type Drivers } from './drivers.ts'

/** SQL over HTTP: one request, one statement or one transaction. */
export function httpContract({ sandbox, driver, owner, rows, as }: Drivers): void {
  test('one statement is answered with its values as text', async () => {
    const { rows, fields, command, rowCount } = await driver().query(
      `SELECT 9007199254740993::bigint AS big, 1.10::numeric AS exact, '\\x00ff'::bytea AS bytes,
         '{a,NULL,"b c"}'::text[] AS list, '{"a": 1}'::jsonb AS json, 'infinity'::timestamptz AS never,
         interval '1 day 02:00' AS lead, true AS yes, NULL::int AS nothing, 'NaN'::float8 AS nan`,
    )
    expect({
      rows,
      command,
      rowCount,
      types: fields.map(({ dataTypeID }) => dataTypeID),
    }).toEqual({
      command: 'SELECT',
      rowCount: 1,
      rows: [
        [
          '9007199254740993',
          '1.10',
          '\\x00ff',
          '{a,NULL,"b c"}',
          '{"a": 1}',
          'infinity',
          '1 day 02:00:00',
          't',
          null,
          'NaN',
        ],
      ],
      types: [20, 1700, 17, 1009, 3802, 1184, 1186, 16, 23, 701],
    })
  })

  test('parameters of every kind arrive as PostgreSQL means them', async () => {
    const text = `SELECT $1::int + 1, $2::text, $3::boolean, $4::text[], $5::jsonb ->> 'a', $6::text, $7::int[][]`
    const given = [
      41,
      'it\'s \\ "quoted"',
      true,
      ['x', null, 'y,z', '"'],
      { a: 1 },
      null,
      [[1], [2]],
    ]
    expect(await rows(text, given)).toEqual([
      ['42', 'it\'s \\ "quoted"', 't', '{x,NULL,"y,z","\\""}', '1', null, '{{1},{2}}'],
    ])
  })

  test('the rows can come by name', async () => {
    const { pathname } = new URL(sandbox().loginUrl)
    const answer = await fetch(`${sandbox().neon.url}/sql`, {
      method: 'POST',
      headers: { 'neon-connection-string': sandbox().loginUrl, 'neon-raw-text-output': 'true' },
      body: JSON.stringify({ query: 'SELECT 1 AS one, current_database() AS db' }),
    })
    expect(await answer.json()).toMatchObject({
      rows: [{ one: '1', db: pathname.slice(1) }],
      rowAsArray: false,
    })
  })

  test('several statements are one transaction: an error undoes what came before it', async () => {
    const sql = owner()
    const before = await sql.query('SELECT count(*) FROM products')
    const failed = sql.transaction([
      sql.query('DELETE FROM order_items WHERE order_id = 50000'),
      sql.query('SELECT 1 / 0'),
      sql.query('COMMIT'),
    ])
    expect(await refusal(failed)).toMatchObject({ code: '22012', message: 'division by zero' })
    const left = await sql.query('SELECT count(*) > 0 FROM order_items WHERE order_id = 50000')
    expect(left.rows).toEqual([['t']])
    expect((await sql.query('SELECT count(*) FROM products')).rows).toEqual(before.rows)
  })

  test('several statements without an error are committed', async () => {
    const sql = owner()
    await sql.transaction([
      sql.query("UPDATE customers SET notes = 'one' WHERE id = 1999"),
      sql.query("UPDATE customers SET notes = notes || ' two' WHERE id = 1999"),
    ])
    const after = await sql.query('SELECT notes FROM customers WHERE id = 1999')
    expect(after.rows).toEqual([['one two']])
  })

  test('a batch has the isolation and the access mode that its headers say', async () => {
    const sql = driver()
    const [mode] = await sql.transaction(
      [
        sql.query(
          "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'), current_setting('transaction_deferrable')",
        ),
      ],
      { isolationLevel: 'Serializable', readOnly: true, deferrable: true },
    )
    expect(mode?.rows).toEqual([['serializable', 'on', 'on']])
  })

  test('an isolation level that does not exist is refused', async () => {
    const sql = driver()
    const wrong = sql.transaction([sql.query('SELECT 1')], {
      isolationLevel: 'Chaos' as 'Serializable',
    })
    expect(await refusal(wrong)).toEqual({ message: 'invalid isolation level' })
  })

  test('an error has the fields that PostgreSQL gives it', async () => {
    expect(await refusal(as('gatehouse_analyst', 'SELECT\n  statsu FROM orders'))).toEqual({
      message: 'column "statsu" does not exist',
      code: '42703',
      severity: 'ERROR',
      hint: 'Perhaps you meant to reference the column "orders.status".',
      position: '10',
    })
    const sql = owner()
    const lost = sql.query("UPDATE orders SET status = 'lost' WHERE id = 1")
    expect(await refusal(lost)).toMatchObject({
      code: '23514',
      table: 'orders',
      constraint: 'orders_status_check',
    })
  })

  test('two statements in one text are refused', async () => {
    expect(await refusal(rows('SELECT 1; SELECT 2'))).toMatchObject({
      code: '42601',
      message: 'cannot insert multiple commands into a prepared statement',
    })
  })

  test("a wrong password is refused in Neon's words, without a SQLSTATE", async () => {
    const wrong = driver(sandbox().loginUrl.replace(/:[^:@]+@/, ':wrong@')).query('SELECT 1')
    expect(await refusal(wrong)).toEqual({
      message: "password authentication failed for user 'gatehouse_login'",
    })
  })

  test('a database that does not exist is refused', async () => {
    const wrong = driver(sandbox().loginUrl.replace(/\/[^/]+$/, '/elsewhere')).query('SELECT 1')
    expect(await refusal(wrong)).toMatchObject({ code: '3D000' })
  })

  test.each([
    [{ 'neon-connection-string': '' }, 'invalid connection string: relative URL without a base'],
    [{ 'neon-connection-string': 'mysql://a:b@c.d/e' }, 'incorrect scheme'],
    [{ 'neon-connection-string': 'postgres://a:b@c.d' }, 'invalid database name'],
    [{ 'neon-connection-string': 'postgres://c.d/e' }, 'missing username'],
    [
      { 'neon-connection-string': 'postgres://a@c.d/e' },
      'missing authentication credentials: required password',
    ],
    [{}, 'invalid header: neon-connection-string'],
  ])('headers %j are refused', async (headers, message) => {
    const answer = await fetch(`${sandbox().neon.url}/sql`, { method: 'POST', headers, body: '{}' })
    expect([answer.status, await answer.json()]).toMatchObject([400, { message, code: '' }])
  })

  test('requests and answers beyond the limits are refused, and the next is served', async () => {
    const large = rows(`SELECT '${'x'.repeat(1024 * 1024)}'`)
    await expect(large).rejects.toThrow('request is too large (max is 1048576 bytes)')
    const long = rows("SELECT repeat('x', 1000) FROM generate_series(1, 5000)")
    await expect(long).rejects.toThrow('response is too large (max is 1048576 bytes)')
    expect(await rows('SELECT 1')).toEqual([['1']])
  })

  test('a statement ends at its timeout, and so does the waiting of others', async () => {
    const sql = driver()
    const slow = sql.transaction([
      sql.query("SELECT set_config('statement_timeout', '200ms', true)"),
      sql.query(endless),
    ])
    const patient = rows('SELECT 2')
    expect(await refusal(slow)).toMatchObject({
      code: '57014',
      message: 'canceling statement due to statement timeout',
    })
    expect(await patient).toEqual([['2']])
  })

  test('a client that goes away takes its statement with it', async () => {
    const impatient = neon(sandbox().loginUrl, {
      fetchOptions: { signal: AbortSignal.timeout(300) },
    })
    await expect(impatient.query(endless)).rejects.toThrow('Error connecting to database')
    const running = async () =>
      (
        await rows(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%endless%' AND pid <> pg_backend_pid() AND state = 'active'",
        )
      )[0]
    await expect.poll(running, { timeout: 10_000 }).toEqual(['0'])
  })

  test('nothing that a request sets is there for the next', async () => {
    const state = `SELECT current_user, current_setting('statement_timeout'),
      coalesce(current_setting('gatehouse.user', true), ''), current_setting('search_path')`
    const before = await rows(state)
    await rows(
      "SELECT set_config('gatehouse.user', 'admin@example.com', false), set_config('statement_timeout', '0', false), set_config('search_path', 'support', false)",
    )
    await rows('SET ROLE gatehouse_engineer')
    await rows('BEGIN')
    expect(await rows(state)).toEqual(before)
    expect(before).toEqual([['gatehouse_login', '30s', '', 'public, pg_temp']])
  })

  test('requests at the same time get each its own answer', async () => {
    const numbers = Array.from({ length: 40 }, (_, i) => i)
    const answers = await Promise.all(numbers.map((n) => rows('SELECT $1::int', [n])))
    expect(answers).toEqual(numbers.map((n) => [[String(n)]]))
  })
}
