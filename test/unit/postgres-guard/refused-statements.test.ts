import { describe, expect, it } from 'vitest'
import { objection } from './judge.ts'

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
