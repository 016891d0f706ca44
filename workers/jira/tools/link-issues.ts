import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { path } from '../../../shared/path.ts'
import { defineTool } from '../../../shared/tool.ts'
import type { ToolContext } from '../../../shared/tool.ts'
import { askedBy } from '../attribution.ts'
import { jira } from '../client.ts'
import { Versioned, readIssue, versionFields } from '../issue.ts'
import { IssueKey } from '../projects.ts'

const LinkTypes = z.object({
  issueLinkTypes: z.array(z.object({ name: z.string(), inward: z.string(), outward: z.string() })),
})

const Input = z.object({
  issue_key: IssueKey,
  relation: z
    .string()
    .min(1)
    .max(100)
    .describe('As Jira words it, such as blocks or is blocked by'),
  to_issue_key: IssueKey.optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Links to a web page instead'),
  title: z.string().max(255).optional(),
})

export const linkIssues = defineTool({
  name: 'link_jira_issues',
  title: 'Link Jira issues',
  description: 'Link an issue to another one, or to a web page. An epic is a parent, not a link.',
  scope: 'jira:write',
  effect: 'create',
  input: Input,
  output: z.object({ from: z.string(), relation: z.string(), to: z.string() }),
  async preview(input, ctx) {
    const { issue, other, relation } = await link(input, ctx)
    const to = other ? `${other.key}: ${other.fields.summary}` : (input.title ?? input.url)
    return {
      summary: `${issue.key} ${relation.words} ${other?.key ?? input.url}`,
      changes: [
        { field: 'from', to: `${issue.key}: ${issue.fields.summary}` },
        { field: 'relation', to: relation.words },
        { field: 'to', to },
        ...(input.url && input.title ? [{ field: 'address', to: input.url }] : []),
      ],
      facts: { web: input.url !== undefined },
    }
  },
  async run(input, ctx) {
    const { issue, other, relation } = await link(input, ctx)
    const howToFindOut = `Read ${issue.key} with its links.`
    if (other) {
      // Jira: the inward issue is the one that "does": A (inward) blocks B (outward).
      const [inward, outward] = relation.reversed ? [other, issue] : [issue, other]
      await jira(ctx).post(path`/rest/api/3/issueLink`, z.unknown(), {
        body: {
          type: { name: relation.type },
          inwardIssue: { key: inward.key },
          outwardIssue: { key: outward.key },
        },
        howToFindOut,
      })
    } else {
      await jira(ctx).post(path`/rest/api/3/issue/${issue.key}/remotelink`, z.unknown(), {
        body: {
          globalId: `gatehouse:${ctx.callId}`,
          relationship: relation.words,
          object: { url: input.url, title: input.title ?? input.url, summary: askedBy(ctx) },
        },
        howToFindOut,
      })
    }
    return { from: issue.key, relation: relation.words, to: other?.key ?? input.url ?? '' }
  },
})

async function link(input: z.infer<typeof Input>, ctx: ToolContext) {
  const { issue_key, to_issue_key, url, relation } = input
  if ((to_issue_key === undefined) === (url === undefined))
    throw new ToolError('invalid_input', 'Give either to_issue_key or url.')
  const issue = await readIssue(ctx, issue_key, Versioned, { fields: versionFields })
  if (to_issue_key === undefined)
    return { issue, other: undefined, relation: { type: '', words: relation, reversed: false } }
  const other = await readIssue(ctx, to_issue_key, Versioned, { fields: versionFields })
  if (other.key === issue.key)
    throw new ToolError('invalid_input', 'An issue is not linked to itself.')
  return { issue, other, relation: await relationOf(ctx, relation) }
}

/** One of this site's link types, by what it is called in either direction. */
async function relationOf(ctx: ToolContext, words: string) {
  const { issueLinkTypes } = await jira(ctx).get(path`/rest/api/3/issueLinkType`, LinkTypes)
  const same = (text: string) => text.toLowerCase() === words.trim().toLowerCase()
  const out = issueLinkTypes.find((type) => same(type.outward))
  if (out) return { type: out.name, words: out.outward, reversed: false }
  const into = issueLinkTypes.find((type) => same(type.inward))
  if (into) return { type: into.name, words: into.inward, reversed: true }
  const named = issueLinkTypes.find((type) => same(type.name))
  if (named) return { type: named.name, words: named.outward, reversed: false }
  throw new ToolError(
    'invalid_input',
    'relation: this Jira has none of that name. Usual ones are blocks, is blocked by, relates to, duplicates.',
  )
}
