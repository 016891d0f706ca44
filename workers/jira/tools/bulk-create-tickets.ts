import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool } from '../../../shared/tool.ts'
import type { Preview, ToolContext } from '../../../shared/tool.ts'
import { findByApproval } from '../attribution.ts'
import { jira } from '../client.ts'
import { justCreated } from '../created.ts'
import { DraftInput, draftIssue, screens } from '../draft.ts'
import type { Draft } from '../draft.ts'
import { ProjectKey, requireProject } from '../projects.ts'

const Created = z.object({
  issues: z.array(z.object({ id: z.string(), key: z.string() })).default([]),
  errors: z
    .array(
      z.object({
        failedElementNumber: z.number(),
        elementErrors: z
          .object({ errors: z.record(z.string(), z.unknown()).default({}) })
          .optional(),
      }),
    )
    .default([]),
})

const Input = z.object({
  project_key: ProjectKey,
  issues: z
    .array(
      DraftInput.pick({
        summary: true,
        description: true,
        issue_type: true,
        priority: true,
        labels: true,
        parent_key: true,
      }),
    )
    .refine(({ length }) => length > 0 && length <= 50, 'must be 1 to 50 issues'),
})

export const bulkCreateTickets = defineTool({
  name: 'bulk_create_jira_tickets',
  title: 'Create several Jira tickets',
  description: 'Create up to 50 issues with one approval.',
  scope: 'jira:write',
  effect: 'create',
  input: Input,
  output: z.object({
    created: z.array(z.object({ row: z.number(), key: z.string() })),
    failed: z
      .array(z.object({ row: z.number(), fields: z.array(z.string()) }))
      .describe('Rows Jira refused, with the fields it names'),
    changed: z.array(z.string()).optional(),
  }),
  deadlineMs: 120_000,
  async preview(input, ctx): Promise<Preview> {
    const { project_key, issues } = input
    const drafts = await draftAll(input, ctx)
    const mentions = [...new Set(drafts.flatMap((draft) => draft.mentions))]
    const changed = [...new Set(drafts.flatMap((draft) => draft.changed))]
    const change = (field: string, to: string) => (to ? [{ field, to }] : [])
    return {
      summary: `Create ${issues.length} issues in ${project_key}`,
      rows: {
        columns: ['type', 'priority', 'summary', 'labels', 'parent', 'description'],
        rows: issues.map((issue) => ({
          after: [
            issue.issue_type,
            issue.priority ?? '',
            issue.summary,
            issue.labels?.join(', ') ?? '',
            issue.parent_key ?? '',
            issue.description ?? '',
          ],
        })),
        total: issues.length,
      },
      changes: [
        ...change('notifies', mentions.join(', ')),
        ...change('shown differently', changed.join('; ')),
      ],
      facts: {
        issues: issues.length,
        mentions: mentions.length,
        ...(mentions.length > 0 && { always_ask: true }),
      },
    }
  },
  async run(input, ctx) {
    const drafts = await draftAll(input, ctx)
    const answer = await jira(ctx).post(path`/rest/api/3/issue/bulk`, Created, {
      body: { issueUpdates: drafts.map((draft) => draft.request) },
      howToFindOut: findByApproval(ctx),
      timeoutMs: 60_000,
    })
    for (const { id } of answer.issues) justCreated.add(id, Date.now())
    const failed = new Map(answer.errors.map((one) => [one.failedElementNumber, one.elementErrors]))
    // the created issues come in the order they were sent, without the refused ones
    const sent = drafts.map((_, index) => index).filter((index) => !failed.has(index))
    const changed = [...new Set(drafts.flatMap((draft) => draft.changed))]
    return {
      created: answer.issues.map(({ key }, at) => ({ row: (sent[at] ?? at) + 1, key })),
      failed: [...failed].map(([index, errors]) => ({
        row: index + 1,
        fields: Object.keys(errors?.errors ?? {}).filter((id) => /^\w{1,60}$/.test(id)),
      })),
      ...(changed.length > 0 && { changed }),
    }
  },
})

async function draftAll(input: z.infer<typeof Input>, ctx: ToolContext): Promise<Draft[]> {
  const { project_key, issues } = input
  requireProject(project_key, ctx)
  const screen = screens(ctx, project_key)
  const drafts: Draft[] = []
  for (const issue of issues) drafts.push(await draftIssue(ctx, project_key, issue, screen))
  return drafts
}
