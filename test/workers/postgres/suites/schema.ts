import { describe, expect, it } from 'vitest'
import { tableResource } from '../../../../workers/postgres/resources.ts'
import type { Caller } from '../caller.ts'

const analyst = { role: 'gatehouse_analyst', email: 'analyst@example.com' }

export function schema({ call, context, owner }: Caller): void {
  describe('get_table_schema', () => {
    const describeTable = (table_name: string, who = {}) =>
      call('get_table_schema', { table_name }, who)

    it('tells keys, foreign keys both ways, indexes, comments, size', async () => {
      const { columns, size_bytes, rows_estimate, constraints, ...orders } =
        await describeTable('orders')
      expect(orders).toEqual({
        database: 'shop',
        schema: 'public',
        name: 'orders',
        kind: 'table',
        comment: 'One row an order, a year back. About 1,000 a day lately.',
        primary_key: ['id'],
        foreign_keys: [{ columns: ['customer_id'], references: 'public.customers(id)' }],
        referenced_by: [
          { table: 'public.order_items', columns: ['order_id'] },
          { table: 'public.payments', columns: ['order_id'] },
          { table: 'support.tickets', columns: ['order_id'] },
        ],
        indexes: [
          { name: 'orders_customer_id_idx', definition: 'btree (customer_id)' },
          { name: 'orders_pkey', definition: 'btree (id)', unique: true },
          { name: 'orders_status_created_at_idx', definition: 'btree (status, created_at DESC)' },
        ],
      })
      expect(columns.slice(0, 3)).toEqual([
        { name: 'id', type: 'bigint', not_null: true, generated: 'identity' },
        { name: 'customer_id', type: 'bigint', not_null: true },
        {
          name: 'status',
          type: 'text',
          not_null: true,
          default: "'pending'::text",
          comment: expect.stringContaining('failed when payment or checks failed'),
        },
      ])
      expect(rows_estimate).toBeGreaterThan(40_000)
      expect(size_bytes).toBeGreaterThan(1_000_000)
      expect(constraints).toEqual([
        { name: 'orders_status_check', definition: expect.stringMatching(/^CHECK .*'failed'/) },
      ])
    })

    it('marks what the role may not read, and lists the values of an enumeration', async () => {
      const { columns } = await describeTable('customers', analyst)
      const marked = (columns as unknown as { name: string; masked?: boolean }[]).flatMap(
        ({ name, masked }) => (masked ? [name] : []),
      )
      expect(marked).toEqual(['email', 'phone'])
      expect(columns.find(({ name }) => name === 'segment')).toMatchObject({
        type: 'customer_segment',
        values: ['consumer', 'business', 'public_sector'],
      })
    })

    it('does not lead to tables the role may not read', async () => {
      const { referenced_by } = await describeTable('orders', analyst)
      expect(referenced_by).toEqual([
        { table: 'public.order_items', columns: ['order_id'] },
        { table: 'public.payments', columns: ['order_id'] },
      ])
    })

    it('tells the policies of row-level security', async () => {
      const { row_security } = await describeTable('support.tickets')
      expect(row_security).toContainEqual({
        policy: 'tickets_read',
        command: 'SELECT',
        using: expect.stringContaining('gatehouse.user'),
      })
    })

    it.each([
      'orders',
      'Orders',
      ' orders ',
      'public.orders',
      '"orders"',
      'PUBLIC.ORDERS',
      '"public"."orders"',
    ])('finds the table by %s', async (name) =>
      expect(await describeTable(name)).toMatchObject({ schema: 'public', name: 'orders' }),
    )

    it('takes the exact name before the folded one, and dots inside quotes', async () => {
      await owner('DROP TABLE IF EXISTS public."Mixed.Case", public.mixed')
      await owner('CREATE TABLE public."Mixed.Case" (a int)')
      await owner('GRANT SELECT ON public."Mixed.Case" TO gatehouse_engineer')
      expect(await describeTable('"Mixed.Case"')).toMatchObject({ name: 'Mixed.Case' })
      await owner('DROP TABLE public."Mixed.Case"')
    })

    it('says the same of a table that is not there and of one that is not theirs', async () => {
      const words = (name: string) => ({
        code: 'not_found',
        message: `There is no table "${name}" that you may read in shop (schemas: public, support).`,
      })
      for (const name of ['nowhere', 'hr.salaries', 'salaries', 'pg_catalog.pg_authid', 'pg_class'])
        await expect(describeTable(name)).rejects.toMatchObject(words(name))
      await expect(describeTable('support.tickets', analyst)).rejects.toMatchObject(
        words('support.tickets'),
      )
      await expect(describeTable('a.b.c')).rejects.toMatchObject({ code: 'invalid_input' })
    })

    it('tells a partitioned table by the sum of its parts', async () => {
      await owner('DROP TABLE IF EXISTS public.events')
      await owner('CREATE TABLE public.events (at date NOT NULL) PARTITION BY RANGE (at)')
      await owner(
        "CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
      )
      await owner(
        "CREATE TABLE public.events_2 PARTITION OF public.events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
      )
      await owner(
        "INSERT INTO public.events SELECT date '2026-01-01' + n FROM generate_series(0, 49) n",
      )
      await owner('ANALYZE public.events_1')
      await owner('ANALYZE public.events_2')
      await owner('GRANT SELECT ON public.events TO gatehouse_engineer')
      expect(await describeTable('events')).toMatchObject({
        kind: 'partitioned table',
        rows_estimate: 50,
        partitions: { key: 'RANGE (at)', count: 2 },
      })
      await owner('DROP TABLE public.events')
    })
  })

  describe('search_database_schema', () => {
    const search = async (args: object, who = {}) =>
      (await call('search_database_schema', args, who)) as unknown as {
        items: { kind: string; name: string; masked?: boolean }[]
        cursor?: string
      }
    const names = async (args: object, who = {}) =>
      (await search(args, who)).items.map(({ kind, name }) => `${kind} ${name}`)

    it('finds by every word, in names and comments', async () => {
      expect(await names({ search: 'STATUS orders' })).toEqual([
        'column public.orders.status',
        'column public.orders.updated_at',
        'index public.orders_status_created_at_idx',
      ])
      expect(await names({ search: 'what the shop sells' })).toEqual(['table public.products'])
      expect(await names({ search: 'no such thing' })).toEqual([])
    })

    it('takes the characters of patterns as they are', async () => {
      expect(await names({ search: '%' })).toEqual([])
      expect(await names({ search: "'; DROP TABLE orders; --" })).toEqual([])
      expect(await names({ search: 'total_cents', kind: 'column' })).toEqual([
        'column public.orders.total_cents',
      ])
    })

    it('shows only schemas, tables and columns of the caller', async () => {
      expect(await names({ search: 'tickets', kind: 'table' }, analyst)).toEqual([])
      expect(await names({ search: 'salaries' })).toEqual([])
      expect(await names({ search: 'tickets' }, { schemas: ['public'] })).toEqual([])
      const { items } = await search({ search: 'customers email', kind: 'column' }, analyst)
      expect(items).toEqual([
        {
          kind: 'column',
          name: 'public.customers.email',
          type: 'text',
          comment: 'Login and contact address. PII.',
          masked: true,
        },
      ])
    })

    it('pages by key, so that each object comes once', async () => {
      await owner('DROP TABLE IF EXISTS public.wide')
      const columns = Array.from({ length: 120 }, (_, i) => `"column ${i}" int`)
      await owner(`CREATE TABLE public.wide (${columns.join(', ')})`)
      await owner('GRANT SELECT ON public.wide TO gatehouse_engineer')
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await search({ search: 'public.wide' }, cursor === undefined ? {} : { cursor })
        seen.push(...page.items.map(({ kind, name }) => `${kind} ${name}`))
        cursor = page.cursor
      } while (cursor !== undefined)
      await owner('DROP TABLE public.wide')
      expect(seen).toHaveLength(121)
      expect(new Set(seen).size).toBe(121)
      expect(seen[0]).toBe('table public.wide')
    })
  })

  describe('list_databases', () => {
    it('names what policy gives, narrowed to its schemas', async () => {
      expect(await call('list_databases', {}, { schemas: ['public'] })).toEqual({
        items: [
          {
            id: 'shop',
            title: 'Shop',
            owner: 'commerce@example.com',
            mode: 'read_write',
            schemas: ['public'],
          },
        ],
        truncated: false,
      })
      expect(await call('list_databases', {}, { schemas: ['elsewhere'] })).toMatchObject({
        items: [],
      })
    })
  })

  describe('the table resource', () => {
    it('is a document about one table', async () => {
      const text = await tableResource.read(
        { database: 'shop', schema: 'public', table: 'orders' },
        context(),
      )
      expect(text).toContain('# public.orders\n\nA table of the database shop: about ')
      expect(text).toContain("| status | text | not null; default 'pending'::text; pending → paid")
      expect(text).toContain('- customer_id → public.customers(id)')
      expect(text).toContain('- public.order_items (order_id)')
    })

    it('is listed for each table the caller may read', async () => {
      const uris = async (who: object) =>
        (await tableResource.list!(context(who))).map(({ uri }) => uri)
      expect(await uris(analyst)).toEqual([
        'postgres://shop/public/customers',
        'postgres://shop/public/daily_revenue',
        'postgres://shop/public/order_items',
        'postgres://shop/public/orders',
        'postgres://shop/public/payments',
        'postgres://shop/public/products',
      ])
      expect(await uris({})).toContain('postgres://shop/support/tickets')
    })

    it('completes each variable from what the caller may see', async () => {
      const complete = (variable: string, value: string, known = {}, who = {}) =>
        tableResource.complete!(variable, value, known, context(who))
      expect(await complete('database', 'sh')).toEqual(['shop'])
      expect(await complete('schema', '', { database: 'shop' })).toEqual(['public', 'support'])
      expect(await complete('table', 'o', { database: 'shop', schema: 'public' })).toEqual([
        'order_items',
        'orders',
      ])
      expect(await complete('table', '', { database: 'shop', schema: 'support' }, analyst)).toEqual(
        [],
      )
      expect(await complete('table', '%')).toEqual([])
    })
  })
}
