import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool, page } from '../../../shared/tool.ts'
import { jira } from '../client.ts'
import { Comment, ShownComment, shownComment } from '../details.ts'
import { readIssue } from '../issue.ts'
import { nextOffset, offsetOf } from '../paging.ts'
import { IssueKey } from '../projects.ts'

const CommentPage = z.object({ comments: z.array(Comment), total: z.number() })

export const listComments = defineTool({
  name: 'list_jira_comments',
  title: 'List Jira comments',
  description: 'Comments of an issue, newest first, as Markdown.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({
    issue_key: IssueKey,
    max_results: z.number().int().min(1).max(100).default(20),
  }),
  output: page(ShownComment),
  async run({ issue_key, max_results }, ctx) {
    const { key } = await readIssue(ctx, issue_key, z.object({ key: z.string() }), { fields: [] })
    const startAt = offsetOf(ctx.cursor)
    const { comments, total } = await jira(ctx).get(
      path`/rest/api/3/issue/${key}/comment`,
      CommentPage,
      { query: { startAt, maxResults: max_results, orderBy: '-created' } },
    )
    return { items: comments.map(shownComment), ...nextOffset(startAt, comments.length, total) }
  },
})
