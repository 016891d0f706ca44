import { describe, expect, it } from 'vitest'
import { guardQuery, guardWrite } from '../../../workers/postgres/guard/guard.ts'
import { provideParser } from '../../../workers/postgres/guard/parser.ts'
import parser from '../../../workers/postgres/guard/parser.wasm'

// What the guard lets pass is tested in Node; here, that it runs where it will run.
describe('the SQL guard inside workerd', () => {
  provideParser(parser)

  it('parses by PostgreSQL’s grammar and answers', async () => {
    expect(
      await guardQuery(
        'WITH q AS (SELECT * FROM public.orders) SELECT status, count(*) FROM q GROUP BY 1 ORDER BY 2 DESC LIMIT 5',
      ),
    ).toEqual({
      kind: 'select',
      ordered: true,
      boundedBy: 5,
      tables: [{ schema: 'public', name: 'orders' }],
      parameters: 0,
    })
    expect(await guardWrite("UPDATE orders SET status = 'paid' WHERE id = 1")).toMatchObject({
      kind: 'update',
      columns: ['status'],
    })
  })

  it('refuses in the same words', async () => {
    await expect(guardQuery('SELECT pg_sleep(1)')).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/^The function pg_sleep is not available/),
    })
    await expect(guardQuery("SELECT s.pg_read_file FROM unnest(ARRAY['x']) s")).rejects.toThrow(
      's has no column pg_read_file',
    )
    await expect(guardQuery('SELECT 1 FROM WHERE')).rejects.toThrow('at character 15')
  })

  it('survives statements that exhaust its stack', async () => {
    for (const deep of [`SELECT ${'NOT '.repeat(4_900)}a`, `SELECT 1${'+1'.repeat(9_900)}`]) {
      await expect(guardQuery(deep)).rejects.toThrow('nested too deeply')
      expect(await guardQuery('SELECT 1')).toMatchObject({ kind: 'select' })
    }
  })
})
