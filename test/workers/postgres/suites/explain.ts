import { describe, expect, it } from 'vitest'
import type { Caller } from '../caller.ts'

interface Explained {
  findings: { severity: string; node: string; finding: string }[]
  plan: { depth: number; node: string; detail?: string }[]
  estimated_rows: number
}

export function explain({ call }: Caller): void {
  const explained = async (query: string, args: object = {}, who = {}) =>
    (await call('explain_database_query', { query, ...args }, who)) as unknown as Explained

  describe('explain_database_query', () => {
    it('points at a scan that an index would spare, and names the column', async () => {
      const { findings, plan } = await explained("SELECT id FROM orders WHERE failure_reason = 'x'")
      expect(findings).toEqual([
        {
          severity: 'high',
          node: 'Seq Scan on orders',
          finding: expect.stringMatching(
            /^Reads all of about \d+ rows of orders to find about \d+\. No index begins with failure_reason\.$/,
          ),
        },
      ])
      expect(plan).toEqual([
        {
          depth: 0,
          node: 'Seq Scan on orders',
          rows: expect.any(Number),
          cost: expect.any(Number),
          detail: "filter (failure_reason = 'x'::text)",
        },
      ])
    })

    it('points at an index that the condition keeps from use', async () => {
      const { findings } = await explained("SELECT id FROM orders WHERE lower(status) = 'failed'")
      expect(findings[0]).toMatchObject({
        severity: 'high',
        finding: expect.stringContaining('orders_status_created_at_idx (status)'),
      })
    })

    it('finds nothing in a plan that goes by the key, with parameters too', async () => {
      const { findings, plan } = await explained('SELECT * FROM orders WHERE id = $1', {
        parameters: [7],
      })
      expect(findings).toEqual([])
      expect(plan[0]?.node).toBe('Index Scan on orders using orders_pkey')
    })

    it('points at joins without a condition and at sorts beyond the memory', async () => {
      const { findings } = await explained(
        'SELECT * FROM orders a, orders b WHERE a.total_cents < b.total_cents ORDER BY a.created_at',
      )
      expect(findings.map(({ severity, node }) => `${severity} ${node}`)).toEqual(
        expect.arrayContaining(['high Nested Loop', 'medium Sort']),
      )
    })

    it('runs nothing, and obeys the same guard and grants', async () => {
      await expect(
        explained('SELECT email FROM customers', {}, { role: 'gatehouse_analyst' }),
      ).rejects.toMatchObject({
        code: 'forbidden',
      })
      await expect(explained('DELETE FROM orders')).rejects.toMatchObject({ code: 'invalid_input' })
      await expect(explained('ANALYZE SELECT 1')).rejects.toMatchObject({ code: 'invalid_input' })
      expect(
        (await explained('SELECT count(*) FROM order_items a, order_items b, order_items c'))
          .estimated_rows,
      ).toBe(1)
    })
  })
}
