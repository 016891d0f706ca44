import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import { path } from '../../shared/path.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { AdfDocument } from './adf/document.ts'
import { markdownToAdf } from './adf/from-markdown.ts'
import { adfToMarkdown } from './adf/to-markdown.ts'
import { jira } from './client.ts'
import { valueInWords } from './details.ts'
import { Body, Labels, Summary, priorities } from './draft.ts'
import { FieldMeta, MoreFields, checkFields, checkReserved } from './fields.ts'
import { Day, Named, User, Versioned, readIssue, versionFields } from './issue.ts'
import { Assignee, myAccountId, nameMentions, namesOf } from './people.ts'
import { IssueKey, projectOf, requireProject } from './projects.ts'

export const UpdateInput = z.object({
  issue_key: IssueKey,
  summary: Summary.optional(),
  description: Body.optional(),
  priority: z.enum(priorities).optional(),
  labels: Labels.optional(),
  assignee: Assignee.optional(),
  due_date: Day.optional(),
  parent_key: IssueKey.optional(),
  fields: MoreFields.optional(),
  expected_updated: z.string().optional(),
})
type UpdateInput = z.infer<typeof UpdateInput>

const Current = z.object({
  key: z.string(),
  fields: z
    .object({
      ...Versioned.shape.fields.shape,
      description: AdfDocument.nullish(),
      priority: Named.nullish(),
      labels: z.array(z.string()).default([]),
      assignee: User.nullish(),
      duedate: z.string().nullish(),
      parent: z.object({ key: z.string() }).nullish(),
    })
    .loose(),
})
const EditScreen = z.object({ fields: z.record(z.string(), FieldMeta.partial({ fieldId: true })) })

export interface FieldChange {
  readonly field: string
  readonly from: string
  readonly to: string
}
export interface IssueUpdate {
  readonly issue: z.infer<typeof Current>
  /** The `fields` of the update: only what differs from what is there. */
  readonly request: Readonly<Record<string, unknown>>
  /** The same in words, without the description. */
  readonly changes: readonly FieldChange[]
  readonly description: { before: string; after: string } | undefined
  readonly mentions: readonly string[]
  readonly changed: readonly string[]
}

/**
 * What an update would change, from the issue as it is now and what its edit screen allows.
 * @throws ToolError `invalid_input` when nothing would change
 */
export async function issueUpdate(input: UpdateInput, ctx: ToolContext): Promise<IssueUpdate> {
  checkReserved(input.fields)
  if (input.parent_key !== undefined) requireProject(projectOf(input.parent_key), ctx)
  const others = Object.keys(input.fields ?? {})
  const known = ['description', 'priority', 'labels', 'assignee', 'duedate', 'parent']
  const issue = await readIssue(ctx, input.issue_key, Current, {
    fields: [...versionFields, ...known, ...others],
  })
  const body = await newBody(input.description, issue.fields.description, ctx)
  const wanted = [...(await namedFields(input, issue.fields, ctx)), ...otherFields(input, issue)]
  const differing = wanted.filter(({ from, to }) => from !== to)
  const request = {
    ...Object.fromEntries(differing.map(({ id, value }) => [id, value])),
    ...(body && { description: body.document }),
  }
  if (Object.keys(request).length === 0)
    throw new ToolError('invalid_input', `Nothing of this would change ${issue.key}.`)
  await checkEditable(ctx, issue.key, request)
  return {
    issue,
    request,
    changes: differing.map(({ field, from, to }) => ({ field, from, to })),
    description: body && { before: body.before, after: input.description ?? '' },
    mentions: body?.mentions ?? [],
    changed: body?.changed ?? [],
  }
}

/** The new description, or undefined when its Markdown is what the present one shows already. */
async function newBody(
  markdown: string | undefined,
  present: AdfDocument | null | undefined,
  ctx: ToolContext,
) {
  if (markdown === undefined) return undefined
  const before = present ? adfToMarkdown(present).markdown : ''
  if (before.trim() === markdown.trim()) return undefined
  const { document, changed } = markdownToAdf(markdown, present ?? undefined)
  return { before, document, changed, mentions: await nameMentions(ctx, document) }
}

interface Wanted extends FieldChange {
  readonly id: string
  readonly value: unknown
}

async function namedFields(
  input: UpdateInput,
  now: z.infer<typeof Current>['fields'],
  ctx: ToolContext,
): Promise<Wanted[]> {
  const { summary, priority, labels, assignee, due_date, parent_key } = input
  const list: Wanted[] = []
  const add = (id: string, value: unknown, from: string, to: string, field = id) =>
    list.push({ id, field, value, from, to })
  if (summary !== undefined) add('summary', summary, now.summary, summary)
  if (priority !== undefined)
    add('priority', { name: priority }, now.priority?.name ?? '', priority)
  if (labels !== undefined)
    add('labels', labels, now.labels.toSorted().join(', '), labels.toSorted().join(', '))
  if (due_date !== undefined) add('duedate', due_date, now.duedate ?? '', due_date, 'due date')
  if (parent_key !== undefined)
    add('parent', { key: parent_key }, now.parent?.key ?? '', parent_key)
  if (assignee !== undefined) {
    const id = assignee === 'me' ? await myAccountId(ctx) : assignee
    const nobody = assignee === 'none'
    const name = nobody ? 'nobody' : ((await namesOf(ctx, [id])).get(id) ?? '')
    const unchanged = nobody ? !now.assignee : now.assignee?.accountId === id
    const from = unchanged ? name : (now.assignee?.displayName ?? 'nobody')
    add('assignee', nobody ? null : { id }, from, name)
  }
  return list
}

function otherFields({ fields = {} }: UpdateInput, issue: z.infer<typeof Current>): Wanted[] {
  const words = (value: unknown): string => valueInWords(value) || JSON.stringify(value ?? '')
  return Object.entries(fields).map(([id, value]) => {
    const now = (issue.fields as Record<string, unknown>)[id]
    return { id, field: id, value, from: words(now), to: words(value) }
  })
}

/** @throws ToolError `invalid_input` for a field that the edit screen lacks or an option that doesn't exist */
async function checkEditable(
  ctx: ToolContext,
  key: string,
  request: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { fields } = await jira(ctx).get(path`/rest/api/3/issue/${key}/editmeta`, EditScreen)
  const metas = Object.entries(fields).map(([fieldId, meta]) => ({ ...meta, fieldId }))
  checkFields(metas, request, { complete: false })
}
