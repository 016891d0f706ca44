import { describe, expect, it } from 'vitest'
import { objection } from './judge.ts'

describe('functions that make much out of little', { timeout: 60_000 }, () => {
  it.each([
    "repeat('x', 1000000000)",
    "repeat('x', 1001)",
    "repeat('x', 1000 * 1000)",
    "repeat('x', '1000000')",
    "repeat('x', 1e9::int)",
    "repeat('x', '01'::bit(32)::int)",
    "repeat('x', least(id, '01'::bit(32)::int))",
    "repeat('x', least(id, 5)::bit(32)::int)",
    "generate_series(1, '01'::bit(32)::int)",
    "generate_series('50000000'::varchar(1)::int, 50000010)",
    "repeat('x', id)",
    "repeat('x', (SELECT 1000000))",
    "repeat('x', greatest(1, id))",
    "repeat('x', least(id, 100000))",
    "pg_catalog.repeat('x', 1000000)",
    "repeat(repeat(repeat('x', 1000), 1000), 1000)",
    "repeat(repeat('x', 101), 100)",
    "lpad('x', 100000000)",
    "rpad('x', 100000000, 'ab')",
    "lpad('x', id)",
    "format('%1000000000s', 'x')",
    "format('%-1000000000s', 'x')",
    "format('%1$1000000000s', 'x')",
    "format('%*s', 1000000000, 'x')",
    "format('%1$*2$s', 'x', 1000000000)",
    "format(status, 'x')",
    "format('%' || '1000000000s', 'x')",
    "'x'::char(10485760)",
    "'x'::pg_catalog.bpchar(10485760)",
    "CAST('x' AS character(100000))",
    "B'1'::bit(83886080)",
    'array_fill(0, ARRAY[1000000])',
    'generate_series(1, 1000000000)',
    'generate_series(1, 50001)',
    "generate_series(1, array_upper('[1000000000:1000000000]={1}'::int[], 1))",
    'generate_series(1, 100000, 1)',
    'generate_series(0, 9223372036854775807)',
    'generate_series(1, 1e9)',
    "generate_series(1, '1000000')",
    'generate_series(1, 10 * 1000000)',
    'generate_series(100000, 1, -1)',
    'generate_series(1, 10, 0)',
    'generate_series(1, id)',
    'generate_series(1, (SELECT 100000000))',
    'generate_series(1, length(status))',
    'generate_series(id, 10)',
    'generate_series(-10, array_length(ARRAY[1], 1))',
    'generate_series(1, 10, id)',
    'generate_series(1::numeric, 100000::numeric, 0.001)',
    "generate_series(now(), 'infinity', '1 day')",
    "generate_series('-infinity'::timestamp, now(), '1 day')",
    "generate_series(date '2026-01-01', date 'INFINITY', interval '1 day')",
    "generate_series('0001-01-01 BC'::date, now(), '1 day')",
    "generate_series('2000-01-01'::timestamp, '2026-01-01', '1 minute')",
    "generate_series('2026-01-01'::timestamp, '2026-12-31', '1 second')",
    "generate_series(now() - interval '1 year', now(), '1 second')",
    "generate_series(now(), now() + interval '100000 years', '1 day')",
    "generate_series(now(), '9999-12-31'::timestamptz, '1 day')",
    "generate_series('294276-01-01'::timestamp, now(), '1 day')",
    "generate_series(current_date, current_date + 1000000, '1 day')",
    "generate_series(now(), now() + interval '1 day', '1 microsecond')",
    "generate_series(now(), now() + interval '1 day', '0 days')",
    "generate_series(now(), now() + interval '1 day', updated_at - created_at)",
    "generate_series(now(), now() + interval '1 day', make_interval(secs => 0.001))",
    'generate_series(1)',
    'generate_series(VARIADIC ARRAY[1, 1000000])',
  ])('are refused without a bound that shows: %s', async (call) => {
    const alone = await objection(`SELECT ${call} FROM orders`)
    expect(alone).toMatch(/needs|too large|too much|not available/)
    if (/series|fill/.test(call)) {
      expect(await objection(`SELECT * FROM ${call} g`)).toBe(alone)
      expect(await objection(`SELECT * FROM orders, LATERAL ROWS FROM (${call}) g`)).toBe(alone)
    }
  })

  it.each([
    "repeat('x', 1000)",
    "repeat('-', 10 + 20)",
    "repeat('*', least(id, 50)::int)",
    "repeat('ab', -1)",
    "lpad(status, 20, '.')",
    'rpad(status, least(30, id))',
    "format('%s has %-10s and %I, 100%%', id, status, 'x')",
    "format('%2$s %1$s'::text, 'a', 'b')",
    'status::char(20)',
    "B'101'::bit(8)",
    'status::varchar(5000)',
    'generate_series(1, 50000)',
    'generate_series(-5, 5)',
    'generate_series(10, 0, -2)',
    'generate_series(1, 1000000, 100)',
    'generate_series(1, least(id, 100))',
    'generate_series(1, array_length(ARRAY[1, 2], 1))',
    'generate_series(0, cardinality(ARRAY[1]))',
    "generate_series('2026-01-01'::date, '2026-12-31'::date, '1 day')",
    "generate_series(timestamp '2020-01-01', '2026-01-01', interval '1 month')",
    "generate_series('2026-01-01'::timestamptz, '2026-01-08', '15 minutes')",
    "generate_series(date_trunc('month', now()) - interval '11 months', now(), '1 month')",
    "generate_series(date_trunc('day', now()) - interval '6 days', now(), interval '1' day)",
    "generate_series((SELECT min(created_at) FROM orders), now(), INTERVAL '1 hour')",
    "generate_series(current_date - 29, current_date, '1 day')",
    "generate_series('20260101'::date, current_date, '1 week'::interval)",
    "generate_series(created_at, updated_at, '1 day')",
    "generate_series(now(), now() - interval '7 days', '-1 day')",
    "generate_series('2026-01-01'::timestamptz, '2026-03-01', '1 day', 'Europe/Berlin')",
  ])('pass with one: %s', async (call) => {
    expect(await objection(`SELECT ${call} FROM orders`)).toBeNull()
  })

  it('multiply over a whole statement, so that WITH queries can not build up what one call may not', async () => {
    expect(
      await objection(
        `WITH a AS (SELECT repeat('x', 1000) AS s), b AS (SELECT repeat(s, 1000) AS s FROM a) SELECT repeat(s, 1000) FROM b`,
      ),
    ).toBe('The calls of repeat multiply to too much text. Use smaller counts.')
    expect(
      await objection('SELECT * FROM generate_series(1, 50000) a, generate_series(1, 50000) b'),
    ).toBe('The calls of generate_series multiply to too many rows. Use shorter series.')
    expect(
      await objection(
        `SELECT * FROM generate_series('2025-01-01'::date, '2026-12-31', '1 day') d, generate_series(0, 23) h`,
      ),
    ).toBeNull()
  })

  it.each([
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r',
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION SELECT n + 1 FROM r) SELECT * FROM r LIMIT 5',
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE true) TABLE r',
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r JOIN orders ON 1 = 1) TABLE r',
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL (SELECT n FROM (SELECT * FROM r) s)) TABLE r',
    "WITH RECURSIVE r AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM r) SELECT max(length(s)) FROM r",
    'SELECT * FROM (WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r, orders) TABLE r) s',
  ])('by recursion are refused without anything that ends it: %s', async (sql) => {
    expect(await objection(sql)).toMatch(/^The recursive query r has nothing that ends it/)
  })

  it.each([
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 10) TABLE r',
    'WITH RECURSIVE r AS (SELECT id FROM orders UNION SELECT o.id FROM orders o JOIN r ON o.customer_id = r.id) TABLE r',
    'WITH RECURSIVE r AS (SELECT id FROM orders UNION SELECT id FROM payments JOIN r USING (id)) TABLE r',
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL (SELECT n + 1 FROM r LIMIT 1)) TABLE r',
    'WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT 2), r AS (SELECT 3) SELECT * FROM a, r',
  ])('by recursion pass with a condition: %s', async (sql) => {
    expect(await objection(sql)).toBeNull()
  })
})

describe('statements too large to think about', { timeout: 60_000 }, () => {
  it.each([
    ['characters', `SELECT '${'x'.repeat(20_000)}'`, /longer than 20000/],
    ['parts', `SELECT ${'1,'.repeat(9_000)}1`, /too many parts/],
    ['relations', `SELECT 1 FROM ${'orders,'.repeat(100)}orders`, /too many relations/],
    ['unions', 'SELECT 1 FROM orders' + ' UNION SELECT 1'.repeat(1_200), /nested too deeply/],
    ['sums', `SELECT 1${' + 1'.repeat(300)}`, /nested too deeply/],
    ['subqueries', `SELECT ${'(SELECT '.repeat(200)}1${')'.repeat(200)}`, /nested too deeply/],
    [
      'joins',
      'SELECT 1 FROM orders' + ' JOIN orders ON true'.repeat(900),
      /too many relations|nested too deeply/,
    ],
    [
      'queries in FROM',
      `SELECT * FROM ${'(SELECT * FROM '.repeat(130)}orders${') s'.repeat(130)}`,
      /nested too deeply/,
    ],
    ['sums inside a bound', `SELECT repeat('x', 1${' + 1'.repeat(4_000)})`, /nested too deeply/],
    [
      'sums inside a length',
      `SELECT 'x'::pg_catalog.bpchar(1${'+1'.repeat(9_000)})`,
      /nested too deeply/,
    ],
    [
      'sums inside a series',
      `SELECT generate_series(now(), now()${'+now()'.repeat(3_000)}, '1 day')`,
      /nested too deeply/,
    ],
    ['stack: sums', `SELECT 1${'+1'.repeat(9_900)}`, /nested too deeply/],
    ['stack: negations', `SELECT ${'NOT '.repeat(4_900)}a`, /nested too deeply/],
    ['stack: signs', `SELECT ${'- '.repeat(9_900)}a`, /nested too deeply/],
    ['stack: casts', `SELECT a${'::a'.repeat(6_600)}`, /nested too deeply/],
    ['stack: arrays', `SELECT ${'ARRAY['.repeat(2_800)}1${']'.repeat(2_800)}`, /nested too deeply/],
    [
      'stack: subqueries',
      `SELECT ${'(SELECT '.repeat(2_000)}1${')'.repeat(2_000)}`,
      /nested too deeply/,
    ],
    [
      'stack: calls',
      `SELECT ${'f('.repeat(6_600)}1${')'.repeat(6_600)}`,
      /not valid SQL: memory exhausted/,
    ],
  ])('are refused by their number of %s', async (_, sql, reason) => {
    expect(await objection(sql)).toMatch(reason)
    expect(await objection('SELECT 1')).toBeNull()
    expect(await objection('SELECT pg_sleep(1)')).toMatch(/pg_sleep/)
  })

  it('do not include what people write: a long list, many joins, a long chain', async () => {
    expect(
      await objection(
        `SELECT 1 FROM orders WHERE id IN (${Array.from({ length: 2_000 }, (_, n) => n).join()})`,
      ),
    ).toBeNull()
    expect(
      await objection('SELECT 1 FROM orders a' + ' JOIN orders USING (id)'.repeat(40)),
    ).toBeNull()
    expect(await objection(`SELECT 'a'${" || 'b'".repeat(100)}`)).toBeNull()
    expect(await objection(`SELECT 1 WHERE true${' AND true'.repeat(1_000)}`)).toBeNull()
  })
})
