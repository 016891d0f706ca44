import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { objection } from './judge.ts'

/**
 * `value.f` calls f(value) in PostgreSQL wherever the value isn't a row with such a column. The
 * database says here which statements do; `textlen` stands for any function off the list.
 */
describe('a function called as a column', { timeout: 60_000 }, () => {
  let database: PGlite
  beforeAll(async () => {
    database = await PGlite.create()
    await database.exec(`
      CREATE TABLE notes (id int, body text);
      INSERT INTO notes VALUES (1, 'abc');
      CREATE FUNCTION leak(notes) RETURNS text LANGUAGE sql AS $$ SELECT 'leaked' $$`)
  }, 60_000)
  afterAll(() => database.close())

  const value = async (sql: string): Promise<unknown> => {
    const { rows } = await database.query<unknown[]>(sql, [], { rowMode: 'array' })
    return rows[0]?.[0]
  }

  it.each([
    "SELECT ('abc'::text).textlen",
    "SELECT (lower('ABC')).textlen",
    "SELECT ('abc'::text || '').textlen::text::int",
    "SELECT (ARRAY['abc'])[1].textlen",
    "SELECT (SELECT 'abc'::text).textlen",
    "SELECT (CASE WHEN true THEN 'abc'::text END).textlen",
    "SELECT ('abc'::text).lower.textlen",
    'SELECT (n.body).textlen FROM notes n',
    'SELECT (body).textlen FROM notes',
    "SELECT (s).textlen FROM unnest(ARRAY['abc']) s",
    "SELECT (s.*).textlen FROM unnest(ARRAY['abc']) s",
    "SELECT s.textlen FROM unnest(ARRAY['abc']) s",
    'SELECT s."textlen" FROM unnest(ARRAY[\'abc\']) AS s',
    "SELECT S.TextLen FROM unnest(ARRAY['abc']) s",
    "SELECT s.textlen FROM unnest(ARRAY['abc']) s(x)",
    "SELECT unnest.textlen FROM unnest(ARRAY['abc'])",
    "SELECT s.textlen FROM ROWS FROM (unnest(ARRAY['abc'])) s",
    "SELECT s.textlen FROM lower('ABC') s",
    "SELECT lower.textlen FROM lower('ABC')",
    "SELECT s.textlen FROM coalesce('abc'::text) s",
    "SELECT s.textlen FROM CAST('abc' AS text) s",
    'SELECT s.textlen FROM notes, LATERAL lower(body) s',
    "SELECT s.textlen FROM notes LEFT JOIN unnest(ARRAY['abc']) s ON true",
    "SELECT (SELECT s.textlen) FROM unnest(ARRAY['abc']) s",
    "SELECT (SELECT max(s.textlen) FROM notes) FROM unnest(ARRAY['abc']) s",
    "SELECT x.l FROM unnest(ARRAY['abc']) s, LATERAL (SELECT s.textlen AS l) x",
    "SELECT x.l FROM unnest(ARRAY['abc']) s, LATERAL (WITH q AS (SELECT s.textlen AS l) TABLE q) x",
    "SELECT 3 FROM unnest(ARRAY['abc']) s WHERE s.textlen = 3",
    "SELECT 3 FROM unnest(ARRAY['abc']) s GROUP BY s.textlen",
    "SELECT 3 FROM unnest(ARRAY['abc']) s ORDER BY s.textlen",
    "SELECT count(*) + 2 FROM unnest(ARRAY['abc']) s HAVING max(s.textlen) = 3",
    "SELECT sum(s.textlen) OVER (PARTITION BY s.textlen) FROM unnest(ARRAY['abc']) s",
    "SELECT 3 FROM notes JOIN unnest(ARRAY['abc']) s ON s.textlen = 3",
    // The alias of an outer function, hidden from a reader by that of an inner table.
    "SELECT (SELECT s.textlen FROM (notes s CROSS JOIN (SELECT 1) p) AS j) FROM unnest(ARRAY['abc']) s",
    // An outer column of the function's name lends it no innocence.
    "SELECT (SELECT s.textlen FROM unnest(ARRAY['abc']) s(x)) FROM unnest(ARRAY['def']) s(textlen)",
    // An alias that is the function's name is a column only if it wasn't renamed.
    "SELECT textlen.textlen FROM unnest(ARRAY['abc']) textlen(x)",
    'SELECT textlen.textlen FROM json_array_elements_text(\'["abc"]\') textlen',
    "SELECT s.textlen FROM (SELECT 1) a JOIN (unnest(ARRAY['abc']) s JOIN notes ON true) ON true",
  ])('is refused: %s', async (sql) => {
    expect(Number(await value(sql))).toBe(3)
    expect(await objection(sql)).toMatch(/has no column|of a value is not available/)
  })

  it('on a row of a table is refused when its name is known', async () => {
    const rowFunctions = new Set(['leak'])
    for (const sql of [
      'SELECT n.leak FROM notes n',
      'SELECT notes.leak FROM notes',
      'SELECT public.notes.leak FROM public.notes',
    ]) {
      expect(await value(sql)).toBe('leaked')
      expect(await objection(sql, { rowFunctions })).toBe(
        'leak is a function on rows, not a column. Name columns only.',
      )
    }
    for (const sql of [
      'SELECT (n).leak FROM notes n',
      'SELECT (SELECT n FROM notes n).leak',
      'SELECT (ARRAY[n])[1].leak FROM notes n',
    ]) {
      expect(await value(sql)).toBe('leaked')
      expect(await objection(sql)).toMatch(/^The field leak of a value is not available/)
    }
    // A bare name is always a column.
    expect(await objection('SELECT leak FROM notes', { rowFunctions })).toBeNull()
  })

  it('of PostgreSQL on a whole row does no more than show it, and those of the system are refused', async () => {
    expect(await value('SELECT n.row_to_json::text FROM notes n')).toBe('{"id":1,"body":"abc"}')
    expect(await objection('SELECT n.pg_column_compression FROM notes n')).toMatch(/has no column/)
  })

  it.each([
    ["SELECT s.s FROM unnest(ARRAY['abc']) s", 'abc'],
    ['SELECT g.g FROM generate_series(7, 9) g', 7],
    ['SELECT generate_series.generate_series FROM generate_series(7, 9)', 7],
    ['SELECT g.day FROM generate_series(7, 9) AS g(day)', 7],
    ['SELECT e.key || e.value FROM json_each_text(\'{"a":"b"}\') e', 'ab'],
    ['SELECT e.k || e.value FROM json_each_text(\'{"a":"b"}\') e(k)', 'ab'],
    ['SELECT e.value FROM jsonb_array_elements_text(\'["x"]\') e', 'x'],
    ['SELECT (jsonb_each_text(\'{"a":"b"}\')).key', 'a'],
    ["SELECT u.v FROM unnest(ARRAY['x']) WITH ORDINALITY u(v, i)", 'x'],
    ["SELECT u.ordinality FROM unnest(ARRAY['x']) WITH ORDINALITY u", 1],
    ['SELECT r.a FROM json_to_record(\'{"a":5}\') AS r(a int)', 5],
    [
      'SELECT r.p FROM ROWS FROM (json_to_recordset(\'[{"a":5}]\') AS (a int), generate_series(1, 2)) AS r(p, q)',
      5,
    ],
    ['WITH s AS (SELECT body FROM notes) SELECT s.body FROM s, generate_series(1, 1) g', 'abc'],
    ['SELECT q.l FROM (SELECT n.body AS l FROM notes n) q', 'abc'],
    ['SELECT (SELECT d.body FROM notes d) FROM generate_series(1, 1) g', 'abc'],
    ['WITH a AS (SELECT d AS n FROM generate_series(1, 1) d) SELECT d.body FROM notes d, a', 'abc'],
  ])('is not what this is, so it passes: %s', async (sql, expected) => {
    expect(Number.isNaN(Number(expected)) ? await value(sql) : Number(await value(sql))).toBe(
      expected,
    )
    expect(await objection(sql)).toBeNull()
  })
})
