import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  aggregates,
  functions,
  setReturning,
  unrepeatable,
} from '../../../workers/postgres/guard/functions.ts'
import { objection, passing } from './judge.ts'
import { expressionPositions, placed } from './positions.ts'

/** Every function of pg_catalog, PostgreSQL 15 to 18, and what it could do (extract-pg-proc.ts). */
const shipped = readFileSync(join(import.meta.dirname, 'pg-proc.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [name = '', , kinds = '', volatility = '', classes = ''] = line.split('\t')
    return { name, kinds, volatility, classes }
  })

/** A few of each class, tried at every place and in every spelling. */
const dangerous = [
  'pg_sleep(10)',
  "query_to_xml('SELECT 1', true, false, '')",
  "ts_stat('SELECT 1')",
  "ts_rewrite('a'::tsquery, 'SELECT 1')",
  "pg_read_file('/etc/passwd')",
  "pg_ls_dir('.')",
  'lo_from_bytea(0, NULL)',
  "lo_export(1, '/tmp/x')",
  "set_config('statement_timeout', '0', false)",
  "current_setting('gatehouse.user')",
  'pg_advisory_lock(1)',
  "pg_notify('a', 'b')",
  'pg_terminate_backend(1)',
  'pg_reload_conf()',
  "nextval('orders_id_seq')",
  "dblink('host=evil', 'SELECT 1')",
  'pg_current_wal_lsn()',
  'inet_server_addr()',
  "has_table_privilege('hr.salaries', 'select')",
  "to_regclass('hr.salaries')",
  "pg_get_viewdef('v'::text)",
  "xmlparse_of_mine('x')",
  'leak(o)',
]

describe('functions', { timeout: 60_000 }, () => {
  it('on the list are PostgreSQL’s own and do nothing but compute', () => {
    const allowed = shipped.filter(({ name }) => functions.has(name))
    expect(allowed.map(({ name }) => name).sort()).toEqual([...functions].sort())
    expect(
      allowed
        .filter(({ classes }) => classes !== 'plain')
        .map(({ name, classes }) => [name, classes]),
    ).toEqual([
      // Another value at each call, and no effect; a write may not use them.
      ['clock_timestamp', 'volatile'],
      ['gen_random_uuid', 'volatile'],
      ['random', 'volatile'],
      // text(xml) casts what a column holds.
      ['text', 'plain,xml'],
    ])
  })

  it('that give another value each time are known, so that a write refuses them', () => {
    const volatile = shipped.filter(
      ({ name, volatility }) => functions.has(name) && volatility.includes('v'),
    )
    expect(volatile.map(({ name }) => name)).toEqual([...unrepeatable].sort())
  })

  it('that aggregate are known as such, so that a count is known to be one row', () => {
    const kinds = shipped.filter(({ name, kinds }) => functions.has(name) && kinds.includes('a'))
    expect(kinds.map(({ name }) => name)).toEqual([...aggregates].sort())
    for (const name of setReturning) expect(functions).toContain(name)
  })

  it('not on the list are refused by name, each of the 2,500 of them', async () => {
    const others = shipped.map(({ name }) => name).filter((name) => !functions.has(name))
    expect(others.length).toBeGreaterThan(2_400)
    expect(
      await passing(
        others.flatMap((name) => [`SELECT "${name}"(1)`, `SELECT * FROM pg_catalog."${name}"() f`]),
      ),
    ).toEqual([])
  })

  it('that are dangerous are refused at every place an expression can stand', async () => {
    for (const template of expressionPositions) {
      expect([template, await objection(placed(template, '1'))]).toEqual([template, null])
      expect(await passing(dangerous.map((call) => placed(template, call)))).toEqual([])
    }
  })

  it.each([
    'SELECT PG_SLEEP(1)',
    'SELECT Pg_Sleep (1)',
    'SELECT "pg_sleep"(1)',
    'SELECT pg_catalog.pg_sleep(1)',
    'SELECT "pg_catalog"."pg_sleep"(1)',
    'SELECT shop.pg_catalog.pg_sleep(1)',
    'SELECT pg_sleep/**/(1)',
    'SELECT pg_sleep -- comment\n (1)',
    'SELECT U&"pg\\005fsleep"(1)',
    'SELECT U&"pg!005fsleep" UESCAPE \'!\' (1)',
    'SELECT\tpg_sleep\u000b(1)',
    'SELECT pg_sleep(VARIADIC ARRAY[1])',
    "SELECT pg_sleep_for('1 s')",
    'SELECT (pg_sleep(1)).x',
    'SELECT * FROM pg_sleep(1)',
    'SELECT * FROM pg_sleep(1) WITH ORDINALITY',
    'SELECT * FROM ROWS FROM (pg_sleep(1))',
    'SELECT * FROM orders, pg_sleep(1)',
    'SELECT * FROM orders o CROSS JOIN LATERAL pg_sleep(o.id)',
    'SELECT pg_ѕleep(1)', // a Cyrillic letter
    'SELECT ｐg_sleep(1)', // a full-width letter
    'SELECT "LOWER"(name) FROM customers', // another name than lower
    'SELECT public.lower(name) FROM customers',
    'SELECT "lower "(name) FROM customers',
    'SELECT information_schema._pg_expandarray(ARRAY[1])',
    "SELECT set_config FROM (SELECT set_config('a.b', 'c', true)) s",
    'SELECT sum(pg_sleep(1)::text::int) OVER ()',
    "SELECT regclass('orders')",
    'SELECT array_fill(0, ARRAY[1000000])',
    'SELECT MERGE_ACTION()',
  ])('are refused in any spelling: %s', async (sql) => {
    expect(await objection(sql)).toMatch(/not available|not valid SQL/)
  })

  it.each([
    'lower(name)',
    'LOWER(name)',
    '"lower"(name)',
    'pg_catalog.lower(name)',
    'U&"l\\006fwer"(name)',
  ])('on the list pass in any spelling: %s', async (call) => {
    expect(await objection(`SELECT ${call} FROM customers`)).toBeNull()
  })

  it('whose name is as long as a paragraph are refused with a short message', async () => {
    const message = await objection(`SELECT "\u202e\u2028${'x'.repeat(5_000)}"(1)`)
    expect(message).not.toMatch(/[\u202e\u2028]/)
    expect(message?.length).toBeLessThan(300)
  })
})
