import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { path } from '../../../shared/path.ts'
import { defineTool, page } from '../../../shared/tool.ts'
import { jira } from '../client.ts'
import { justCreated } from '../created.ts'
import { Day, IssueRow, RowIssue, insideOnly, rowFields, rowOf } from '../issue.ts'
import { namesCurrentUser, readJql } from '../jql/read.ts'
import { clausesOf, scopedJql } from '../jql/scope.ts'
import { myAccountId } from '../people.ts'
import { ProjectKey } from '../projects.ts'

const Found = z.object({ issues: z.array(RowIssue), nextPageToken: z.string().nullish() })

/** Where the next page starts: Jira's token, and the ids that have to be the same on each page. */
const Position = z.object({ token: z.string(), reconcile: z.array(z.number()) })

export const searchIssues = defineTool({
  name: 'search_jira_issues',
  title: 'Search Jira issues',
  description:
    'Find issues in the projects you may use, by JQL, by filters, or both. currentUser() is you.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({
    jql: z.string().optional(),
    max_results: z.number().int().min(1).max(100).default(10),
    project_key: ProjectKey.optional(),
    status: z.string().optional(),
    issue_type: z.string().optional(),
    assignee: z.string().optional().describe('me, none or account id'),
    text: z.string().optional(),
    updated_since: Day.optional(),
  }),
  output: page(IssueRow),
  async run({ jql = '', max_results, assignee, ...filters }, ctx) {
    const me = assignee === 'me' || namesCurrentUser(jql) ? await myAccountId(ctx) : undefined
    const clauses = clausesOf({ ...filters, assignee: assignee === 'me' ? me : assignee })
    const query = scopedJql(readJql(jql, me), clauses, ctx)
    const from = positionOf(ctx.cursor)
    const reconcileIssues = from?.reconcile ?? justCreated.ids(Date.now())
    const found = await jira(ctx).post(path`/rest/api/3/search/jql`, Found, {
      safe: true,
      body: {
        jql: query,
        maxResults: max_results,
        fields: rowFields,
        ...(from && { nextPageToken: from.token }),
        ...(reconcileIssues.length > 0 && { reconcileIssues }),
      },
    })
    const next = found.nextPageToken
      ? { token: found.nextPageToken, reconcile: reconcileIssues }
      : undefined
    return {
      items: insideOnly(found.issues, ctx).map(rowOf),
      ...(next && { cursor: JSON.stringify(next) }),
    }
  },
})

function positionOf(cursor: string | undefined): z.infer<typeof Position> | undefined {
  if (cursor === undefined) return undefined
  const parsed = Position.safeParse(JSON.parse(cursor))
  if (parsed.success) return parsed.data
  throw new ToolError('invalid_input', 'cursor: is not one of this tool.')
}
