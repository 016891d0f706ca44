import { neon } from '@neondatabase/serverless'
import { afterEach, describe, expect, it } from 'vitest'
import { read, readOne } from '../../../../workers/postgres/database.ts'
import { accessTo, type Access } from '../../../../workers/postgres/databases.ts'
import { guardQuery } from '../../../../workers/postgres/guard/guard.ts'
import type { Caller } from '../caller.ts'
import type { SharedDatabase } from '../sandbox.ts'

/** Before version 16, PostgreSQL lets a read-only transaction make large objects: the other layers must not. */
const largeObjects = ["SELECT lo_from_bytea(0, 'x')"]

/** Statements that write, each in another way. */
const writes = [
  "INSERT INTO public.orders (customer_id, total_cents, currency) VALUES (1, 1, 'EUR')",
  "UPDATE public.orders SET status = 'refunded' WHERE id = 1",
  'DELETE FROM public.order_items WHERE order_id = 1',
  'TRUNCATE public.order_items',
  'WITH gone AS (DELETE FROM public.order_items WHERE order_id = 1 RETURNING 1) SELECT * FROM gone',
  'SELECT * INTO public.copied FROM public.orders',
  'CREATE TABLE public.made (a int)',
  'CREATE VIEW public.made AS SELECT 1',
  "CREATE FUNCTION public.made() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  'DROP TABLE public.payments',
  'ALTER TABLE public.orders ADD COLUMN extra int',
  "COMMENT ON TABLE public.orders IS 'mine'",
  'GRANT ALL ON public.orders TO PUBLIC',
  'ALTER ROLE gatehouse_login SUPERUSER',
  'REFRESH MATERIALIZED VIEW public.made',
  "SELECT nextval('public.orders_id_seq')",
  "SELECT setval('public.orders_id_seq', 1)",
  ...largeObjects,
]

/** Statements that read what nobody here is granted. */
const secrets = [
  'SELECT * FROM hr.salaries',
  'SELECT card_fingerprint FROM public.payments',
  'SELECT * FROM public.payments',
  'SELECT p FROM public.payments p',
  'SELECT row_to_json(p) FROM public.payments p',
  'SELECT count(card_fingerprint) FROM public.payments',
  'SELECT 1 FROM public.payments ORDER BY card_fingerprint',
  'SELECT o.id FROM public.orders o JOIN public.payments p USING (id) WHERE p.card_fingerprint > $$a$$',
  'SELECT rolpassword FROM pg_catalog.pg_authid',
  'SELECT * FROM pg_catalog.pg_user_mapping',
  'SELECT * FROM pg_catalog.pg_statistic',
  "SELECT pg_read_file('/etc/passwd')",
  "SELECT pg_ls_dir('/')",
  "SELECT lo_import('/etc/passwd')",
  "COPY public.orders TO PROGRAM 'cat'",
  "COPY public.orders FROM '/etc/passwd'",
  'SET SESSION AUTHORIZATION postgres',
  'SET ROLE postgres',
]

export function layers({ context, call, owner }: Caller, database: SharedDatabase): void {
  const access = accessTo(context(), undefined)
  /** The superuser: no grant stands in the way of anything. */
  const superuser: Access = { ...access, role: 'postgres', urls: [database.ownerUrl] }
  /** Everything that one of `writes` could have changed. */
  const state = () =>
    owner(`SELECT (SELECT count(*) FROM public.orders), (SELECT count(*) FROM public.order_items),
      (SELECT status FROM public.orders WHERE id = 1), (SELECT last_value FROM public.orders_id_seq),
      to_regclass('public.made'), to_regproc('public.made'), to_regclass('public.copied'), to_regclass('public.payments'),
      (SELECT count(*) FROM pg_attribute WHERE attrelid = 'public.orders'::regclass),
      (SELECT relacl::text FROM pg_class WHERE oid = 'public.orders'::regclass),
      obj_description('public.orders'::regclass), (SELECT count(*) FROM pg_largeobject_metadata),
      (SELECT rolsuper FROM pg_roles WHERE rolname = 'gatehouse_login')`)

  describe('grants alone', () => {
    /** No guard, no read-only transaction: the login and the role as they are. */
    async function asRole(role: string, sql: string): Promise<void> {
      const direct = neon(database.loginUrl)
      await direct.transaction([
        direct.query('SET TRANSACTION READ WRITE'),
        direct.query(`SELECT set_config('role', $1, true)`, [role]),
        direct.query(sql),
      ])
    }

    it.each(writes)('let an analyst do nothing: %s', async (sql) => {
      const before = await state()
      // A GRANT of nothing is a warning to PostgreSQL; what counts is that nothing changed.
      await asRole('gatehouse_analyst', sql).catch(() => undefined)
      expect(await state()).toEqual(before)
    })

    it.each(secrets)('show an engineer nothing secret: %s', async (sql) => {
      await expect(asRole('gatehouse_engineer', sql)).rejects.toMatchObject({
        code: expect.stringMatching(/^42501$/),
      })
    })

    it('leave the login without a role with nothing at all', async () => {
      const direct = neon(database.loginUrl)
      for (const table of ['public.orders', 'public.customers', 'support.tickets', 'hr.salaries'])
        await expect(direct.query(`SELECT count(*) FROM ${table}`)).rejects.toMatchObject({
          code: '42501',
        })
    })

    it('do not let one role become another that the login was not given', async () => {
      await expect(asRole('postgres', 'SELECT 1')).rejects.toMatchObject({ code: '42501' })
    })
  })

  describe('the read-only transaction alone', () => {
    it.each(writes.slice(0, -largeObjects.length))(
      'keeps a superuser from writing: %s',
      async (sql) => {
        const before = await state()
        await expect(read(superuser, [{ text: sql }])).rejects.toMatchObject({
          code: expect.stringMatching(/^(?:forbidden|invalid_input)$/),
        })
        expect(await state()).toEqual(before)
      },
    )
  })

  describe('the guard alone', () => {
    it.each([...writes, ...secrets.slice(8)])('refuses: %s', async (sql) => {
      await expect(guardQuery(sql, { schemas: access.schemas })).rejects.toMatchObject({
        name: 'ToolError',
      })
    })

    it('refuses several statements, which a simple query would run', async () => {
      await expect(guardQuery('SELECT 1; DROP TABLE orders')).rejects.toMatchObject({
        code: 'invalid_input',
      })
    })
  })

  describe('the extended protocol alone', () => {
    it('takes one statement only', async () => {
      await expect(read(superuser, [{ text: 'SELECT 1; SELECT 2' }])).rejects.toMatchObject({
        code: 'invalid_input',
      })
    })
  })

  describe('limits alone', () => {
    it('end a statement in time', async () => {
      await expect(
        read({ ...superuser, timeoutMs: 300 }, [
          {
            text: 'SELECT count(*) FROM public.order_items a, public.order_items b, public.orders c',
          },
        ]),
      ).rejects.toMatchObject({ details: { sqlstate: '57014' } })
      expect((await readOne(superuser, { text: 'SELECT 1' })).rows).toEqual([['1']])
    })

    describe('on rows', () => {
      const send = globalThis.fetch
      afterEach(() => {
        globalThis.fetch = send
      })

      it('fetch one row more than the page from the database, however many there are', async () => {
        let answer = ''
        globalThis.fetch = async (input, init) => {
          const response = await send(input, init)
          answer = await response.clone().text()
          return response
        }
        await call('query_database', {
          query: 'SELECT a.id, b.id FROM orders a, orders b',
          limit: 5,
        })
        const { results } = JSON.parse(answer) as { results: { rows: unknown[] }[] }
        expect(results.at(-1)?.rows).toHaveLength(6)
      })
    })

    it('on bytes hold without any other', async () => {
      await expect(
        read(superuser, [{ text: "SELECT repeat('x', 1000000) FROM generate_series(1, 12)" }]),
      ).rejects.toMatchObject({ message: expect.stringContaining('larger than 10 MB') })
    })
  })
}
