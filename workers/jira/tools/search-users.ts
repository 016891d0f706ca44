import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool, page } from '../../../shared/tool.ts'
import { jira } from '../client.ts'
import { User } from '../issue.ts'
import { nextOffset, offsetOf } from '../paging.ts'
import { ProjectKey, requireProject } from '../projects.ts'

const pageSize = 20

/** E-mail addresses are not asked for and not shown: the account id is what other tools take. */
export const searchUsers = defineTool({
  name: 'search_jira_users',
  title: 'Search Jira users',
  description: 'Account ids of people who can be assigned in a project, by name or e-mail.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({ project_key: ProjectKey, search: z.string().min(1) }),
  output: page(z.object({ account_id: z.string(), name: z.string() })),
  async run({ project_key, search }, ctx) {
    requireProject(project_key, ctx)
    const startAt = offsetOf(ctx.cursor)
    const found = await jira(ctx).get(path`/rest/api/3/user/assignable/search`, z.array(User), {
      query: { project: project_key, query: search, startAt, maxResults: pageSize },
    })
    return {
      items: found.map(({ accountId, displayName }) => ({
        account_id: accountId,
        name: displayName,
      })),
      ...nextOffset(startAt, found.length, undefined, pageSize),
    }
  },
})
