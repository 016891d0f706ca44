import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool } from '../../../shared/tool.ts'
import type { Preview } from '../../../shared/tool.ts'
import { findByApproval } from '../attribution.ts'
import { browseUrl, jira } from '../client.ts'
import { justCreated } from '../created.ts'
import { DraftInput, draftIssue, screens } from '../draft.ts'
import { possibleDuplicates } from '../duplicates.ts'
import { ProjectKey, requireProject } from '../projects.ts'

export const CreatedIssue = z.object({ id: z.string(), key: z.string() })

export const createTicket = defineTool({
  name: 'create_jira_ticket',
  title: 'Create Jira ticket',
  description: 'Create one issue, described in Markdown.',
  scope: 'jira:write',
  effect: 'create',
  input: z.object({ project_key: ProjectKey, ...DraftInput.shape }),
  output: z.object({
    key: z.string(),
    url: z.string(),
    changed: z.array(z.string()).optional().describe('What Jira shows otherwise than the Markdown'),
  }),
  async preview({ project_key, ...input }, ctx): Promise<Preview> {
    requireProject(project_key, ctx)
    const draft = await draftIssue(ctx, project_key, input, screens(ctx, project_key))
    const alike = await possibleDuplicates(ctx, project_key, input.summary)
    const hint =
      alike.length > 0 ? ` Possible duplicates: ${alike.map((one) => one.key).join(', ')}.` : ''
    const change = (field: string, to: unknown) => (to === undefined ? [] : [{ field, to }])
    return {
      summary: `Create ${input.issue_type} in ${project_key}: ${input.summary}.${hint}`,
      changes: [
        { field: 'project', to: project_key },
        { field: 'type', to: input.issue_type },
        { field: 'summary', to: input.summary },
        ...change('priority', input.priority),
        ...change('labels', input.labels?.join(', ')),
        ...change('assignee', draft.assignee),
        ...change('parent', input.parent_key),
        ...Object.entries(input.fields ?? {}).flatMap(([id, value]) => change(id, value)),
        ...change('notifies', draft.mentions.join(', ') || undefined),
        ...change('shown differently', draft.changed.join('; ') || undefined),
        ...alike.map((one) => ({
          field: 'possible duplicate',
          to: `${one.key} (${one.fields.status.name}) ${one.fields.summary}`,
        })),
      ],
      ...(input.description && { text: { after: input.description } }),
      facts: {
        duplicates: alike.length,
        mentions: draft.mentions.length,
        priority: input.priority ?? '',
        ...(draft.mentions.length > 0 && { always_ask: true }),
      },
    }
  },
  async run({ project_key, ...input }, ctx) {
    requireProject(project_key, ctx)
    const draft = await draftIssue(ctx, project_key, input, screens(ctx, project_key))
    const created = await jira(ctx).post(path`/rest/api/3/issue`, CreatedIssue, {
      body: draft.request,
      howToFindOut: findByApproval(ctx),
    })
    justCreated.add(created.id, Date.now())
    ctx.log({ issue: created.key })
    return {
      key: created.key,
      url: browseUrl(ctx, created.key),
      ...(draft.changed.length > 0 && { changed: [...draft.changed] }),
    }
  },
})
