import * as z from 'zod'
import { defineTool } from '../../../shared/tool.ts'
import type { ToolContext } from '../../../shared/tool.ts'
import { AdfDocument } from '../adf/document.ts'
import { adfToMarkdown } from '../adf/to-markdown.ts'
import { browseUrl } from '../client.ts'
import {
  Attachment,
  Change,
  Comment,
  Link,
  ShownAttachment,
  ShownChange,
  ShownComment,
  ShownLink,
  shownAttachment,
  shownChange,
  shownComment,
  shownLinks,
  valueInWords,
} from '../details.ts'
import { Named, RowIssue, User, minute, readIssue, rowFields } from '../issue.ts'
import { IssueKey, mayUseProject, projectOf, withoutForeignKeys } from '../projects.ts'

const ParentIssue = z.object({
  key: z.string(),
  fields: z.object({ summary: z.string() }).optional(),
})

const FullIssue = z.object({
  ...RowIssue.shape,
  fields: z.object({
    ...RowIssue.shape.fields.shape,
    description: AdfDocument.nullish(),
    reporter: User.nullish(),
    created: z.string(),
    labels: z.array(z.string()).default([]),
    components: z.array(Named).default([]),
    fixVersions: z.array(Named).default([]),
    duedate: z.string().nullish(),
    resolution: Named.nullish(),
    parent: ParentIssue.optional(),
    subtasks: z.array(ParentIssue).default([]),
    comment: z.object({ comments: z.array(Comment), total: z.number() }).optional(),
    issuelinks: z.array(Link).default([]),
    attachment: z.array(Attachment).default([]),
  }),
  changelog: z.object({ histories: z.array(Change), total: z.number() }).optional(),
})

const standardFields = [
  ...rowFields,
  'description',
  'reporter',
  'created',
  'labels',
  'components',
  'fixVersions',
  'duedate',
  'resolution',
  'parent',
  'subtasks',
]
const parts = ['comments', 'links', 'history', 'attachments', 'custom_fields'] as const
const fieldOf = { comments: 'comment', links: 'issuelinks', attachments: 'attachment' } as const
/** More of an issue's own parts have tools of their own. */
const shownComments = 10
const shownChanges = 20

const Output = z.object({
  key: z.string(),
  url: z.string(),
  type: z.string(),
  status: z.string(),
  status_category: z.enum(['to_do', 'in_progress', 'done']),
  priority: z.string().optional(),
  resolution: z.string().optional(),
  summary: z.string(),
  assignee: z.string().optional(),
  reporter: z.string().optional(),
  created: z.string(),
  updated: z.string().describe('For expected_updated'),
  due: z.string().optional(),
  labels: z.array(z.string()).optional(),
  components: z.array(z.string()).optional(),
  fix_versions: z.array(z.string()).optional(),
  parent: z.object({ key: z.string(), summary: z.string().optional() }).optional(),
  subtasks: z.array(z.string()).optional(),
  description: z.string().describe('Markdown'),
  not_shown: z
    .array(z.string())
    .optional()
    .describe('What Markdown cannot show of the description'),
  comments: z.array(ShownComment).optional().describe('Newest first'),
  comments_total: z.number().optional(),
  links: z.array(ShownLink).optional(),
  links_elsewhere: z.number().optional().describe('Links to projects you may not use'),
  history: z.array(ShownChange).optional().describe('Newest first'),
  history_total: z.number().optional(),
  attachments: z.array(ShownAttachment).optional(),
  custom_fields: z.record(z.string(), z.string()).optional(),
})

export const getIssue = defineTool({
  name: 'get_jira_issue',
  title: 'Get Jira issue',
  description: 'One issue with its description as Markdown, and the parts named in include.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({
    issue_key: IssueKey,
    include: z.array(z.enum(parts)).default([]),
  }),
  output: Output,
  run: ({ issue_key, include }, ctx) => issueDetails(issue_key, include, ctx),
})

/** An issue as the tool and the resource show it. */
export async function issueDetails(
  issueKey: string,
  include: readonly (typeof parts)[number][],
  ctx: ToolContext,
): Promise<z.input<typeof Output>> {
  const wanted = new Set(include)
  const more = Object.entries(fieldOf).flatMap(([part, field]) =>
    wanted.has(part as keyof typeof fieldOf) ? [field] : [],
  )
  const custom = wanted.has('custom_fields')
  const expand = [...(wanted.has('history') ? ['changelog'] : []), ...(custom ? ['names'] : [])]
  const issue = await readIssue(ctx, issueKey, custom ? withCustom : FullIssue, {
    fields: [...standardFields, ...more, ...(custom ? ['*navigable'] : [])],
    ...(expand.length > 0 && { expand: expand.join(',') }),
  })
  const { key, fields } = issue
  const { markdown, notShown } = fields.description
    ? adfToMarkdown(fields.description)
    : { markdown: '', notShown: [] }
  const subtasks = fields.subtasks.filter((one) => mayUseProject(projectOf(one.key), ctx))
  const parent =
    fields.parent && mayUseProject(projectOf(fields.parent.key), ctx) ? fields.parent : undefined
  return {
    key,
    url: browseUrl(ctx, key),
    type: fields.issuetype.name,
    status: fields.status.name,
    status_category: fields.status.category,
    ...(fields.priority && { priority: fields.priority.name }),
    ...(fields.resolution && { resolution: fields.resolution.name }),
    summary: fields.summary,
    ...(fields.assignee && { assignee: fields.assignee.displayName }),
    ...(fields.reporter && { reporter: fields.reporter.displayName }),
    created: minute(fields.created),
    updated: fields.updated,
    ...(fields.duedate && { due: fields.duedate }),
    ...names('labels', fields.labels),
    ...names(
      'components',
      fields.components.map(({ name }) => name),
    ),
    ...names(
      'fix_versions',
      fields.fixVersions.map(({ name }) => name),
    ),
    ...(parent && {
      parent: { key: parent.key, ...(parent.fields && { summary: parent.fields.summary }) },
    }),
    ...names(
      'subtasks',
      subtasks.map((one) => `${one.key} ${one.fields?.summary ?? ''}`.trim()),
    ),
    description: markdown,
    ...names('not_shown', [...notShown]),
    ...(wanted.has('comments') && commentsOf(issue)),
    ...(wanted.has('links') && linksOf(issue, ctx)),
    ...(wanted.has('history') && historyOf(issue, ctx)),
    ...(wanted.has('attachments') && { attachments: fields.attachment.map(shownAttachment) }),
    ...(custom && { custom_fields: customFields(issue, ctx) }),
  }
}

type FullIssue = z.infer<typeof FullIssue>
const withCustom = FullIssue.extend({
  fields: FullIssue.shape.fields.loose(),
  names: z.record(z.string(), z.string()).default({}),
})

const names = <K extends string>(key: K, list: string[]) =>
  list.length > 0 ? ({ [key]: list } as Record<K, string[]>) : {}

function commentsOf({ fields: { comment } }: FullIssue) {
  const newest = (comment?.comments ?? []).toReversed().slice(0, shownComments)
  return { comments: newest.map(shownComment), comments_total: comment?.total ?? 0 }
}

function linksOf({ fields }: FullIssue, ctx: ToolContext) {
  const { links, elsewhere } = shownLinks(fields.issuelinks, ctx)
  return { links, ...(elsewhere > 0 && { links_elsewhere: elsewhere }) }
}

/** `expand=changelog` answers with the newest changes first. */
function historyOf({ changelog }: FullIssue, ctx: ToolContext) {
  const newest = (changelog?.histories ?? []).slice(0, shownChanges)
  return {
    history: newest.map((change) => shownChange(change, ctx)),
    history_total: changelog?.total ?? 0,
  }
}

/** Fields this site has added, by name, as far as they hold something that has words. */
function customFields(issue: FullIssue, ctx: ToolContext): Record<string, string> {
  const { fields, names: fieldNames } = issue as z.infer<typeof withCustom>
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([id]) => id.startsWith('customfield_'))
      .map(
        ([id, value]) =>
          [fieldNames[id] ?? id, withoutForeignKeys(valueInWords(value), ctx)] as const,
      )
      .filter(([, words]) => words !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
