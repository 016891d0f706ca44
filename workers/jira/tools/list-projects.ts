import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool, page } from '../../../shared/tool.ts'
import { jira } from '../client.ts'
import { nextOffset, offsetOf } from '../paging.ts'
import { allowedProjects, mayUseProject } from '../projects.ts'

const ProjectPage = z.object({
  values: z.array(
    z.object({ key: z.string(), name: z.string(), projectTypeKey: z.string().optional() }),
  ),
  total: z.number(),
})

const mostKeys = 50 // Jira takes no more `keys` in one request

export const listProjects = defineTool({
  name: 'list_jira_projects',
  title: 'List Jira projects',
  description: 'Projects you may use here.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({ search: z.string().optional().describe('Part of key or name') }),
  output: page(z.object({ key: z.string(), name: z.string(), type: z.string().optional() })),
  async run({ search }, ctx) {
    const allowed = allowedProjects(ctx)
    if (allowed?.length === 0) return { items: [] }
    const at = offsetOf(ctx.cursor)
    // with a list, pages are pieces of the list; without one, Jira's own pages
    const query = allowed
      ? { keys: allowed.slice(at, at + mostKeys), maxResults: mostKeys }
      : { startAt: at, maxResults: mostKeys }
    const { values, total } = await jira(ctx).get(path`/rest/api/3/project/search`, ProjectPage, {
      query: { ...query, orderBy: 'key', ...(search && { query: search }) },
    })
    const shown = values.filter(({ key }) => mayUseProject(key, ctx))
    return {
      items: shown.map(({ key, name, projectTypeKey: type }) => ({
        key,
        name,
        ...(type && { type }),
      })),
      ...(allowed
        ? nextOffset(at, Math.min(mostKeys, allowed.length - at), allowed.length)
        : nextOffset(at, values.length, total)),
    }
  },
})
