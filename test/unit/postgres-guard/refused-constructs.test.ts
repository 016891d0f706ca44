import { describe, expect, it } from 'vitest'
import { objection, passing } from './judge.ts'
import { expressionPositions, placed, relationPositions } from './positions.ts'

describe('statements', { timeout: 60_000 }, () => {
  it.each([
    'SET statement_timeout = 0',
    'SET LOCAL ROLE postgres',
    'SET SESSION AUTHORIZATION postgres',
    'SET TRANSACTION READ WRITE',
    'RESET ALL',
    'SHOW hba_file',
    'BEGIN',
    'COMMIT',
    'ROLLBACK',
    'SAVEPOINT a',
    "PREPARE TRANSACTION 'a'",
    'PREPARE p AS SELECT 1',
    'EXECUTE p',
    'DEALLOCATE ALL',
    'DISCARD ALL',
    'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
    'FETCH ALL FROM c',
    'MOVE ALL IN c',
    'CLOSE ALL',
    'EXPLAIN SELECT 1',
    'EXPLAIN ANALYZE DELETE FROM orders',
    'COPY orders TO STDOUT',
    "COPY (SELECT 1) TO PROGRAM 'sh'",
    "COPY orders FROM '/etc/passwd'",
    'DO $$ BEGIN PERFORM pg_sleep(1); END $$',
    'CALL p()',
    'LISTEN a',
    'NOTIFY a',
    'UNLISTEN *',
    'LOCK TABLE orders',
    'VACUUM',
    'ANALYZE',
    'REINDEX TABLE orders',
    'CLUSTER',
    'CHECKPOINT',
    "LOAD 'x'",
    'TRUNCATE orders',
    'INSERT INTO orders DEFAULT VALUES',
    'UPDATE orders SET id = 1',
    'DELETE FROM orders',
    'MERGE INTO orders o USING payments p ON true WHEN MATCHED THEN DELETE',
    'CREATE TABLE a (b int)',
    'CREATE TABLE a AS SELECT 1',
    'CREATE TEMP VIEW a AS SELECT 1',
    'CREATE MATERIALIZED VIEW a AS SELECT 1',
    'REFRESH MATERIALIZED VIEW a',
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    'CREATE ROLE a',
    'CREATE EXTENSION dblink',
    'CREATE OPERATOR + (FUNCTION = f, LEFTARG = int)',
    'CREATE CAST (text AS int) WITH INOUT',
    'ALTER TABLE orders ADD COLUMN a int',
    'ALTER ROLE gatehouse_analyst SUPERUSER',
    "ALTER SYSTEM SET work_mem = '1GB'",
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC',
    'DROP TABLE orders',
    'DROP OWNED BY CURRENT_USER',
    'REASSIGN OWNED BY a TO b',
    'GRANT SELECT ON orders TO PUBLIC',
    'REVOKE SELECT ON orders FROM PUBLIC',
    "COMMENT ON TABLE orders IS 'x'",
    "SECURITY LABEL ON TABLE orders IS 'x'",
    'IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c',
    'SET CONSTRAINTS ALL DEFERRED',
  ])('that are no query are refused: %s', async (sql) => {
    expect(await objection(sql)).toMatch(/is not a query\. Only one SELECT, VALUES or TABLE/)
  })

  it.each([
    'SELECT 1; SELECT 2',
    'SELECT 1;; DROP TABLE orders',
    'SELECT 1; COMMIT',
    '; SELECT 1; SELECT 2;',
    "SELECT 1 /* ; */; SELECT ';'",
    'SELECT 1;--\nDELETE FROM orders',
    'SELECT $a$;$a$; SELECT 2',
  ])('that are more than one are refused: %s', async (sql) => {
    expect(await objection(sql)).toMatch(/^There are 2 statements/)
  })

  it.each(['', ' \n\t', ';', ';;', '--', '/* nothing */', '/* /* nested */ */ ;', '-- SELECT 1'])(
    'that are none are refused: %j',
    async (sql) => {
      expect(await objection(sql)).toMatch(/^There is no statement/)
    },
  )

  it.each([
    'SELECT 1;',
    'SELECT 1 ;-- done',
    '/* a */ SELECT /* b */ 1 -- c',
    "SELECT ';'",
    'SELECT $$;$$',
    'SELECT "id;" FROM (SELECT 1 AS "id;") s',
  ])('that are one pass whatever surrounds or fills them: %s', async (sql) => {
    expect(await objection(sql)).toBeNull()
  })

  it.each([
    ['WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d', /DELETE inside a query/],
    ['WITH i AS (INSERT INTO orders DEFAULT VALUES RETURNING 1) SELECT 1', /INSERT inside/],
    ['WITH u AS (UPDATE orders SET id = 1) SELECT 1', /UPDATE inside/],
    [
      'WITH m AS (MERGE INTO orders o USING orders p ON true WHEN MATCHED THEN DELETE RETURNING 1) TABLE m',
      /MERGE inside/,
    ],
    [
      'SELECT * FROM (WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d) s',
      /DELETE inside/,
    ],
    ['WITH a AS (WITH b AS (DELETE FROM orders RETURNING 1) TABLE b) TABLE a', /DELETE inside/],
    ['SELECT 1 UNION (WITH d AS (DELETE FROM orders RETURNING 1) TABLE d)', /DELETE inside/],
    ['SELECT * INTO copy FROM orders', /INTO creates a table/],
    ['SELECT 1 INTO TEMP copy', /INTO creates a table/],
    ['SELECT 1 INTO a UNION SELECT 2', /INTO creates a table/],
    ['SELECT * FROM orders FOR UPDATE', /lock rows/],
    ['SELECT * FROM orders FOR NO KEY UPDATE', /lock rows/],
    ['SELECT * FROM orders FOR SHARE NOWAIT', /lock rows/],
    ['SELECT * FROM orders FOR KEY SHARE SKIP LOCKED', /lock rows/],
    ['SELECT * FROM (SELECT * FROM orders FOR UPDATE) s', /lock rows/],
    ['WITH q AS (SELECT * FROM orders FOR UPDATE OF orders) TABLE q', /lock rows/],
    ['VALUES (1) FOR UPDATE', /lock rows/],
    ['TABLE orders FOR SHARE', /lock rows/],
    ['SELECT * FROM orders ORDER BY id USING <', /USING/],
    ['SELECT DEFAULT', /DEFAULT stands only/],
    ['VALUES (DEFAULT)', /DEFAULT stands only/],
  ])('hide nothing inside that is no query: %s', async (sql, reason) => {
    expect(await objection(sql)).toMatch(reason)
  })
})

describe('relations', { timeout: 60_000 }, () => {
  const secrets = [
    'pg_authid',
    'pg_shadow',
    'pg_user',
    'pg_roles',
    'pg_user_mapping',
    'pg_stat_activity',
    'pg_stat_statements',
    'pg_stat_ssl',
    'pg_settings',
    'pg_file_settings',
    'pg_hba_file_rules',
    'pg_ident_file_mappings',
    'pg_config',
    'pg_largeobject',
    'pg_statistic',
    'pg_stats',
    'pg_locks',
    'pg_cursors',
    'pg_prepared_statements',
    'pg_proc',
    'pg_class',
    'pg_namespace',
    'pg_views',
    'pg_tables',
    'pg_foreign_server',
    'pg_subscription',
    'pg_db_role_setting',
    'pg_timezone_names',
    'pg_seclabel',
    'pg_policies',
    'PG_AUTHID',
    '"pg_authid"',
    'U&"pg\\005fauthid"',
    'pg_catalog.pg_authid',
    '"pg_catalog"."pg_authid"',
    'pg_catalog.whatever',
    'pg_toast.pg_toast_1',
    'pg_temp.orders',
    'pg_temp_3.orders',
    'information_schema.role_table_grants',
    'information_schema.user_mapping_options',
    'information_schema.routines',
    'information_schema.views',
    'information_schema.applicable_roles',
    'shop.public.orders',
    'other.public.orders',
  ]

  it('of the system are refused at every place a relation can stand', async () => {
    for (const template of relationPositions) {
      expect([template, await objection(placed(template, 'support.tickets'))]).toEqual([
        template,
        null,
      ])
      expect(await passing(secrets.map((name) => placed(template, name)))).toEqual([])
    }
  })

  it('of the system are refused though a WITH query elsewhere has their name', async () => {
    expect(
      await passing([
        'WITH pg_authid AS (SELECT 1) SELECT * FROM pg_authid',
        'SELECT * FROM (WITH pg_authid AS (SELECT 1) TABLE pg_authid) s, pg_authid',
      ]),
    ).toEqual([])
  })

  it('of the system that may be read are two, which show what the role may see', async () => {
    expect(
      await objection(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'orders'",
      ),
    ).toBeNull()
    expect(await objection('SELECT * FROM INFORMATION_SCHEMA.TABLES')).toBeNull()
  })

  it('outside the offered schemas are refused', async () => {
    const schemas = ['public', 'support']
    expect(
      await objection('SELECT * FROM public.orders, support.tickets, orders', { schemas }),
    ).toBeNull()
    for (const template of relationPositions)
      expect(await objection(placed(template, 'hr.salaries'), { schemas })).toBe(
        'The schema hr is not offered here. Use one of: public, support.',
      )
    expect(await objection('SELECT * FROM "Public".orders', { schemas })).toMatch(/not offered/)
  })

  it('sampled by a method of an extension are refused', async () => {
    expect(
      await passing([
        'SELECT * FROM orders TABLESAMPLE system_time (1000)',
        'SELECT * FROM orders TABLESAMPLE public.bernoulli (1)',
      ]),
    ).toEqual([])
  })
})

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

describe('text', { timeout: 60_000 }, () => {
  it.each([
    'SELECT 1\0',
    '\0SELECT 1',
    'SELECT 1 \0; DROP TABLE orders',
    "SELECT '\ud800'",
    'SELECT \udc00',
    "SELECT '\udc00\ud800'",
  ])('that the parser and the database would read differently is refused: %j', async (sql) => {
    expect(await objection(sql)).toMatch(/^The statement holds characters that are no text/)
  })

  it.each([
    "SELECT 'Zürich', '東京', '😀', U&'\\00e4', E'\\u00e4'",
    "SELECT e'a\\'b', B'101', X'1F', $ü$x$ü$",
    'SELECT "größe" FROM (SELECT 1 AS "größe") s',
  ])('in any script is read as written: %s', async (sql) => {
    expect(await objection(sql)).toBeNull()
  })

  it.each([
    "SELECT 'a' -- ' ; DROP TABLE orders",
    "SELECT 'a\\'",
    'SELECT "a\\"',
    'SELECT $$ $a$ ; $a$ $$',
    "SELECT 'a' /* ' */",
  ])('with a quote that ends elsewhere than it seems is still one query: %s', async (sql) => {
    expect(await objection(sql.replace('"a\\"', '"a\\" FROM (SELECT 1 AS "a\\") s'))).toBeNull()
  })

  it.each([
    ["SELECT E'\\'; SELECT pg_sleep(1) --'", null],
    ["SELECT '\\'; SELECT pg_sleep(1) --'", 'There are 2 statements. Give one at a time.'],
  ])('is taken with standard strings, as the session sets them: %s', async (sql, expected) => {
    expect(await objection(sql)).toBe(expected)
  })

  it('that is not SQL is refused with the parser’s words and the place', async () => {
    expect(await objection('SELECT FROM WHERE')).toBe(
      'The statement is not valid SQL: syntax error at or near "WHERE". Correct it at character 13.',
    )
    expect(await objection('SELEC 1')).toBe(
      'The statement is not valid SQL: syntax error at or near "SELEC". Correct it at character 1.',
    )
    expect(await objection("SELECT 'a")).toBe(
      `The statement is not valid SQL: unterminated quoted string at or near "'a". Correct it at character 8.`,
    )
  })

  it('may have a parameter only when it comes with a value', async () => {
    expect(await objection('SELECT $1')).toMatch(/^The parameter \$1 has no value/)
    expect(await objection('SELECT $1, $2', { parameters: 2 })).toBeNull()
    expect(await objection('SELECT $3', { parameters: 2 })).toMatch(/\$3/)
    expect(await objection('SELECT $0', { parameters: 2 })).not.toBeNull()
    for (const template of expressionPositions)
      expect(await passing([placed(template, '$1')])).toEqual([])
  })
})
