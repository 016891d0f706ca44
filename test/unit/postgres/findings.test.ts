import { describe, expect, it } from 'vitest'
import { findingsOf, type RelationFacts } from '../../../workers/postgres/findings.ts'
import { parsedPlan, planLines, type PlanNode } from '../../../workers/postgres/plan.ts'

const node = (type: string, more: Partial<PlanNode> = {}): PlanNode => ({
  'Node Type': type,
  'Total Cost': 1,
  'Plan Rows': 10,
  'Plan Width': 8,
  ...more,
})
const orders: RelationFacts = {
  name: 'orders',
  rows: 1_000_000,
  leading: { orders_pkey: 'id', orders_lower: 'lower(email)' },
  columns: ['id', 'status', 'created_at', 'Mixed Case'],
}
const workMem = 4 * 1024 * 1024
const scan = (filter: string | undefined, rows: number) =>
  node('Seq Scan', { 'Relation Name': 'orders', Filter: filter, 'Plan Rows': rows })
const findings = (plan: PlanNode, relation: RelationFacts = orders) =>
  findingsOf(plan, [relation], workMem).map(({ severity, finding }) => `${severity}: ${finding}`)

describe('findings', () => {
  it.each([
    [
      scan("(status = 'x'::text)", 5),
      'high: Reads all of about 1000000 rows of orders to find about 5. No index begins with status.',
    ],
    [
      scan(`(("Mixed Case" = 1) AND (created_at > now()))`, 5),
      'high: Reads all of about 1000000 rows of orders to find about 5. No index begins with created_at or Mixed Case.',
    ],
    [
      scan('((id)::text = $1)', 5),
      'high: Reads all of about 1000000 rows of orders to find about 5. An index is there but not used: orders_pkey (id). An expression or cast around the column, OR, or a pattern that starts with % prevents it.',
    ],
    [
      scan('(random() < 0.1)', 5),
      'high: Reads all of about 1000000 rows of orders to find about 5. The condition names no column directly.',
    ],
    [
      scan('(id > 5)', 600_000),
      'low: Reads all of about 1000000 rows of orders and keeps about 60 %: too many for an index to help.',
    ],
    [
      scan(undefined, 1_000_000),
      'low: Reads all of about 1000000 rows of orders: there is no condition on it.',
    ],
    [
      node('Sort', { Plans: [node('Result', { 'Plan Rows': 1_000_000, 'Plan Width': 76 })] }),
      'medium: Needs about 95 MB, and work_mem is 4 MB: it spills to disk. Fewer or narrower rows before this step help.',
    ],
    [
      node('Nested Loop', {
        Plans: [node('Result', { 'Plan Rows': 1e5 }), node('Result', { 'Plan Rows': 1e5 })],
      }),
      'high: Compares about 10000000000 pairs of rows: no condition joins the two sides.',
    ],
  ])('of %j', (plan, words) => expect(findings(plan)).toEqual([words]))

  it('keep silent about small tables, short sorts and joins by an index', () => {
    expect(findings(scan("(status = 'x')", 5), { ...orders, rows: 900 })).toEqual([])
    expect(findings(node('Sort', { Plans: [node('Result')] }))).toEqual([])
    expect(
      findings(
        node('Nested Loop', {
          Plans: [node('Result', { 'Plan Rows': 1000 }), node('Index Scan', { 'Plan Rows': 1 })],
        }),
      ),
    ).toEqual([])
  })

  it('warn of estimates without statistics', () => {
    expect(findings(node('Result'), { ...orders, rows: -1 })).toEqual([
      'medium: No statistics for orders: the estimates are guesses until ANALYZE has run.',
    ])
  })
})

describe('a plan', () => {
  it('is a list of its steps with their depth', () => {
    const plan = parsedPlan(
      JSON.stringify([
        {
          Plan: {
            ...node('Hash Join', {
              'Join Type': 'Left',
              'Hash Cond': '(a.id = b.id)',
              Plans: [
                scan("(status = 'x')", 3),
                node('Index Scan', { 'Index Name': 'b_pkey', 'Subplan Name': 'SubPlan 1' }),
              ],
            }),
            'Parallel Aware': false,
          },
        },
      ]),
    )
    expect(planLines(plan)).toEqual([
      { depth: 0, node: 'Hash Join (Left)', rows: 10, cost: 1, detail: '(a.id = b.id)' },
      { depth: 1, node: 'Seq Scan on orders', rows: 3, cost: 1, detail: "filter (status = 'x')" },
      { depth: 1, node: 'SubPlan 1: Index Scan using b_pkey', rows: 10, cost: 1 },
    ])
  })

  it('cuts long conditions', () => {
    const [line] = planLines(scan(`(id = ANY ('{${'1,'.repeat(500)}}'))`, 3))
    expect(line?.detail).toHaveLength(201)
  })

  it('that is none is an error, not an empty answer', () => {
    expect(() => parsedPlan('[]')).toThrow()
    expect(() => parsedPlan('[{"Plan":{}}]')).toThrow()
  })
})
