import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool, page } from '../../../shared/tool.ts'
import { jira } from '../client.ts'
import { Change, ShownChange, shownChange } from '../details.ts'
import { readIssue } from '../issue.ts'
import { offsetOf } from '../paging.ts'
import { IssueKey } from '../projects.ts'

const ChangePage = z.object({ values: z.array(Change), total: z.number() })

/** Jira lists changes oldest first only, so pages are cut from the end. */
export const listHistory = defineTool({
  name: 'list_jira_history',
  title: 'List Jira issue history',
  description: 'Field changes of an issue as sentences, newest first.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({
    issue_key: IssueKey,
    max_results: z.number().int().min(1).max(100).default(20),
  }),
  output: page(ShownChange),
  async run({ issue_key, max_results }, ctx) {
    const { key } = await readIssue(ctx, issue_key, z.object({ key: z.string() }), { fields: [] })
    const changes = (startAt: number, maxResults: number) =>
      jira(ctx).get(path`/rest/api/3/issue/${key}/changelog`, ChangePage, {
        query: { startAt, maxResults },
      })
    // the cursor is where the page ends, counted from the oldest: new changes don't shift it
    const end = ctx.cursor === undefined ? (await changes(0, 1)).total : offsetOf(ctx.cursor)
    const start = Math.max(0, end - max_results)
    const { values } = end > start ? await changes(start, end - start) : { values: [] }
    return {
      items: values.toReversed().map((change) => shownChange(change, ctx)),
      ...(start > 0 && { cursor: String(start) }),
    }
  },
})
