import { neon, neonConfig, Client as NeonClient } from '@neondatabase/serverless'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Sandbox } from './start.ts'

const rawTypes = { getTypeParser: () => (text: string) => text }
const startMs = 120_000
const endless =
  'SELECT count(*) /* endless */ FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b'

/** The fields of an error that say what happened; file and line are the server's version. */
const told = (error: Record<string, unknown>) => {
  const fields = ['message', 'code', 'severity', 'hint', 'position', 'table', 'constraint']
  return Object.fromEntries(fields.flatMap((name) => (error[name] ? [[name, error[name]]] : [])))
}

/**
 * What Neon's driver is promised by the sandbox, whichever PostgreSQL is behind it.
 * @param open starts it with limits of 1 MB each
 */
export function neonContract(name: string, open: () => Promise<Sandbox>): void {
  describe(name, { timeout: 30_000 }, () => {
    let sandbox: Sandbox
    beforeAll(async () => {
      sandbox = await open()
      neonConfig.fetchEndpoint = `${sandbox.neon.url}/sql`
      neonConfig.webSocketConstructor = WebSocket
      neonConfig.wsProxy = `${sandbox.neon.url.replace('http://', '')}/v2`
      neonConfig.useSecureWebSocket = false
    }, startMs)
    afterAll(() => sandbox?.close())

    const driver = (url = sandbox.loginUrl) => {
      const sql = neon(url, { fullResults: true, arrayMode: true })
      const query = (text: string, params: unknown[] = []) =>
        sql.query(text, params, { types: rawTypes })
      return { query, transaction: sql.transaction }
    }
    const owner = () => {
      const { username, password, pathname } = new URL(sandbox.ownerUrl)
      return driver(`postgres://${username}:${password || 'any'}@shop.postgres.test${pathname}`)
    }
    const rows = async (text: string, params: unknown[] = []) =>
      (await driver().query(text, params)).rows
    const refusal = (work: Promise<unknown>) =>
      work.then(
        () => 'nothing was refused',
        (error: Record<string, unknown>) => told(error),
      )
    /** As the Worker reads: the role and the person set inside a read-only transaction. */
    const as = async (role: string, text: string, email = 'engineer@example.com') => {
      const sql = driver()
      const [, result] = await sql.transaction(
        [
          sql.query("SELECT set_config('role', $1, true), set_config('gatehouse.user', $2, true)", [
            role,
            email,
          ]),
          sql.query(text),
        ],
        { readOnly: true },
      )
      return result?.rows
    }

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
      const { pathname } = new URL(sandbox.loginUrl)
      const answer = await fetch(`${sandbox.neon.url}/sql`, {
        method: 'POST',
        headers: { 'neon-connection-string': sandbox.loginUrl, 'neon-raw-text-output': 'true' },
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
      const wrong = driver(sandbox.loginUrl.replace(/:[^:@]+@/, ':wrong@')).query('SELECT 1')
      expect(await refusal(wrong)).toEqual({
        message: "password authentication failed for user 'gatehouse_login'",
      })
    })

    test('a database that does not exist is refused', async () => {
      const wrong = driver(sandbox.loginUrl.replace(/\/[^/]+$/, '/elsewhere')).query('SELECT 1')
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
      const answer = await fetch(`${sandbox.neon.url}/sql`, { method: 'POST', headers, body: '{}' })
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
      const impatient = neon(sandbox.loginUrl, {
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

    test.each([
      ['gatehouse_analyst', 'SELECT email FROM customers', 'customers'],
      ['gatehouse_analyst', 'SELECT * FROM customers', 'customers'],
      ['gatehouse_analyst', 'SELECT c FROM customers c', 'customers'],
      ['gatehouse_analyst', 'SELECT phone FROM customers', 'customers'],
      ['gatehouse_analyst', 'SELECT id FROM customers WHERE email LIKE $$a%$$', 'customers'],
      ['gatehouse_analyst', 'SELECT id FROM customers ORDER BY email', 'customers'],
      ['gatehouse_analyst', 'SELECT card_fingerprint FROM payments', 'payments'],
      ['gatehouse_analyst', 'SELECT 1 FROM support.tickets', 'support'],
      ['gatehouse_engineer', 'SELECT card_fingerprint FROM payments', 'payments'],
      ['gatehouse_engineer', 'SELECT 1 FROM hr.salaries', 'hr'],
      ['gatehouse_login', 'SELECT 1 FROM orders', 'orders'],
    ])('%s may not %s', async (role, text, what) => {
      expect(await refusal(as(role, text))).toMatchObject({
        code: '42501',
        message: expect.stringMatching(`permission denied for (table|schema) ${what}`),
      })
    })

    test('a confidential ticket is for its assignee alone', async () => {
      const confidential = 'SELECT count(*) FROM support.tickets WHERE confidential'
      const all =
        'SELECT count(*) FROM support.tickets WHERE confidential AND assignee = $$engineer@example.com$$'
      const [mine] = (await owner().query(all)).rows
      expect(await as('gatehouse_engineer', confidential)).toEqual([mine])
      expect(await as('gatehouse_engineer', confidential, 'nobody@example.com')).toEqual([['0']])
      expect(Number(mine?.[0])).toBeGreaterThan(0)
    })

    test.each([
      'SET ROLE postgres',
      'SET SESSION AUTHORIZATION postgres',
      'SET LOCAL SESSION/**/AUTHORIZATION postgres',
      "SELECT set_config('session_authorization', 'postgres', false)",
      "SELECT set_config('role', 'postgres', false)",
      "SELECT pg_read_file('/etc/passwd')",
      "COPY (SELECT 1) TO PROGRAM 'id'",
      'CREATE TABLE public.mine (a int)',
      'CREATE TEMP TABLE mine (a int)',
      'CREATE ROLE mine',
      'ALTER ROLE gatehouse_login SUPERUSER',
      'SELECT pg_sleep(1)',
      'SELECT pg_advisory_lock(1)',
      "SELECT lo_from_bytea(0, 'x')",
      "SELECT query_to_xml('SELECT 1', true, true, '')",
      'SELECT rolpassword FROM pg_authid',
    ])('the login gets nowhere by %s', async (text) => {
      const sql = driver()
      const tried = sql.transaction([sql.query('SET TRANSACTION READ WRITE'), sql.query(text)])
      expect(await refusal(tried)).toMatchObject({ code: '42501' })
    })

    test('a preview runs in a transaction of its own over a WebSocket, and is rolled back', async () => {
      const client = new NeonClient(sandbox.loginUrl)
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
      const client = new NeonClient(sandbox.loginUrl)
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
      const client = new NeonClient(sandbox.loginUrl)
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
      const client = new NeonClient(sandbox.loginUrl.replace(/:[^:@]+@/, ':wrong@'))
      client.on('error', () => {})
      const refused = client.connect().then(() => client.query('SELECT 1'))
      expect(await refusal(refused)).toMatchObject({ code: '28P01', severity: 'FATAL' })
    })

    describe('the sample', () => {
      const one = async (text: string) => (await owner().query(text)).rows[0]

      test('has the same rows at every load, on every PostgreSQL', async () => {
        const counts = await one(`SELECT (SELECT count(*) FROM customers WHERE id <= 2000),
          (SELECT count(*) FROM products), (SELECT count(*) FROM orders), (SELECT count(*) FROM order_items),
          (SELECT count(*) FROM payments), (SELECT count(*) FROM support.tickets), (SELECT count(*) FROM hr.salaries)`)
        const digest = await one(
          `SELECT md5(string_agg(concat_ws('|', id, customer_id, status, total_cents, currency, failure_reason), ',' ORDER BY id)) FROM orders`,
        )
        expect({ counts, digest }).toMatchInlineSnapshot(`
          {
            "counts": [
              "2000",
              "200",
              "50000",
              "99845",
              "49879",
              "400",
              "40",
            ],
            "digest": [
              "abf747d96f3778589d5dc29104d87f62",
            ],
          }
        `)
      })

      test('has more than five failed orders in the last day, most of one cause', async () => {
        const [failed, timeouts] =
          (await one(`SELECT count(*), count(*) FILTER (WHERE failure_reason LIKE 'gateway_timeout%')
          FROM orders WHERE status = 'failed' AND created_at > now() - interval '24 hours'`)) as string[]
        expect(Number(failed)).toBeGreaterThan(20)
        expect(Number(timeouts)).toBeGreaterThan(Number(failed) / 2)
      })

      test('fits together: totals are sums of items, and no time lies ahead', async () => {
        expect(
          await one(`SELECT
          (SELECT count(*) FROM orders o WHERE total_cents <> (SELECT sum(quantity * unit_price_cents) FROM order_items WHERE order_id = o.id)),
          (SELECT count(*) FROM orders WHERE created_at > now() OR updated_at > now() OR updated_at < created_at),
          (SELECT count(*) FROM orders WHERE (status = 'failed') <> (failure_reason IS NOT NULL)),
          (SELECT count(*) FROM payments WHERE created_at > now())`),
        ).toEqual(['0', '0', '0', '0'])
      })

      test('describes every table and view of its schemas', async () => {
        const bare = await owner().query(`SELECT c.oid::regclass::text FROM pg_class c
          WHERE relnamespace IN ('public'::regnamespace, 'support'::regnamespace) AND relkind IN ('r', 'v')
            AND obj_description(c.oid, 'pg_class') IS NULL`)
        expect(bare.rows).toEqual([])
      })

      test('holds the hostile texts as they were written', async () => {
        const { rows } = await owner().query(
          'SELECT notes FROM customers WHERE id IN (7, 21, 89) ORDER BY id',
        )
        expect(rows.flat()).toEqual([
          expect.stringContaining('IGNORE ALL PREVIOUS INSTRUCTIONS'),
          expect.stringContaining('\u202Egnp.exe\u202C'),
          'line one\r\nline two\tand a bell \u0007',
        ])
      })
    })
  })
}

/** For tests that need more than the contract: runs SQL as the owner. */
export async function asOwner(url: string, ...statements: string[]): Promise<pg.QueryResult[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const results: pg.QueryResult[] = []
    for (const statement of statements) results.push(await client.query(statement))
    return results
  } finally {
    await client.end()
  }
}
