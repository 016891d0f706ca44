import { describe, expect, it } from 'vitest'
import { objection, passing } from './judge.ts'
import { expressionPositions, placed } from './positions.ts'

describe('operators, types and columns', { timeout: 60_000 }, () => {
  it.each([
    'id OPERATOR(public.+) 1',
    'id OPERATOR(evil.=) 1',
    'id OPERATOR("pg_catalog ".=) 1',
    'id OPERATOR(pg_catalog.<<<) 1',
    'id OPERATOR(evil.=) ANY (ARRAY[1])',
    'id OPERATOR(evil.=) ANY (SELECT 1)',
    '(id, 1) OPERATOR(evil.=) (SELECT 1, 1)',
    'id <#> 1 > 0',
    'id <=> 1 > 0',
    '@@@ id',
    '##### id',
    "status ~=~ 'a'",
  ])('not on the list are refused: %s', async (condition) => {
    expect(await objection(`SELECT 1 FROM orders WHERE ${condition}`)).toMatch(
      /^The operator .+ is not available/,
    )
  })

  it('of PostgreSQL pass, qualified or not', async () => {
    expect(
      await objection(
        'SELECT 1 FROM orders WHERE id OPERATOR(pg_catalog.=) 1 AND id OPERATOR(=) 1',
      ),
    ).toBeNull()
  })

  it('types that look up objects, run code or read XML are refused however a cast is written', async () => {
    const types = [
      'regclass',
      'regproc',
      'regprocedure',
      'regoper',
      'regtype',
      'regrole',
      'regnamespace',
      'regconfig',
      'regdictionary',
      'regcollation',
      'oid',
      'xml',
      'refcursor',
      'pg_lsn',
      'xid8',
      'txid_snapshot',
      'pg_snapshot',
      'name',
      '"char"',
      'aclitem',
      'record',
      'cstring',
      'void',
      'trigger',
      'pg_catalog.regclass',
      '"regclass"',
      'REGCLASS',
      'regclass[]',
      'public.text',
      'evil.int4',
      'email_domain',
      'orders',
      'public.orders',
      'int4range_of_mine',
      'orders.id%TYPE',
      'SETOF text',
    ]
    const casts = types.flatMap((type) => [
      `'orders'::${type}`,
      `CAST('orders' AS ${type})`,
      `CAST(CAST('a' AS text) AS ${type})`,
    ])
    const declared = types.flatMap((type) => [
      `SELECT * FROM json_to_record('{}') AS r(a ${type})`,
      `SELECT * FROM ROWS FROM (json_to_record('{}') AS (a ${type}))`,
    ])
    const constants = ['regclass', 'regrole', 'xml', 'oid', 'pg_catalog.regclass'].map(
      (type) => `SELECT ${type} 'orders'`,
    )
    const invalid = /%TYPE|SETOF/ // not in each of these places
    const statements = [...casts.map((cast) => `SELECT ${cast}`), ...declared, ...constants]
    expect((await passing(statements)).filter((sql) => !invalid.test(sql))).toEqual([])
    for (const sql of statements.filter((each) => invalid.test(each)))
      expect(await objection(sql)).not.toBeNull()
    for (const template of expressionPositions)
      expect(
        await passing([placed(template, "'orders'::regclass"), placed(template, "'x'::evil.type")]),
      ).toEqual([])
  })

  it('types that are the database’s own enums pass when they are known', async () => {
    const sql = "SELECT 'business'::public.customer_segment, 'business'::customer_segment[]"
    expect(await objection(sql)).toMatch(/type public.customer_segment is not available/)
    const enums = new Set(['customer_segment'])
    expect(await objection(sql, { enums })).toBeNull()
    expect(await objection(sql, { enums, schemas: ['support'] })).toMatch(/not available/)
    expect(await objection("SELECT 'a'::shop.public.customer_segment", { enums })).toMatch(
      /not available/,
    )
  })

  it('system columns are refused', async () => {
    const names = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid', 'CTID', '"xmin"']
    expect(
      await passing(
        names.flatMap((name) => [
          `SELECT ${name} FROM orders`,
          `SELECT o.${name} FROM orders o`,
          `SELECT (o).${name} FROM orders o`,
          `SELECT (o).${name}.x FROM orders o`,
          `SELECT 1 FROM orders ORDER BY public.orders.${name}`,
        ]),
      ),
    ).toEqual([])
  })

  it('keywords that tell who and where one is are refused', async () => {
    const names = [
      'CURRENT_USER',
      'current_role',
      'SESSION_USER',
      'USER',
      'SYSTEM_USER',
      'CURRENT_CATALOG',
      'CURRENT_SCHEMA',
      'current_schema()',
      'current_database()',
      'version()',
    ]
    expect(await passing(names.map((name) => `SELECT ${name}`))).toEqual([])
  })

  it('XML is refused in all its forms', async () => {
    expect(
      await passing([
        'SELECT xmlelement(name a)',
        'SELECT xmlforest(1 AS a)',
        "SELECT xmlparse(DOCUMENT '<a/>')",
        "SELECT xmlroot('<a/>', VERSION '1.0')",
        'SELECT xmlpi(name a)',
        "SELECT xmlserialize(CONTENT '<a/>' AS text)",
        "SELECT xmlexists('/a' PASSING '<a/>')",
        "SELECT '<a/>' IS DOCUMENT",
        'SELECT xmlagg(a) FROM orders',
        "SELECT xpath('/a', '<a/>')",
        "SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS b text)",
        "SELECT table_to_xml('orders', true, true, '')",
        'SELECT xmlconcat(1)',
      ]),
    ).toEqual([])
  })
})
