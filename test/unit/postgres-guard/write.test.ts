import { describe, expect, it } from 'vitest'
import { guardWrite } from '../../../workers/postgres/guard/guard.ts'
import { writeObjection } from './judge.ts'
import { expressionPositions, placed } from './positions.ts'

describe('a write that passes', { timeout: 60_000 }, () => {
  it('comes with all that its preview needs', async () => {
    expect(
      await guardWrite(
        `WITH late AS (SELECT id FROM support.tickets WHERE status = 'open')
         UPDATE public.orders AS o SET status = 'refunded', (currency, updated_at) = (SELECT 'EUR', now())
         FROM late, customers c WHERE o.id = late.id AND c.id = o.customer_id RETURNING o.id`,
      ),
    ).toEqual({
      kind: 'update',
      table: { schema: 'public', name: 'orders' },
      alias: 'o',
      columns: ['status', 'currency', 'updated_at'],
      hasWhere: true,
      hasReturning: true,
      reads: [{ schema: 'support', name: 'tickets' }, { name: 'customers' }],
      parameters: 0,
    })
    expect(
      await guardWrite(
        `INSERT INTO orders (id, status) VALUES (1, DEFAULT), (2, upper('x')) ON CONFLICT (id) DO UPDATE SET status = excluded.status, total_cents = 0 WHERE orders.status <> 'paid'`,
      ),
    ).toEqual({
      kind: 'insert',
      table: { name: 'orders' },
      columns: ['id', 'status', 'total_cents'],
      hasWhere: false,
      hasReturning: false,
      onConflict: 'update',
      boundedBy: 2,
      reads: [],
      parameters: 0,
    })
    expect(
      await guardWrite(
        'DELETE FROM orders USING payments p WHERE p.order_id = orders.id AND orders.id = $1',
        { parameters: 1 },
      ),
    ).toEqual({
      kind: 'delete',
      table: { name: 'orders' },
      columns: [],
      hasWhere: true,
      hasReturning: false,
      reads: [{ name: 'payments' }],
      parameters: 1,
    })
  })

  it.each([
    ['INSERT INTO orders DEFAULT VALUES', 1],
    ['INSERT INTO orders VALUES (1), (2), (3) ON CONFLICT DO NOTHING', 3],
    ['INSERT INTO orders SELECT * FROM orders', undefined],
    ['INSERT INTO orders (id) VALUES (generate_series(1, 100))', undefined],
    ['INSERT INTO orders TABLE payments', undefined],
  ])('tells how many rows it inserts when the text does: %s', async (sql, rows) => {
    expect((await guardWrite(sql)).boundedBy).toBe(rows)
  })
})

describe('a write is refused', { timeout: 60_000 }, () => {
  it.each([
    ['UPDATE orders SET status = 1', /changes the whole table/],
    ['DELETE FROM orders', /changes the whole table/],
    ['DELETE FROM orders WHERE true', /changes the whole table/],
    ['DELETE FROM orders WHERE 1 = 1', /changes the whole table/],
    ["UPDATE orders SET status = id WHERE now() > '2000-01-01'", /changes the whole table/],
    ['UPDATE orders SET status = (SELECT 1 FROM payments WHERE id = 1)', /changes the whole table/],
    ['DELETE FROM orders WHERE CURRENT OF c', /WHERE CURRENT OF/],
    ['SELECT 1', /not a write/],
    ['TRUNCATE orders', /not a write/],
    ['MERGE INTO orders o USING payments p ON o.id = p.id WHEN MATCHED THEN DELETE', /not a write/],
    ['CREATE TABLE a (b int)', /not a write/],
    ['EXPLAIN ANALYZE DELETE FROM orders WHERE id = 1', /not a write/],
    ["COPY orders FROM PROGRAM 'sh'", /not a write/],
    ['DELETE FROM orders WHERE id = 1; DELETE FROM payments WHERE id = 1', /2 statements/],
    [
      'WITH d AS (DELETE FROM payments WHERE id = 1 RETURNING 1) DELETE FROM orders WHERE id IN (TABLE d)',
      /DELETE inside/,
    ],
    [
      'WITH i AS (INSERT INTO payments DEFAULT VALUES RETURNING id) INSERT INTO orders SELECT id FROM i',
      /INSERT inside/,
    ],
    [
      'INSERT INTO orders SELECT * FROM (WITH u AS (UPDATE orders SET id = 1 WHERE id = 2 RETURNING *) TABLE u) s',
      /UPDATE inside/,
    ],
    ['INSERT INTO orders SELECT * FROM payments FOR UPDATE', /lock rows/],
    ['INSERT INTO pg_authid VALUES (1)', /system relation/],
    ['UPDATE pg_catalog.pg_settings SET setting = 1 WHERE name = 2', /system relation/],
    ['DELETE FROM information_schema.columns WHERE column_name = 1', /can not be written/],
    ['INSERT INTO shop.public.orders DEFAULT VALUES', /schema and table/],
    ["UPDATE orders SET id = 1 WHERE ctid = '(0,1)'", /system column/],
    ['INSERT INTO orders VALUES (1) RETURNING pg_sleep(1)', /pg_sleep/],
    ['INSERT INTO orders VALUES (1) RETURNING WITH (OLD AS o) o.id', /RETURNING WITH/],
    [
      "INSERT INTO orders (id) VALUES (1) ON CONFLICT (lower(pg_read_file('x'))) DO NOTHING",
      /pg_read_file/,
    ],
    [
      'INSERT INTO orders (id) VALUES (1) ON CONFLICT (id COLLATE "x" evil.ops) DO NOTHING',
      /ON CONFLICT is not available|operator class/,
    ],
    ['INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) WHERE leak() DO NOTHING', /leak/],
    [
      'INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = pg_sleep(1)',
      /pg_sleep/,
    ],
    [
      'INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 1 WHERE pg_sleep(1) IS NULL',
      /pg_sleep/,
    ],
    ['UPDATE orders SET id[pg_sleep(1)::text::int] = 1 WHERE id = 1', /pg_sleep/],
    ['DELETE FROM orders USING pg_sleep(1) WHERE id = 1', /pg_sleep/],
    ['UPDATE orders SET id = 1 FROM pg_stat_activity WHERE id = 1', /system relation/],
    ["INSERT INTO orders (id) VALUES (nextval('s'))", /nextval/],
    ['INSERT INTO orders (id) VALUES (random())', /another value/],
    [
      'UPDATE orders SET id = 1 WHERE id = (SELECT id FROM payments ORDER BY random() LIMIT 1)',
      /another value/,
    ],
    ['INSERT INTO orders (uuid) VALUES (gen_random_uuid())', /another value/],
    ['UPDATE orders SET updated_at = clock_timestamp() WHERE id = 1', /another value/],
    ['INSERT INTO orders (id) SELECT generate_series(1, 10000000)', /generate_series/],
  ])('%s', async (sql, reason) => {
    expect(await writeObjection(sql)).toMatch(reason)
  })

  it('when its table is outside the offered schemas', async () => {
    const schemas = ['public']
    for (const sql of [
      'INSERT INTO hr.salaries DEFAULT VALUES',
      'UPDATE hr.salaries SET a = 1 WHERE b = 2',
      'DELETE FROM hr.salaries WHERE b = 2',
      'INSERT INTO orders TABLE hr.salaries',
    ])
      expect(await writeObjection(sql, { schemas })).toMatch(/^The schema hr is not offered here/)
  })

  it('when anything a read may not hold stands at any place of its source', async () => {
    for (const template of expressionPositions)
      for (const part of [
        'pg_sleep(1)',
        "'x'::regclass",
        '1 OPERATOR(evil.+) 1',
        '(SELECT 1 FROM pg_authid)',
        '(TABLE orders).xmin',
      ])
        expect(await writeObjection(`INSERT INTO orders ${placed(template, part)}`)).toMatch(
          /not available|another value/,
        )
  })
})
