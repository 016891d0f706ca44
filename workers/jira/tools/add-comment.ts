import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { path } from '../../../shared/path.ts'
import { defineTool } from '../../../shared/tool.ts'
import type { ToolContext } from '../../../shared/tool.ts'
import { markdownToAdf } from '../adf/from-markdown.ts'
import { attribution, findByApproval, signed } from '../attribution.ts'
import { browseUrl, jira } from '../client.ts'
import { Body } from '../draft.ts'
import { Versioned, readIssue, versionFields } from '../issue.ts'
import { nameMentions } from '../people.ts'
import { IssueKey } from '../projects.ts'

const Input = z.object({
  issue_key: IssueKey,
  body: Body.min(1).describe('Markdown; mention as [@Name](accountid:ID)'),
  visibility: z
    .enum(['internal', 'public'])
    .optional()
    .describe('Service projects: public reaches the customer'),
})

export const addComment = defineTool({
  name: 'add_jira_comment',
  title: 'Add Jira comment',
  description:
    'Comment on an issue. In service projects a comment is internal unless public is asked for.',
  scope: 'jira:write',
  effect: 'create',
  input: Input,
  output: z.object({
    id: z.string(),
    url: z.string(),
    changed: z.array(z.string()).optional().describe('What Jira shows otherwise than the Markdown'),
  }),
  async preview(input, ctx) {
    const { issue, audience, mentions, changed } = await draft(input, ctx)
    const seenBy = { internal: 'internal', public: 'PUBLIC, the customer sees it', team: '' }
    const who = seenBy[audience] ? ` (${seenBy[audience]})` : ''
    return {
      summary: `Comment on ${issue.key}${who}: ${issue.fields.summary}`,
      changes: [
        ...(mentions.length > 0 ? [{ field: 'notifies', to: mentions.join(', ') }] : []),
        ...(changed.length > 0 ? [{ field: 'shown differently', to: changed.join('; ') }] : []),
      ],
      text: { after: input.body },
      facts: {
        public: audience === 'public',
        mentions: mentions.length,
        ...((audience === 'public' || mentions.length > 0) && { always_ask: true }),
      },
    }
  },
  async run(input, ctx, { preview }) {
    const { issue, audience, document, changed } = await draft(input, ctx)
    if (preview.facts?.['public'] !== (audience === 'public'))
      throw new ToolError(
        'upstream_rejected',
        'Who can see the comment has changed since this was proposed. Propose it anew.',
      )
    const internal = { key: 'sd.public.comment', value: { internal: true } }
    const made = await jira(ctx).post(
      path`/rest/api/3/issue/${issue.key}/comment`,
      z.object({ id: z.string() }),
      {
        body: {
          body: signed(document, ctx),
          properties: [attribution(ctx), ...(audience === 'internal' ? [internal] : [])],
        },
        howToFindOut: findByApproval(ctx),
      },
    )
    return {
      id: made.id,
      url: `${browseUrl(ctx, issue.key)}?focusedCommentId=${encodeURIComponent(made.id)}`,
      ...(changed.length > 0 && { changed: [...changed] }),
    }
  },
})

/** A comment as it would be made, and who would see it: only service projects have customers. */
async function draft(input: z.infer<typeof Input>, ctx: ToolContext) {
  const issue = await readIssue(ctx, input.issue_key, Versioned, { fields: versionFields })
  const { document, changed } = markdownToAdf(input.body)
  const mentions = await nameMentions(ctx, document)
  const service = issue.fields.project.projectTypeKey === 'service_desk'
  const audience = service ? (input.visibility ?? 'internal') : 'team'
  return { issue, document, changed, mentions, audience } as const
}
