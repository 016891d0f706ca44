import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool, page } from '../../../shared/tool.ts'
import { Board } from '../agile.ts'
import { jira } from '../client.ts'
import { nextOffset, offsetOf } from '../paging.ts'
import { ProjectKey, mayUseProject, requireProject } from '../projects.ts'

const BoardPage = z.object({ values: z.array(Board), isLast: z.boolean(), maxResults: z.number() })

export const listBoards = defineTool({
  name: 'list_jira_boards',
  title: 'List Jira boards',
  description: 'Scrum and Kanban boards of a project.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({ project_key: ProjectKey }),
  output: page(z.object({ id: z.number(), name: z.string(), type: z.string() })),
  async run({ project_key }, ctx) {
    requireProject(project_key, ctx)
    const startAt = offsetOf(ctx.cursor)
    const { values, isLast } = await jira(ctx).get(path`/rest/agile/1.0/board`, BoardPage, {
      query: { projectKeyOrId: project_key, startAt, maxResults: 50 },
    })
    // Jira also lists boards of other projects whose filter shows issues of this one
    const own = values.filter(({ location }) => mayUseProject(location?.projectKey ?? '', ctx))
    return {
      items: own.map(({ id, name, type }) => ({ id, name, type })),
      ...(!isLast && nextOffset(startAt, values.length, undefined)),
    }
  },
})
