import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { defineTool } from '../../../shared/tool.ts'
import type { ToolContext } from '../../../shared/tool.ts'
import { markdownToAdf } from '../adf/from-markdown.ts'
import { attribution, findByApproval, signed } from '../attribution.ts'
import { jira } from '../client.ts'
import { Body } from '../draft.ts'
import { Versioned, readIssue, versionFields } from '../issue.ts'
import { nameMentions } from '../people.ts'
import { IssueKey } from '../projects.ts'

const Instant = z
  .string()
  .refine(
    (text) => z.iso.datetime({ offset: true }).safeParse(text).success,
    'must be a time such as 2026-11-20T09:15:00Z',
  )

const Input = z.object({
  issue_key: IssueKey,
  minutes: z.number().int().min(1).max(6000),
  started: Instant.optional().describe('ISO 8601; now when absent'),
  comment: Body.optional(),
})

export const addWorklog = defineTool({
  name: 'add_jira_worklog',
  title: 'Add Jira work log',
  description: 'Log time spent on an issue, with who asked in its text.',
  scope: 'jira:write',
  effect: 'create',
  input: Input,
  output: z.object({ id: z.string(), key: z.string(), minutes: z.number() }),
  async preview(input, ctx) {
    const { issue, mentions, changed } = await draft(input, ctx)
    const when = input.started ?? 'when it is approved'
    return {
      summary: `Log ${input.minutes} minutes on ${issue.key}: ${issue.fields.summary}`,
      changes: [
        { field: 'time spent', to: `${input.minutes} minutes` },
        { field: 'started', to: when },
        ...(mentions.length > 0 ? [{ field: 'notifies', to: mentions.join(', ') }] : []),
        ...(changed.length > 0 ? [{ field: 'shown differently', to: changed.join('; ') }] : []),
      ],
      ...(input.comment && { text: { after: input.comment } }),
      facts: {
        minutes: input.minutes,
        mentions: mentions.length,
        ...(mentions.length > 0 && { always_ask: true }),
      },
    }
  },
  async run(input, ctx) {
    const { issue, document } = await draft(input, ctx)
    const made = await jira(ctx).post(
      path`/rest/api/3/issue/${issue.key}/worklog`,
      z.object({ id: z.string() }),
      {
        body: {
          timeSpentSeconds: input.minutes * 60,
          started: jiraTime(input.started ? new Date(input.started) : new Date()),
          comment: signed(document, ctx),
          properties: [attribution(ctx)],
        },
        howToFindOut: findByApproval(ctx),
      },
    )
    return { id: made.id, key: issue.key, minutes: input.minutes }
  },
})

/** Jira wants milliseconds and an offset without a colon: `2026-11-20T09:15:00.000+0000`. */
const jiraTime = (at: Date): string => at.toISOString().replace('Z', '+0000')

async function draft(input: z.infer<typeof Input>, ctx: ToolContext) {
  const issue = await readIssue(ctx, input.issue_key, Versioned, { fields: versionFields })
  const { document, changed } = markdownToAdf(input.comment ?? '')
  return { issue, document, changed, mentions: await nameMentions(ctx, document) }
}
