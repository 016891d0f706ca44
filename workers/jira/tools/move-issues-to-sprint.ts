import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { path } from '../../../shared/path.ts'
import { defineTool } from '../../../shared/tool.ts'
import type { Preview, ToolContext } from '../../../shared/tool.ts'
import { SprintId, readSprint } from '../agile.ts'
import { jira } from '../client.ts'
import { RowIssue, insideOnly, rowFields } from '../issue.ts'
import { IssueKey, projectOf, requireProject } from '../projects.ts'

const Fetched = z.object({ issues: z.array(RowIssue) })

const Input = z.object({
  issue_keys: z.array(IssueKey).min(1).max(50),
  sprint_id: SprintId.optional().describe('The backlog when absent'),
})

export const moveIssuesToSprint = defineTool({
  name: 'move_jira_issues_to_sprint',
  title: 'Move Jira issues to a sprint',
  description: 'Move up to 50 issues to a sprint, or to the backlog.',
  scope: 'jira:write',
  effect: 'update',
  input: Input,
  output: z.object({ moved: z.array(z.string()), to: z.string() }),
  async preview(input, ctx): Promise<Preview> {
    const { issues, to } = await move(input, ctx)
    return {
      summary: `Move ${issues.length} issues to ${to}`,
      rows: {
        columns: ['key', 'status', 'summary', 'to'],
        rows: issues.map(({ key, fields }) => ({
          after: [key, fields.status.name, fields.summary, to],
        })),
        total: issues.length,
      },
      facts: { issues: issues.length },
    }
  },
  async run(input, ctx) {
    const { issues, to } = await move(input, ctx)
    const keys = issues.map(({ key }) => key)
    const target =
      input.sprint_id === undefined
        ? path`/rest/agile/1.0/backlog/issue`
        : path`/rest/agile/1.0/sprint/${input.sprint_id}/issue`
    await jira(ctx).post(target, z.unknown(), {
      body: { issues: keys },
      howToFindOut: 'List the issues of the sprint and compare.',
    })
    return { moved: keys, to }
  },
})

async function move({ issue_keys, sprint_id }: z.infer<typeof Input>, ctx: ToolContext) {
  const keys = [...new Set(issue_keys)]
  for (const key of keys) requireProject(projectOf(key), ctx)
  const sprint = sprint_id === undefined ? undefined : (await readSprint(ctx, sprint_id)).sprint
  if (sprint?.state === 'closed')
    throw new ToolError('invalid_input', 'This sprint is closed: nothing can be moved into it.')
  const { issues } = await jira(ctx).post(path`/rest/api/3/issue/bulkfetch`, Fetched, {
    safe: true,
    body: { issueIdsOrKeys: keys, fields: [...rowFields] },
  })
  const inside = insideOnly(issues, ctx)
  const found = new Set(inside.map(({ key }) => key))
  const missing = keys.filter((key) => !found.has(key))
  if (missing.length > 0)
    throw new ToolError(
      'not_found',
      `Not found in the projects you may use: ${missing.join(', ')}.`,
    )
  return { issues: inside, to: sprint ? `sprint ${sprint.name}` : 'the backlog' }
}
