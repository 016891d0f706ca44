import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../caller.ts'

/** A table for each test, so that none sees another's rows. */
const ddl = `
DROP TABLE IF EXISTS public.w_audit, public.w_part, public.w_staff, public.w_task CASCADE;
CREATE TABLE public.w_task (id serial PRIMARY KEY, title text NOT NULL UNIQUE, points int NOT NULL DEFAULT 1 CHECK (points >= 0),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(), secret text DEFAULT 's');
INSERT INTO public.w_task (title, points) SELECT 'task ' || n, n FROM generate_series(1, 50) n;
CREATE TABLE public.w_part (task int NOT NULL REFERENCES public.w_task ON DELETE CASCADE, n int);
INSERT INTO public.w_part SELECT 1 + n % 10, n FROM generate_series(0, 29) n;
CREATE TABLE public.w_staff (id int PRIMARY KEY, boss int REFERENCES public.w_staff, name text);
INSERT INTO public.w_staff SELECT n, 1, 'person ' || n FROM generate_series(1, 5) n;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.w_part, public.w_staff TO gatehouse_engineer;
GRANT SELECT (id, title, points, changed_at, tableoid, ctid, xmin, xmax), INSERT, UPDATE, DELETE ON public.w_task TO gatehouse_engineer;
GRANT USAGE ON SEQUENCE public.w_task_id_seq TO gatehouse_engineer`

export function writes({ call, preview, write, owner }: Caller): void {
  const propose = (statement: string, who = {}) => preview({ statement }, who)
  async function approve(statement: string, who = {}) {
    return write({ statement }, await propose(statement, who), who)
  }
  const tasks = (condition: string) =>
    owner(`SELECT id, title, points FROM public.w_task WHERE ${condition} ORDER BY id`)
  const run = async (script: string) => {
    for (const statement of script.split(';')) if (statement.trim()) await owner(statement)
  }
  const moved = {
    code: 'upstream_rejected',
    message: expect.stringContaining('not as they were when this was approved'),
  }

  beforeEach(() => run(ddl))
  afterAll(() => run(ddl.split(';').slice(0, 2).join(';')))

  describe('the preview of a write', () => {
    it('shows changed rows before and after, and changes nothing', async () => {
      const { summary, rows, target, facts } = await propose(
        'UPDATE w_task SET points = points + 100 WHERE id <= 3',
      )
      expect({ summary, rows, facts, id: target?.id }).toEqual({
        summary: 'Update 3 rows of public.w_task in Shop, as gatehouse_engineer.',
        rows: {
          columns: ['id', 'points'],
          rows: [1, 2, 3].map((n) => ({ before: [n, n], after: [n, n + 100] })),
          total: 3,
        },
        facts: { rows: 3, rows_elsewhere: 0 },
        id: 'public.w_task',
      })
      expect(await tasks('id <= 3')).toEqual([1, 2, 3].map((n) => [`${n}`, `task ${n}`, `${n}`]))
    })

    it('shows at most 20 rows, and all of them counted', async () => {
      const { rows, facts } = await propose('UPDATE w_task SET points = 0 WHERE id > 5')
      expect(rows?.rows).toHaveLength(20)
      expect(rows?.rows[0]).toEqual({ before: [6, 6], after: [6, 0] })
      expect([rows?.total, facts?.rows]).toEqual([45, 45])
    })

    it('shows whole rows that come or go, without columns the role may not read', async () => {
      const columns = ['id', 'title', 'points', 'changed_at']
      const gone = await propose('DELETE FROM w_task WHERE id = 20')
      expect(gone.rows).toEqual({
        columns,
        rows: [{ before: [20, 'task 20', 20, expect.any(String)] }],
        total: 1,
      })
      const added = await propose("INSERT INTO w_task (title) VALUES ('new')")
      expect(added.rows).toEqual({
        columns,
        rows: [{ after: [expect.any(Number), 'new', 1, expect.any(String)] }],
        total: 1,
      })
      expect(added.summary).toBe(
        'Insert 1 row of public.w_task in Shop, as gatehouse_engineer. Made when it runs: id, changed_at.',
      )
    })

    it('pairs the rows of ON CONFLICT DO UPDATE and leaves new ones alone', async () => {
      const { rows } = await propose(
        `INSERT INTO w_task (title, points) VALUES ('task 40', 7), ('new', 8)
         ON CONFLICT (title) DO UPDATE SET points = excluded.points`,
      )
      expect(rows).toMatchObject({
        rows: [
          {
            before: [40, 'task 40', 40, expect.any(String)],
            after: [40, 'task 40', 7, expect.any(String)],
          },
          { after: [expect.any(Number), 'new', 8, expect.any(String)] },
        ],
        total: 2,
      })
    })

    it('shows where long texts differ, however far in', async () => {
      await owner("INSERT INTO public.w_task (title) VALUES (repeat('a', 5000))")
      const { rows } = await propose("UPDATE w_task SET title = title || ' and more' WHERE id = 51")
      const shared = `[4800 characters]…${'a'.repeat(200)}`
      expect(rows?.rows).toEqual([{ before: [51, shared], after: [51, `${shared} and more`] }])
    })

    it('leaves out rows that make the page too long, and counts them', async () => {
      await owner("UPDATE public.w_task SET title = id || repeat(' words', 1000)")
      const { rows } = await propose("UPDATE w_task SET title = 'x' || title WHERE id <= 50")
      expect(rows?.total).toBe(50)
      expect(rows?.rows.length).toBeGreaterThan(10)
      const all = await propose('DELETE FROM w_task WHERE id <= 50')
      expect(JSON.stringify(all.rows).length).toBeLessThan(101_000)
    })

    it('tells what cascades and triggers do to other tables', async () => {
      await owner('CREATE TABLE public.w_audit (id int)')
      await owner(`CREATE FUNCTION public.w_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
        $$BEGIN INSERT INTO w_audit VALUES (old.id); RETURN old; END$$`)
      await owner(
        'CREATE TRIGGER note AFTER DELETE ON public.w_task FOR EACH ROW EXECUTE FUNCTION public.w_note()',
      )
      const { summary, facts } = await propose('DELETE FROM w_task WHERE id IN (1, 2)')
      expect(summary).toBe(
        'Delete 2 rows of public.w_task in Shop, as gatehouse_engineer. With it, by triggers or cascades: public.w_audit: 2 inserted; public.w_part: 6 deleted.',
      )
      expect(facts).toEqual({ rows: 2, rows_elsewhere: 8 })
      await owner('DROP FUNCTION public.w_note CASCADE')
    })

    it('shows what a trigger makes of a row, not what the statement says', async () => {
      await owner(`CREATE FUNCTION public.w_upper() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN new.title := upper(new.title); RETURN new; END$$`)
      await owner(
        'CREATE TRIGGER up BEFORE UPDATE ON public.w_task FOR EACH ROW EXECUTE FUNCTION public.w_upper()',
      )
      await owner('GRANT EXECUTE ON FUNCTION public.w_upper TO gatehouse_engineer')
      const { rows } = await propose("UPDATE w_task SET title = 'quiet' WHERE id = 4")
      expect(rows?.rows).toEqual([{ before: [4, 'task 4'], after: [4, 'QUIET'] }])
      await owner('DROP FUNCTION public.w_upper CASCADE')
    })

    it('does not count a row that a foreign key only locked', async () => {
      const { rows } = await propose('UPDATE w_staff SET boss = 2 WHERE id IN (3, 4)')
      expect(rows).toEqual({
        columns: ['id', 'boss'],
        rows: [
          { before: [3, 1], after: [3, 2] },
          { before: [4, 1], after: [4, 2] },
        ],
        total: 2,
      })
    })

    it('shows a row whose key changes as one that goes and one that comes, unless it is the only one', async () => {
      expect((await propose('UPDATE w_staff SET id = 50 WHERE id = 5')).rows).toEqual({
        columns: ['id'],
        rows: [{ before: [5], after: [50] }],
        total: 1,
      })
      const { rows } = await propose('UPDATE w_staff SET id = id + 100 WHERE id IN (4, 5)')
      expect(rows).toMatchObject({
        rows: [
          { before: [4, 1, 'person 4'] },
          { before: [5, 1, 'person 5'] },
          { after: [104, 1, 'person 4'] },
          { after: [105, 1, 'person 5'] },
        ],
        total: 2,
      })
    })

    it('works without a primary key and over partitions', async () => {
      expect((await propose('UPDATE w_part SET n = 0 WHERE n = 7')).rows).toMatchObject({
        rows: [{ before: [7], after: [0] }],
        total: 1,
      })
      await run(`CREATE TABLE public.w_audit (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE public.w_audit_a PARTITION OF public.w_audit FOR VALUES FROM (0) TO (10);
        CREATE TABLE public.w_audit_b PARTITION OF public.w_audit FOR VALUES FROM (10) TO (20);
        INSERT INTO public.w_audit VALUES (1), (2); GRANT SELECT, UPDATE ON public.w_audit TO gatehouse_engineer`)
      const { rows, facts } = await propose('UPDATE w_audit SET id = 12 WHERE id = 2')
      expect({ rows, facts }).toEqual({
        rows: { columns: ['id'], rows: [{ before: [2], after: [12] }], total: 1 },
        facts: { rows: 1, rows_elsewhere: 0 },
      })
    })

    it.each([
      ['changes nothing', 'UPDATE w_task SET points = 1 WHERE id = -1', 'invalid_input', 'no row'],
      [
        'gives rows back itself',
        'UPDATE w_task SET points = 1 WHERE id = 1 RETURNING id',
        'invalid_input',
        'RETURNING',
      ],
      [
        'breaks a constraint',
        "UPDATE w_task SET title = 'task 2' WHERE id = 1",
        'upstream_rejected',
        'Constraint: w_task_title_key.',
      ],
      [
        'breaks a check',
        'UPDATE w_task SET points = -1 WHERE id = 1',
        'upstream_rejected',
        'Constraint: w_task_points_check.',
      ],
      [
        'goes to a view',
        "UPDATE daily_revenue SET currency = 'EUR' WHERE orders = 1",
        'invalid_input',
        'no plain table',
      ],
      [
        'goes to a table that is not granted',
        "UPDATE payments SET status = 'refunded' WHERE id = 1",
        'misconfigured',
        'GRANT SELECT (tableoid, ctid, xmin, xmax)',
      ],
      [
        'lacks the grant to write',
        'DELETE FROM customers WHERE id = 1',
        'forbidden',
        'permission denied',
      ],
      ['has no such table', 'DELETE FROM nowhere WHERE id = 1', 'not_found', '"nowhere"'],
      ['is wrong', 'UPDATE w_task SET nope = 1 WHERE id = 1', 'invalid_input', 'column "nope"'],
      ['is a read', 'SELECT 1', 'invalid_input', 'query_database'],
      [
        'is two',
        'DELETE FROM w_part WHERE n = 1; DELETE FROM w_part WHERE n = 2',
        'invalid_input',
        '2 statements',
      ],
    ])('refuses one that %s', async (_, statement, code, words) => {
      await expect(propose(statement)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words),
      })
    })

    it('refuses more rows than can be approved at once, and a database that is read-only here', async () => {
      await expect(
        propose('UPDATE orders SET total_cents = total_cents WHERE id > 0'),
      ).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(/change \d+ rows; at most 10000/),
      })
      await expect(
        propose('DELETE FROM w_part WHERE n = 1', { database: { mode: 'read' } }),
      ).rejects.toMatchObject({
        code: 'forbidden',
        message: expect.stringContaining('read-only here'),
      })
    })

    it('sees a constraint that is checked only at the commit', async () => {
      await owner(
        'ALTER TABLE public.w_part ALTER CONSTRAINT w_part_task_fkey DEFERRABLE INITIALLY DEFERRED',
      )
      await expect(propose('UPDATE w_part SET task = 999 WHERE n = 1')).rejects.toMatchObject({
        code: 'upstream_rejected',
        message: expect.stringContaining('w_part_task_fkey'),
      })
    })

    it('keeps to row-level security: only rows that are the person’s own', async () => {
      const statement = "UPDATE support.tickets SET priority = 'urgent' WHERE id < 100"
      const own = await propose(statement, { email: 'engineer@example.com' })
      expect(own.facts?.rows).toBeGreaterThan(5)
      await expect(propose(statement, { email: 'nobody@example.com' })).rejects.toMatchObject({
        code: 'invalid_input',
      })
    })
  })

  describe('an approved write', () => {
    it('does what was shown, once', async () => {
      const statement = 'UPDATE w_task SET points = points + 100 WHERE id <= 2'
      const shown = await propose(statement)
      expect(await write({ statement }, shown)).toMatchObject({
        database: 'shop',
        table: 'public.w_task',
        rows: 2,
        written: [
          [1, 'task 1', 101, expect.any(String)],
          [2, 'task 2', 102, expect.any(String)],
        ],
      })
      await expect(write({ statement }, shown)).rejects.toMatchObject(moved)
      expect(await tasks('id <= 2')).toEqual([
        ['1', 'task 1', '101'],
        ['2', 'task 2', '102'],
      ])
    })

    it('is seen by readers, and is what they read', async () => {
      await approve("INSERT INTO w_task (title, points) VALUES ('fresh', 9)")
      const { rows } = await call('query_database', {
        query: "SELECT title, points FROM w_task WHERE title = 'fresh'",
      })
      expect(rows).toEqual([['fresh', 9]])
    })

    it('may get other generated values than the preview had', async () => {
      const { written } = (await approve(
        "INSERT INTO w_task (title) VALUES ('fresh')",
      )) as unknown as {
        written: unknown[][]
      }
      expect(written).toEqual([[53, 'fresh', 1, expect.any(String)]])
    })

    const afterwards: [string, string, string][] = [
      [
        'a row was changed',
        'UPDATE w_task SET points = 0 WHERE id < 5',
        'UPDATE public.w_task SET points = 9 WHERE id = 3',
      ],
      [
        'a row was changed and changed back',
        'UPDATE w_task SET points = 0 WHERE id < 5',
        "UPDATE public.w_task SET title = 'x' WHERE id = 3; UPDATE public.w_task SET title = 'task 3' WHERE id = 3",
      ],
      [
        'a column changed that the role may not read',
        'UPDATE w_task SET points = 0 WHERE id < 5',
        "UPDATE public.w_task SET secret = 'other' WHERE id = 3",
      ],
      [
        'another row fits the condition now',
        'UPDATE w_task SET points = 0 WHERE points > 48',
        'UPDATE public.w_task SET points = 99 WHERE id = 1',
      ],
      [
        'a row is gone',
        'DELETE FROM w_task WHERE id IN (30, 31)',
        'DELETE FROM public.w_task WHERE id = 30',
      ],
      [
        'what it copies from another table changed',
        'UPDATE w_task SET points = (SELECT max(n) FROM w_part) WHERE id = 1',
        'INSERT INTO public.w_part VALUES (1, 77)',
      ],
      [
        'what an insert copies changed',
        'INSERT INTO w_task (title) SELECT name FROM w_staff WHERE id = 2',
        "UPDATE public.w_staff SET name = 'renamed' WHERE id = 2",
      ],
      [
        'more rows would go with it',
        'DELETE FROM w_task WHERE id = 1',
        'INSERT INTO public.w_part VALUES (1, 77)',
      ],
    ]
    it.each(afterwards)('changes nothing when %s since', async (_, statement, meanwhile) => {
      const shown = await propose(statement)
      await run(meanwhile)
      const before = await owner(
        'SELECT count(*), sum(points), md5(string_agg(t::text, $1 ORDER BY id)) FROM public.w_task t',
        ',',
      )
      await expect(write({ statement }, shown)).rejects.toMatchObject(moved)
      expect(
        await owner(
          'SELECT count(*), sum(points), md5(string_agg(t::text, $1 ORDER BY id)) FROM public.w_task t',
          ',',
        ),
      ).toEqual(before)
    })

    it('goes on when rows changed that it does not touch', async () => {
      const statement = 'UPDATE w_task SET points = 0 WHERE id = 5'
      const shown = await propose(statement)
      await run(
        'UPDATE public.w_task SET points = 1 WHERE id = 6; DELETE FROM public.w_part WHERE task = 3',
      )
      expect(await write({ statement }, shown)).toMatchObject({ rows: 1 })
    })

    it('does not run under an approval of another table or statement', async () => {
      const shown = await propose('DELETE FROM w_part WHERE n = 1')
      await expect(
        write({ statement: 'DELETE FROM w_part WHERE n = 2' }, shown),
      ).rejects.toMatchObject(moved)
      await expect(
        write({ statement: 'DELETE FROM w_staff WHERE id = 5' }, shown),
      ).rejects.toMatchObject(moved)
    })
  })
}
