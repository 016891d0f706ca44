import * as z from 'zod'

/** A node of `EXPLAIN (FORMAT JSON)`, as far as it is read here. */
export interface PlanNode {
  'Node Type': string
  'Relation Name'?: string | undefined
  'Index Name'?: string | undefined
  'Function Name'?: string | undefined
  'CTE Name'?: string | undefined
  'Join Type'?: string | undefined
  'Subplan Name'?: string | undefined
  Filter?: string | undefined
  'Index Cond'?: string | undefined
  'Hash Cond'?: string | undefined
  'Merge Cond'?: string | undefined
  'Join Filter'?: string | undefined
  'Sort Key'?: string[] | undefined
  'Group Key'?: string[] | undefined
  'Total Cost': number
  'Plan Rows': number
  'Plan Width': number
  Plans?: PlanNode[] | undefined
}

const text = z.string().optional()
const texts = z.array(z.string()).optional()
const PlanNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Relation Name': text,
    'Index Name': text,
    'Function Name': text,
    'CTE Name': text,
    'Join Type': text,
    'Subplan Name': text,
    Filter: text,
    'Index Cond': text,
    'Hash Cond': text,
    'Merge Cond': text,
    'Join Filter': text,
    'Sort Key': texts,
    'Group Key': texts,
    'Total Cost': z.number(),
    'Plan Rows': z.number(),
    'Plan Width': z.number(),
    Plans: z.array(PlanNode).optional(),
  }),
)

/** @param json the one cell of `EXPLAIN (FORMAT JSON)` */
export const parsedPlan = (json: string): PlanNode =>
  z.tuple([z.object({ Plan: PlanNode })]).parse(JSON.parse(json))[0].Plan

/** One line of the plan's tree; `depth` 0 is the root. */
export interface PlanLine {
  depth: number
  node: string
  rows: number
  cost: number
  detail?: string
}

export function planLines(root: PlanNode): PlanLine[] {
  return [...walk(root)].map(({ node, depth }) => {
    const detail = detailOf(node)
    return {
      depth,
      node: titleOf(node),
      rows: node['Plan Rows'],
      cost: node['Total Cost'],
      ...(detail !== '' && { detail }),
    }
  })
}

export function* walk(node: PlanNode, depth = 0): Generator<{ node: PlanNode; depth: number }> {
  yield { node, depth }
  for (const child of node.Plans ?? []) yield* walk(child, depth + 1)
}

export function titleOf(node: PlanNode): string {
  const join = node['Join Type']
  const what = node['Relation Name'] ?? node['Function Name'] ?? node['CTE Name']
  return [
    node['Subplan Name'] && `${node['Subplan Name']}:`,
    join !== undefined && join !== 'Inner' ? `${node['Node Type']} (${join})` : node['Node Type'],
    what && `on ${what}`,
    node['Index Name'] && `using ${node['Index Name']}`,
  ]
    .filter(Boolean)
    .join(' ')
}

const longestDetail = 200

function detailOf(node: PlanNode): string {
  const parts = [
    node['Index Cond'] ?? node['Hash Cond'] ?? node['Merge Cond'],
    node['Join Filter'],
    node.Filter && `filter ${node.Filter}`,
    node['Sort Key'] && `by ${node['Sort Key'].join(', ')}`,
    node['Group Key'] && `group by ${node['Group Key'].join(', ')}`,
  ]
  const detail = parts.filter(Boolean).join('; ')
  return detail.length > longestDetail ? `${detail.slice(0, longestDetail)}…` : detail
}
