import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool, paged } from '../../../shared/tool.ts'
import type { ToolContext } from '../../../shared/tool.ts'
import { SprintId, pointsField, readSprint } from '../agile.ts'
import { jira } from '../client.ts'
import { IssueRow, RowIssue, insideOnly, rowFields, rowOf } from '../issue.ts'
import { scopedJql } from '../jql/scope.ts'
import { nextOffset, offsetOf } from '../paging.ts'
import { ShownSprint, shownSprint } from './list-sprints.ts'

const Page = z.object({ issues: z.array(RowIssue), total: z.number() })
const WithPoints = z.object({
  issues: z.array(RowIssue.extend({ fields: RowIssue.shape.fields.loose() })),
  total: z.number(),
})
const Sum = z.object({ issues: z.number(), points: z.number().optional() })
const Rollup = z.object({ to_do: Sum, in_progress: Sum, done: Sum })

/** So many issues are added up at most; a sprint of more is said to be partial. */
const mostCounted = 500

export const listSprintIssues = defineTool({
  name: 'list_jira_sprint_issues',
  title: 'List Jira sprint issues',
  description: 'Issues of a sprint; the first page also adds up issues and points by progress.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({
    sprint_id: SprintId,
    max_results: z.number().int().min(1).max(100).default(25),
  }),
  output: paged('items', {
    sprint: ShownSprint.optional(),
    rollup: Rollup.optional(),
    rollup_partial: z.boolean().optional(),
    items: z.array(IssueRow),
  }),
  async run({ sprint_id, max_results }, ctx) {
    const { sprint, board } = await readSprint(ctx, sprint_id)
    const startAt = offsetOf(ctx.cursor)
    const { issues, total } = await issuesOf(ctx, sprint_id, startAt, max_results, Page, [])
    const items = insideOnly(issues, ctx).map(rowOf)
    const next = nextOffset(startAt, issues.length, total)
    if (startAt > 0) return { items, ...next }
    const points = await pointsField(ctx, board.id)
    return {
      sprint: shownSprint(sprint),
      ...(await rollupOf(ctx, sprint_id, points)),
      items,
      ...next,
    }
  },
})

/** A sprint may hold issues of several projects: the caller's are asked for. */
async function issuesOf<T extends z.ZodType>(
  ctx: ToolContext,
  sprintId: number,
  startAt: number,
  maxResults: number,
  answer: T,
  more: readonly string[],
): Promise<z.output<T>> {
  const jql = scopedJql({ where: `sprint = ${sprintId}`, orderBy: 'rank' }, [], ctx)
  return jira(ctx).get(path`/rest/agile/1.0/sprint/${sprintId}/issue`, answer, {
    query: { jql, fields: [...rowFields, ...more].join(','), startAt, maxResults },
  })
}

async function rollupOf(ctx: ToolContext, sprintId: number, points: string | undefined) {
  const none = () => ({ issues: 0, ...(points && { points: 0 }) })
  const rollup: z.infer<typeof Rollup> = { to_do: none(), in_progress: none(), done: none() }
  let seen = 0
  for (;;) {
    const more = points ? [points] : []
    const { issues, total } = await issuesOf(ctx, sprintId, seen, 100, WithPoints, more)
    for (const { fields } of insideOnly(issues, ctx)) {
      const sum = rollup[fields.status.category]
      sum.issues += 1
      const value = points && fields[points]
      if (typeof value === 'number') sum.points = (sum.points ?? 0) + value
    }
    seen += issues.length
    const partial = seen < total && seen >= mostCounted
    if (issues.length === 0 || seen >= total || partial)
      return { rollup, ...(partial && { rollup_partial: true }) }
  }
}
