import { describe, expect, it, vi } from 'vitest'
import type { Caller } from '../caller.ts'

/** @param pageStride 1 reads every page of a large answer, 9 every ninth */
export function queries({ call, owner }: Caller, pageStride: number): void {
  const query = (query: string, args: object = {}, who = {}) =>
    call('query_database', { query, ...args }, who)

  describe('query_database', () => {
    it('answers with columns and rows', async () => {
      expect(
        await query('SELECT id, name, price_cents, weight_kg FROM products ORDER BY id', {
          limit: 2,
        }),
      ).toEqual({
        columns: [
          { name: 'id', type: 'bigint' },
          { name: 'name', type: 'text' },
          { name: 'price_cents', type: 'integer' },
          { name: 'weight_kg', type: 'numeric' },
        ],
        rows: [
          [1, expect.any(String), expect.any(Number), expect.any(Number)],
          [2, expect.any(String), expect.any(Number), expect.any(Number)],
        ],
        truncated: false, // the shell's to say
        cursor: '2',
      })
    })

    it('takes parameters of each kind, and their types from the query', async () => {
      const { rows } = await query(
        'SELECT $1::text, $2::numeric, $3::boolean, $4::text IS NULL, count(*) FROM orders WHERE id < $5',
        { parameters: ["O'Hara; --", 1.5, true, null, 11] },
      )
      expect(rows).toEqual([["O'Hara; --", 1.5, true, true, 10]])
    })

    it('asks for one row by a key without a cursor, and pages all the same when the key is gone', async () => {
      await owner('DROP TABLE IF EXISTS public.keyed_by_two_columns_of_which_each_has_a_long_name')
      await owner(
        'CREATE TABLE public.keyed_by_two_columns_of_which_each_has_a_long_name (id int, also_known_by_its_number int, CONSTRAINT keyed_pkey PRIMARY KEY (id, also_known_by_its_number))',
      )
      await owner(
        'INSERT INTO public.keyed_by_two_columns_of_which_each_has_a_long_name VALUES (7, 1)',
      )
      await owner(
        'GRANT SELECT ON public.keyed_by_two_columns_of_which_each_has_a_long_name TO gatehouse_engineer',
      )
      const byKey =
        'SELECT id FROM keyed_by_two_columns_of_which_each_has_a_long_name WHERE id = 7 AND also_known_by_its_number = 1'
      // Names and keys are remembered; of other schemas they are asked for anew.
      const who = { schemas: ['public', 'keyed'] }
      const sent = vi.spyOn(globalThis, 'fetch')
      const statements = () => String(sent.mock.lastCall?.[1]?.body)
      expect((await query(byKey, { limit: 2 }, who)).rows).toEqual([[7]])
      expect(statements()).not.toContain('DECLARE')
      await query(
        'SELECT id FROM keyed_by_two_columns_of_which_each_has_a_long_name WHERE id > 6',
        { limit: 2 },
        who,
      )
      expect(statements()).toContain('DECLARE')
      sent.mockRestore()
      await owner(
        'ALTER TABLE public.keyed_by_two_columns_of_which_each_has_a_long_name DROP CONSTRAINT keyed_pkey',
      )
      await owner(
        'INSERT INTO public.keyed_by_two_columns_of_which_each_has_a_long_name SELECT 7, 1 FROM generate_series(1, 4)',
      )
      const first = await query(byKey, { limit: 2 }, who)
      expect(first).toMatchObject({
        rows: [[7], [7]],
        cursor: '2',
      })
      const last = await query(byKey, { limit: 3 }, { ...who, cursor: first.cursor! })
      expect(last.rows).toHaveLength(3)
      expect(last).not.toHaveProperty('cursor')
      await owner('DROP TABLE public.keyed_by_two_columns_of_which_each_has_a_long_name')
    })

    it('takes a trailing semicolon, a comment and a line break as they are', async () => {
      for (const text of [
        'SELECT 1;',
        'SELECT 1 -- one',
        '/* a */ SELECT 1 /* b */\n;\n',
        '(SELECT 1)',
      ])
        expect((await query(text, { limit: 5 })).rows).toEqual([[1]])
    })

    it('gives names and types of columns also without a row, and of the same name', async () => {
      expect(await query("SELECT id, status AS id FROM orders WHERE status = 'lost'")).toEqual({
        columns: [
          { name: 'id', type: 'bigint' },
          { name: 'id', type: 'text' },
        ],
        rows: [],
        truncated: false,
      })
    })

    it('names types of the database itself', async () => {
      const { columns, rows } = await query(
        "SELECT segment, tags FROM customers WHERE tags <> '{}' ORDER BY id",
        { limit: 1 },
      )
      expect(columns).toEqual([
        { name: 'segment', type: 'customer_segment' },
        { name: 'tags', type: 'text[]' },
      ])
      expect(rows[0]?.[1]).toContain('newsletter')
    })

    it.each([
      { limit: 199, cursor: '199' },
      { limit: 200, cursor: undefined },
      { limit: 201, cursor: undefined },
    ])(
      'of 200 rows with limit $limit knows exactly whether more follow',
      async ({ limit, cursor }) => {
        const answer = await query('SELECT id FROM products ORDER BY id', { limit })
        expect(answer.rows).toHaveLength(Math.min(limit, 200))
        expect(answer.cursor).toBe(cursor)
      },
    )

    it('cuts a 100,000-row answer into pages that miss and repeat nothing', async () => {
      const text =
        'SELECT c.id, p.id FROM customers c, products p WHERE p.id <= 50 ORDER BY c.id, p.id'
      const row = (n: number) => [Math.floor(n / 50) + 1, (n % 50) + 1]
      for (let start = 0; start < 99_000; start += 1000 * pageStride) {
        const page = await query(text, { limit: 1000 }, { cursor: String(start) })
        expect(page.rows).toEqual(Array.from({ length: 1000 }, (_, i) => row(start + i)))
        expect(page.cursor).toBe(String(start + 1000))
      }
      const last = await query(text, { limit: 1000 }, { cursor: '99000' })
      expect(last.rows.at(-1)).toEqual(row(99_999))
      expect(last.cursor).toBe(undefined)
    }, 120_000)

    it('says that pages may shift only when there is a next page and no order', async () => {
      const note = async (text: string, limit: number) => (await query(text, { limit })).note
      expect(await note('SELECT id FROM products', 10)).toMatch(/no ORDER BY/)
      expect(await note('SELECT id FROM products ORDER BY id', 10)).toBe(undefined)
      expect(await note('SELECT id FROM products', 300)).toBe(undefined)
    })

    it('runs what its own text bounds without a cursor, so it may run in parallel', async () => {
      const sent: string[] = []
      const send = globalThis.fetch
      globalThis.fetch = (input, init) => {
        sent.push(String(init?.body))
        return send(input, init)
      }
      try {
        await query('SELECT count(*) FROM orders')
        await query('SELECT id FROM orders ORDER BY id LIMIT 5')
        await query('SELECT id FROM orders ORDER BY id LIMIT 101')
      } finally {
        globalThis.fetch = send
      }
      expect(sent.map((body) => body.includes('DECLARE'))).toEqual([false, false, true])
    })
  })

  describe('a role', () => {
    it('reads what it is granted, and nothing else', async () => {
      const analyst = { role: 'gatehouse_analyst', email: 'analyst@example.com' }
      expect((await query('SELECT count(name) FROM customers', {}, analyst)).rows).toEqual([[2000]])
      const refused = {
        code: 'forbidden',
        message:
          'The database refused: permission denied for table customers. The role gatehouse_analyst lacks the grant; commerce@example.com can change that.',
      }
      await expect(query('SELECT email FROM customers', {}, analyst)).rejects.toMatchObject(refused)
      await expect(query('SELECT * FROM customers', {}, analyst)).rejects.toMatchObject(refused)
      await expect(query('SELECT * FROM support.tickets', {}, analyst)).rejects.toMatchObject({
        code: 'forbidden',
      })
      expect((await query('SELECT count(email) FROM customers')).rows).toEqual([[2000]])
      await expect(query('SELECT card_fingerprint FROM payments')).rejects.toMatchObject({
        code: 'forbidden',
      })
    })

    it('is bound to the schemas of policy even where its grants reach further', async () => {
      await expect(
        query('SELECT count(*) FROM support.tickets', {}, { schemas: ['public'] }),
      ).rejects.toMatchObject({ code: 'invalid_input' })
      await expect(
        query('SELECT count(*) FROM tickets', {}, { schemas: ['public'] }),
      ).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('does not exist'),
      })
      expect((await query('SELECT count(*) > 0 FROM tickets')).rows).toEqual([[true]])
    })

    it('that policy does not name, or that is none of ours, is refused', async () => {
      for (const role of ['', 'none', 'pg_read_all_data', 'a; RESET ROLE'])
        await expect(query('SELECT 1', {}, { role })).rejects.toMatchObject({ code: 'forbidden' })
      for (const role of ['postgres', 'gatehouse_nobody'])
        await expect(query('SELECT 1', {}, { role })).rejects.toMatchObject({
          code: 'misconfigured',
          message: expect.stringContaining(`no role ${role}`),
        })
    })

    it('sees by row-level security what its person may see', async () => {
      const confidential =
        "SELECT count(*) FROM support.tickets WHERE confidential AND assignee = 'engineer@example.com'"
      const own = await query(confidential, {}, { email: 'engineer@example.com' })
      const others = await query(confidential, {}, { email: 'other@example.com' })
      expect([own.rows[0]?.[0], others.rows[0]?.[0]]).toEqual([expect.any(Number), 0])
      expect(own.rows[0]?.[0]).toBeGreaterThan(0)
    })
  })

  describe('a failure', () => {
    it.each([
      ['SELECT nope FROM orders', 'column "nope" does not exist, at character 8'],
      ['SELECT id\nFROM nowhere', 'relation "nowhere" does not exist, at character 16'],
      ['SELECT 1/(id - id) FROM orders', 'division by zero'],
      [
        "SELECT * FROM orders WHERE id = 'many'",
        'invalid input syntax for type bigint: "many", at character 33',
      ],
      [
        'SELECT status, count(*) FROM orders',
        'column "orders.status" must appear in the GROUP BY clause or be used in an aggregate function, at character 8',
      ],
    ])('of the statement itself is told in the words of the server: %s', async (text, words) => {
      await expect(query(text)).rejects.toMatchObject({
        code: 'invalid_input',
        message: `The database refused: ${words}. Correct the statement and call again.`,
      })
    })

    it('to count the parameters is told before anything is sent', async () => {
      await expect(query('SELECT $2::int', { parameters: [1] })).rejects.toMatchObject({
        code: 'invalid_input',
      })
    })

    it('to end in time is told with the time, and ends in the database too', async () => {
      const slow =
        'SELECT count(*) FROM order_items a, order_items b, order_items c WHERE a.quantity > b.quantity + c.quantity'
      await expect(query(slow, {}, { database: { timeoutSeconds: 0.5 } })).rejects.toMatchObject({
        code: 'upstream_rejected',
        message: expect.stringContaining('longer than the 0.5 seconds allowed'),
      })
      expect((await query('SELECT 1')).rows).toEqual([[1]])
    })

    it('by the client going away is passed on as it is', async () => {
      const gone = new AbortController()
      const pending = query(
        'SELECT count(*) FROM order_items a, order_items b',
        {},
        { signal: gone.signal },
      )
      setTimeout(() => gone.abort(new DOMException('gone', 'AbortError')), 100)
      await expect(pending).rejects.toMatchObject({ name: 'AbortError' })
      expect((await query('SELECT 1')).rows).toEqual([[1]])
    })

    it('for size is told with what to do, whoever notices it', async () => {
      await owner(`CREATE TABLE IF NOT EXISTS public.large (id int, body text)`)
      await owner('TRUNCATE public.large')
      await owner(
        `INSERT INTO public.large SELECT n, repeat(md5(n::text), 40000) FROM generate_series(1, 10) n`,
      )
      await owner('GRANT SELECT ON public.large TO gatehouse_engineer')
      await expect(query('SELECT * FROM large')).rejects.toMatchObject({
        code: 'upstream_rejected',
        message: expect.stringContaining('larger than 10 MB'),
      })
      expect(
        (await query('SELECT id, left(body, 3) FROM large ORDER BY id', { limit: 1 })).rows,
      ).toEqual([[1, 'c4c']])
    })

    it('never holds the connection string, and says which secret to mend', async () => {
      await expect(
        query('SELECT 1', {}, { database: { secret: 'OTHER_URL' } }),
      ).rejects.toMatchObject({
        code: 'misconfigured',
        message: expect.stringMatching(/^The secret OTHER_URL is missing/),
      })
    })
  })
}
