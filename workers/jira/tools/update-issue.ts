import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { path } from '../../../shared/path.ts'
import { defineTool } from '../../../shared/tool.ts'
import type { Preview } from '../../../shared/tool.ts'
import { historyMetadata } from '../attribution.ts'
import { jira } from '../client.ts'
import { requireUnmoved } from '../issue.ts'
import { UpdateInput, issueUpdate } from '../update.ts'

export const updateIssue = defineTool({
  name: 'update_jira_issue',
  title: 'Update Jira issue',
  description: 'Change fields. A new description replaces the whole old one.',
  scope: 'jira:write',
  effect: 'update',
  input: UpdateInput,
  output: z.object({
    key: z.string(),
    changes: z.array(z.object({ field: z.string(), from: z.string(), to: z.string() })),
    changed: z.array(z.string()).optional().describe('What Jira shows otherwise than the Markdown'),
  }),
  async preview(input, ctx): Promise<Preview> {
    const { issue, changes, description, mentions, changed } = await issueUpdate(input, ctx)
    const { key, fields } = issue
    if (input.expected_updated !== undefined && input.expected_updated !== fields.updated)
      throw new ToolError(
        'upstream_rejected',
        `${key} has changed since you read it. Read it again before you propose a change.`,
      )
    const notes = [
      ...(mentions.length > 0 ? [{ field: 'notifies', to: mentions.join(', ') }] : []),
      ...(changed.length > 0 ? [{ field: 'shown differently', to: changed.join('; ') }] : []),
    ]
    const named = [...changes.map(({ field }) => field), ...(description ? ['description'] : [])]
    return {
      summary: `Change ${named.join(', ')} of ${key}: ${fields.summary}`,
      changes: [...changes, ...notes],
      ...(description && { text: description }),
      target: { id: key, version: fields.updated },
      facts: {
        mentions: mentions.length,
        fields: named.length,
        ...(mentions.length > 0 && { always_ask: true }),
      },
    }
  },
  async run(input, ctx, { preview }) {
    const { issue, request, changes, description, changed } = await issueUpdate(input, ctx)
    requireUnmoved(issue, preview.target)
    await jira(ctx).put(path`/rest/api/3/issue/${issue.key}`, z.unknown(), {
      body: { fields: request, historyMetadata: historyMetadata(ctx) },
      howToFindOut: `Read ${issue.key} and look at its fields and history.`,
    })
    return {
      key: issue.key,
      changes: [
        ...changes,
        ...(description
          ? [{ field: 'description', from: 'the text before', to: 'the new text' }]
          : []),
      ],
      ...(changed.length > 0 && { changed: [...changed] }),
    }
  },
})
