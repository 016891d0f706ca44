import { expect, test } from 'vitest'
import type { Drivers } from './drivers.ts'

/** What everybody may rely on in the shop. */
export function sampleContract({ owner }: Drivers): void {
  const one = async (text: string) => (await owner().query(text)).rows[0]

  test('has the same rows at every load, on every PostgreSQL', async () => {
    const counts = await one(`SELECT (SELECT count(*) FROM customers WHERE id <= 2000),
      (SELECT count(*) FROM products), (SELECT count(*) FROM orders), (SELECT count(*) FROM order_items),
      (SELECT count(*) FROM payments), (SELECT count(*) FROM support.tickets), (SELECT count(*) FROM hr.salaries)`)
    const digest = await one(
      `SELECT md5(string_agg(concat_ws('|', id, customer_id, status, total_cents, currency, failure_reason), ',' ORDER BY id)) FROM orders`,
    )
    expect({ counts, digest }).toMatchInlineSnapshot(`
      {
        "counts": [
          "2000",
          "200",
          "50000",
          "99845",
          "49879",
          "400",
          "40",
        ],
        "digest": [
          "abf747d96f3778589d5dc29104d87f62",
        ],
      }
    `)
  })

  test('has more than five failed orders in the last day, most of one cause', async () => {
    const [failed, timeouts] =
      (await one(`SELECT count(*), count(*) FILTER (WHERE failure_reason LIKE 'gateway_timeout%')
      FROM orders WHERE status = 'failed' AND created_at > now() - interval '24 hours'`)) as string[]
    expect(Number(failed)).toBeGreaterThan(20)
    expect(Number(timeouts)).toBeGreaterThan(Number(failed) / 2)
  })

  test('fits together: totals are sums of items, and no time lies ahead', async () => {
    expect(
      await one(`SELECT
      (SELECT count(*) FROM orders o WHERE total_cents <> (SELECT sum(quantity * unit_price_cents) FROM order_items WHERE order_id = o.id)),
      (SELECT count(*) FROM orders WHERE created_at > now() OR updated_at > now() OR updated_at < created_at),
      (SELECT count(*) FROM orders WHERE (status = 'failed') <> (failure_reason IS NOT NULL)),
      (SELECT count(*) FROM payments WHERE created_at > now())`),
    ).toEqual(['0', '0', '0', '0'])
  })

  test('describes every table and view of its schemas', async () => {
    const bare = await owner().query(`SELECT c.oid::regclass::text FROM pg_class c
      WHERE relnamespace IN ('public'::regnamespace, 'support'::regnamespace) AND relkind IN ('r', 'v')
        AND obj_description(c.oid, 'pg_class') IS NULL`)
    expect(bare.rows).toEqual([])
  })

  test('holds the hostile texts as they were written', async () => {
    const { rows } = await owner().query(
      'SELECT notes FROM customers WHERE id IN (7, 21, 89) ORDER BY id',
    )
    expect(rows.flat()).toEqual([
      expect.stringContaining('IGNORE ALL PREVIOUS INSTRUCTIONS'),
      expect.stringContaining('\u202Egnp.exe\u202C'),
      'line one\r\nline two\tand a bell \u0007',
    ])
  })
}
