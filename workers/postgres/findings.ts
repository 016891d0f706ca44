import { titleOf, walk, type PlanNode } from './plan.ts'

/** What is known of a relation that a plan reads. */
export interface RelationFacts {
  readonly name: string
  /** From statistics; negative: never analyzed. */
  readonly rows: number
  /** The first column (or expression) of each index, by index name. */
  readonly leading: Readonly<Record<string, string>>
  readonly columns: readonly string[]
}

export interface Finding {
  severity: 'high' | 'medium' | 'low'
  /** The plan's node it is about, as the tree names it. */
  node: string
  finding: string
}

const largeTable = 10_000
const largeJoin = 10_000_000

/**
 * What an experienced reader would point at in a plan. Estimates only: nothing was run, so a
 * wrong estimate can't be told from a right one.
 * @param workMemBytes what one sort or hash may take before it spills to disk
 */
export function findingsOf(
  root: PlanNode,
  relations: readonly RelationFacts[],
  workMemBytes: number,
): Finding[] {
  const known = new Map(relations.map((relation) => [relation.name, relation]))
  const findings = [...walk(root)].flatMap(({ node }) => [
    ...scanFindings(node, known.get(node['Relation Name'] ?? '')),
    ...spillFindings(node, workMemBytes),
    ...joinFindings(node),
  ])
  const neverAnalyzed = relations.filter(({ rows }) => rows < 0).map(({ name }) => name)
  return neverAnalyzed.length === 0
    ? findings
    : [
        ...findings,
        {
          severity: 'medium',
          node: titleOf(root),
          finding: `No statistics for ${neverAnalyzed.join(', ')}: the estimates are guesses until ANALYZE has run.`,
        },
      ]
}

function scanFindings(node: PlanNode, relation: RelationFacts | undefined): Finding[] {
  if (node['Node Type'] !== 'Seq Scan' || !relation || relation.rows < largeTable) return []
  const all = `Reads all of about ${relation.rows} rows of ${relation.name}`
  if (node.Filter === undefined)
    return [
      { severity: 'low', node: titleOf(node), finding: `${all}: there is no condition on it.` },
    ]
  const share = node['Plan Rows'] / relation.rows
  if (share > 0.2)
    return [
      {
        severity: 'low',
        node: titleOf(node),
        finding: `${all} and keeps about ${Math.round(share * 100)} %: too many for an index to help.`,
      },
    ]
  return [
    {
      severity: 'high',
      node: titleOf(node),
      finding: `${all} to find about ${node['Plan Rows']}. ${indexHint(node.Filter, relation)}`,
    },
  ]
}

/** Which columns of the condition an index begins with. The condition is the server's own text, so names in it are exact. */
function indexHint(filter: string, { columns, leading }: RelationFacts): string {
  const words = new Set(filter.match(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu))
  const used = columns.filter((column) => words.has(column) || words.has(`"${column}"`))
  if (used.length === 0) return 'The condition names no column directly.'
  const indexed = Object.entries(leading).filter(([, column]) => used.includes(column))
  if (indexed.length === 0) return `No index begins with ${used.join(' or ')}.`
  const names = indexed.map(([index, column]) => `${index} (${column})`).join(', ')
  return `An index is there but not used: ${names}. An expression or cast around the column, OR, or a pattern that starts with % prevents it.`
}

function spillFindings(node: PlanNode, workMemBytes: number): Finding[] {
  const type = node['Node Type']
  const input = type === 'Sort' ? node.Plans?.[0] : node
  if (!input || !['Sort', 'Hash', 'Materialize'].includes(type)) return []
  const bytes = input['Plan Rows'] * (input['Plan Width'] + 24)
  if (bytes <= workMemBytes) return []
  return [
    {
      severity: 'medium',
      node: titleOf(node),
      finding: `Needs about ${megabytes(bytes)} MB, and work_mem is ${megabytes(workMemBytes)} MB: it spills to disk. Fewer or narrower rows before this step help.`,
    },
  ]
}

const megabytes = (bytes: number): number => Math.max(1, Math.round(bytes / 1024 / 1024))

function joinFindings(node: PlanNode): Finding[] {
  const [outer, inner] = node.Plans ?? []
  if (node['Node Type'] !== 'Nested Loop' || !outer || !inner) return []
  const pairs = outer['Plan Rows'] * inner['Plan Rows']
  if (pairs < largeJoin) return []
  return [
    {
      severity: 'high',
      node: titleOf(node),
      finding: `Compares about ${Math.round(pairs)} pairs of rows${node['Join Filter'] === undefined ? ': no condition joins the two sides' : ''}.`,
    },
  ]
}
