import { describe, expect, it } from 'vitest'
import { guardQuery } from '../../../workers/postgres/guard/guard.ts'
import './parser-in-node.ts'

describe('a query that passes', () => {
  it('comes with all that its text tells', async () => {
    expect(
      await guardQuery(
        `WITH recent AS (SELECT * FROM public.orders WHERE created_at > $1)
         SELECT r.id, t.subject FROM recent r JOIN support.tickets t ON t.order_id = r.id JOIN Customers ON true
         WHERE r.status = $2 ORDER BY r.id LIMIT 20 OFFSET 40`,
        { parameters: 2, schemas: ['public', 'support'] },
      ),
    ).toEqual({
      kind: 'select',
      ordered: true,
      boundedBy: 20,
      tables: [
        { schema: 'public', name: 'orders' },
        { schema: 'support', name: 'tickets' },
        { name: 'customers' },
      ],
      parameters: 2,
    })
    expect(await guardQuery('VALUES (1), (2)')).toEqual({
      kind: 'values',
      ordered: false,
      boundedBy: 2,
      tables: [],
      parameters: 0,
    })
    expect(await guardQuery('TABLE "Orders"')).toEqual({
      kind: 'table',
      ordered: false,
      tables: [{ name: 'Orders' }],
      parameters: 0,
    })
  })

  it.each([
    ['SELECT * FROM orders LIMIT 5', 5],
    ['SELECT * FROM orders LIMIT 0', 0],
    ['SELECT * FROM orders LIMIT 2 * 10', 20],
    [
      "SELECT * FROM orders LIMIT '5'::int + 1::smallint + CAST(2 AS bigint) + 3::numeric::int4",
      11,
    ],
    ['SELECT * FROM orders FETCH FIRST ROW ONLY', 1],
    ['SELECT * FROM orders FETCH NEXT 7 ROWS ONLY', 7],
    ['SELECT * FROM orders LIMIT 5 OFFSET 3', 5],
    ['TABLE orders LIMIT 3', 3],
    ['VALUES (1), (2), (3) LIMIT 2', 2],
    ['VALUES (1), (2) LIMIT 9', 2],
    ['(SELECT 1) UNION ALL (SELECT 2) LIMIT 4', 4],
    ['SELECT count(*) FROM orders', 1],
    ['SELECT max(total_cents) - min(total_cents) FROM orders WHERE true', 1],
    ["SELECT coalesce(string_agg(status, ','), '') FROM orders", 1],
    ['SELECT rank() OVER (ORDER BY sum(total_cents)) FROM orders', 1],
    ['SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM orders HAVING true', 1],
    ['SELECT 1', 1],
    ['SELECT (SELECT count(*) FROM orders), now()', 1],
    ['SELECT EXISTS (SELECT FROM orders)', 1],
  ])('is known to return few rows: %s', async (sql, rows) => {
    expect((await guardQuery(sql)).boundedBy).toBe(rows)
  })

  it.each([
    'SELECT * FROM orders',
    'SELECT * FROM orders LIMIT ALL',
    'SELECT * FROM orders LIMIT NULL',
    'SELECT * FROM orders LIMIT (SELECT 5)',
    'SELECT * FROM orders LIMIT -1',
    'SELECT * FROM orders LIMIT 1.5',
    "SELECT * FROM orders LIMIT '01'::bit(32)::int",
    "SELECT * FROM orders LIMIT '50'::varchar(1)::int",
    'SELECT * FROM orders LIMIT 5::numeric(1, 0)::int',
    'SELECT * FROM orders ORDER BY id FETCH FIRST 5 ROWS WITH TIES',
    'SELECT * FROM (SELECT * FROM orders LIMIT 5) s, payments',
    'WITH q AS (SELECT 1 LIMIT 1) SELECT * FROM q, orders',
    'SELECT 1 UNION ALL SELECT 2 FROM orders',
    '(SELECT 1 LIMIT 1) UNION ALL (SELECT id FROM orders)',
    'SELECT count(*) FROM orders GROUP BY status',
    'SELECT count(*) FROM orders GROUP BY ()',
    'SELECT count(*) OVER () FROM orders',
    'SELECT (SELECT count(*) FROM payments) FROM orders',
    'SELECT JSON_ARRAY(SELECT count(*) FROM payments) FROM orders',
    'SELECT generate_series(1, 10)',
    'SELECT count(*), generate_series(1, 3) FROM orders',
    'SELECT count(*), unnest(ARRAY[1, 2]) FROM orders',
    "SELECT regexp_matches(status, 'a', 'g'), max(status) FROM orders",
    'SELECT 1 ORDER BY generate_series(1, 3)',
    'SELECT DISTINCT ON (generate_series(1, 2)) 1',
    'SELECT count(*) FROM orders ORDER BY unnest(ARRAY[1, 2])',
    'SELECT sum(count(*)) OVER w FROM orders WINDOW w AS (ORDER BY generate_series(1, 3))',
  ])('is not thought to return few rows when it may return many: %s', async (sql) => {
    expect(await guardQuery(sql)).not.toHaveProperty('boundedBy')
  })

  it.each<[string, string[]]>([
    ['SELECT * FROM orders WHERE id = 1', ['id']],
    ['SELECT * FROM orders o WHERE $1 = o.id LIMIT 3', ['id']],
    [
      "SELECT id FROM orders WHERE (id = 1 AND (status = 'paid' AND total_cents > 5)) AND true",
      ['id', 'status'],
    ],
    ['SELECT DISTINCT count(*) FROM ONLY orders WHERE id = 1.5 HAVING true ORDER BY 1', ['id']],
    ['SELECT (SELECT generate_series(1, 2) LIMIT 1) FROM orders WHERE id = NULL', ['id']],
  ])('looks for rows by columns that equal a value: %s', async (sql, columns) => {
    expect(await guardQuery(sql, { parameters: 1 })).toMatchObject({
      lookup: { table: { name: 'orders' }, columns },
    })
  })

  it.each([
    'SELECT * FROM orders',
    'SELECT * FROM orders WHERE id > 1',
    'SELECT * FROM orders WHERE id = 1 OR id = 2',
    'SELECT * FROM orders WHERE NOT id = 1',
    'SELECT * FROM orders WHERE id IN (1, 2)',
    'SELECT * FROM orders WHERE id = ANY (ARRAY[1, 2])',
    'SELECT * FROM orders WHERE id = customer_id',
    'SELECT * FROM orders WHERE id = 9007199254740992::float8',
    'SELECT * FROM orders WHERE id + 0 = 1',
    'SELECT $1::float8 FROM orders WHERE id = $1',
    'SELECT id FROM orders WHERE id = $1 ORDER BY $1',
    'SELECT * FROM orders WHERE id IS NOT DISTINCT FROM 1',
    'SELECT * FROM orders AS o(status, id) WHERE id = 1',
    'SELECT * FROM orders, payments WHERE id = 1',
    'SELECT * FROM orders JOIN payments USING (id) WHERE id = 1',
    'SELECT * FROM (SELECT * FROM orders) orders WHERE id = 1',
    'SELECT * FROM orders TABLESAMPLE system (50) WHERE id = 1',
    'WITH orders AS (SELECT 1 AS id UNION ALL SELECT 1) SELECT * FROM orders WHERE id = 1',
    'SELECT * FROM orders WHERE id = 1 UNION ALL SELECT * FROM orders',
    'SELECT count(*) FROM orders WHERE id = 1 GROUP BY ROLLUP (status)',
    'SELECT generate_series(1, 9) FROM orders WHERE id = 1',
    'SELECT id FROM orders WHERE id = 1 ORDER BY generate_series(1, 9)',
  ])('is not thought to look for one row when it may find more: %s', async (sql) => {
    expect(await guardQuery(sql, { parameters: 1 })).not.toHaveProperty('lookup')
  })

  it('is ordered only by its outermost ORDER BY', async () => {
    expect(await guardQuery('SELECT * FROM orders ORDER BY 1')).toMatchObject({ ordered: true })
    expect(await guardQuery('(SELECT 1) UNION (SELECT 2) ORDER BY 1')).toMatchObject({
      ordered: true,
    })
    expect(await guardQuery('SELECT * FROM (SELECT * FROM orders ORDER BY 1) s')).toMatchObject({
      ordered: false,
    })
    expect(await guardQuery('SELECT array_agg(id ORDER BY id) FROM orders')).toMatchObject({
      ordered: false,
    })
    expect(await guardQuery('SELECT sum(id) OVER (ORDER BY id) FROM orders')).toMatchObject({
      ordered: false,
    })
  })

  it.each([
    // A name means a WITH query only where that query can be seen.
    ['WITH orders AS (SELECT 1) SELECT * FROM orders', []],
    ['WITH orders AS (SELECT * FROM orders) SELECT * FROM orders', [{ name: 'orders' }]],
    ['WITH RECURSIVE orders AS (SELECT * FROM orders) SELECT 1', []],
    ['WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a, b', [{ name: 'b' }]],
    ['WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a, b', []],
    [
      'WITH orders AS (SELECT 1) SELECT * FROM public.orders',
      [{ schema: 'public', name: 'orders' }],
    ],
    [
      'SELECT * FROM (WITH payments AS (SELECT 1) TABLE payments) s, payments',
      [{ name: 'payments' }],
    ],
    [
      'WITH q AS (SELECT 1) SELECT * FROM q UNION SELECT (SELECT 1 FROM q) FROM orders',
      [{ name: 'orders' }],
    ],
    ['SELECT * FROM orders o JOIN orders p ON o.id = p.id', [{ name: 'orders' }]],
    ['SELECT * FROM information_schema.tables', []],
  ])('names the tables it reads: %s', async (sql, tables) => {
    expect((await guardQuery(sql)).tables).toEqual(tables)
  })
})
