import * as z from 'zod'
import { path } from '../../shared/path.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { jira } from './client.ts'
import { RowIssue, insideOnly, rowFields } from './issue.ts'
import { quoteJql } from './jql/tokens.ts'

const Found = z.object({ issues: z.array(RowIssue) })
const asked = 30
const shown = 5

/** Open issues of the project whose summary says much the same, the likest first. */
export async function possibleDuplicates(
  ctx: ToolContext,
  project: string,
  summary: string,
): Promise<RowIssue[]> {
  const words = [...wordSet(summary)].toSorted((a, b) => b.length - a.length).slice(0, 6)
  if (words.length === 0) return []
  const alike = words.map((word) => `summary ~ ${quoteJql(word)}`).join(' OR ')
  const found = await jira(ctx).post(path`/rest/api/3/search/jql`, Found, {
    safe: true,
    body: {
      jql: `project = ${quoteJql(project)} AND statusCategory != Done AND (${alike}) ORDER BY created DESC`,
      maxResults: asked,
      fields: rowFields,
    },
  })
  return insideOnly(found.issues, ctx)
    .map((issue) => ({ issue, likeness: likeness(summary, issue.fields.summary) }))
    .filter((one) => one.likeness >= 0.5)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, shown)
    .map(({ issue }) => issue)
}

/** Share of words that two summaries have in common (Jaccard), 0 to 1. */
export function likeness(a: string, b: string): number {
  const [left, right] = [wordSet(a), wordSet(b)]
  const common = left.intersection(right).size
  return common === 0 ? 0 : common / left.union(right).size
}

const wordSet = (text: string): Set<string> =>
  new Set(
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}\p{M}]+/u)
      .filter((word) => word.length > 2),
  )
