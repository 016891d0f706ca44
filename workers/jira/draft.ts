import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { markdownToAdf } from './adf/from-markdown.ts'
import { attribution, signed } from './attribution.ts'
import { MoreFields, checkFields, checkReserved, createFields, issueTypeId } from './fields.ts'
import type { FieldMeta } from './fields.ts'
import { Assignee, myAccountId, nameMentions, namesOf } from './people.ts'
import { IssueKey, projectOf, requireProject } from './projects.ts'

/** What both ways to create an issue take. */
export const priorities = ['Highest', 'High', 'Medium', 'Low'] as const
export const Summary = z
  .string()
  .trim()
  .refine((text) => /^[^\r\n]{1,255}$/.test(text), 'must be one line of at most 255 characters')
export const Body = z.string().refine((text) => text.length <= 30_000, 'is too long for Jira')
export const Labels = z.array(
  z.string().refine((text) => /^\S{1,255}$/.test(text), 'must have no spaces'),
)

export const DraftInput = z.object({
  summary: Summary,
  description: Body.optional(),
  issue_type: z.enum(['Bug', 'Task', 'Story']),
  priority: z.enum(priorities).optional(),
  labels: Labels.optional(),
  assignee: Assignee.optional(),
  parent_key: IssueKey.optional(),
  fields: MoreFields.optional(),
})
export type DraftInput = z.infer<typeof DraftInput>

export interface Draft {
  /** The body of the create request. */
  readonly request: { fields: Record<string, unknown>; properties: readonly unknown[] }
  /** What looks different in Jira than the Markdown says. */
  readonly changed: readonly string[]
  /** Names of the people that Jira will notify of a mention. */
  readonly mentions: readonly string[]
  readonly assignee: string | undefined
}

/** Screens read for one call, so that fifty issues of one type cost two requests. */
export function screens(ctx: ToolContext, project: string) {
  const known = new Map<string, Promise<{ typeId: string; metas: FieldMeta[] }>>()
  const read = async (type: string) => {
    const typeId = await issueTypeId(ctx, project, type)
    return { typeId, metas: await createFields(ctx, project, typeId) }
  }
  return (type: string) => {
    const screen = known.get(type) ?? read(type)
    known.set(type, screen)
    return screen
  }
}

/** An issue as it would be created, checked against the project's own create screen. */
export async function draftIssue(
  ctx: ToolContext,
  project: string,
  input: DraftInput,
  screen: ReturnType<typeof screens>,
): Promise<Draft> {
  checkReserved(input.fields)
  if (input.parent_key !== undefined) requireProject(projectOf(input.parent_key), ctx)
  const { typeId, metas } = await screen(input.issue_type)
  const { document, changed } = markdownToAdf(input.description ?? '')
  const mentions = await nameMentions(ctx, document)
  if (input.assignee === 'none') throw new ToolError('invalid_input', 'assignee: leave it out.')
  const assigneeId = input.assignee === 'me' ? await myAccountId(ctx) : input.assignee
  const described =
    input.description !== undefined || metas.some((meta) => meta.fieldId === 'description')
  const fields: Record<string, unknown> = {
    ...input.fields,
    project: { key: project },
    issuetype: { id: typeId },
    summary: input.summary,
    // a screen without a description still gets the entity property
    ...(described && { description: signed(document, ctx) }),
    ...(input.priority && { priority: { name: input.priority } }),
    ...(input.labels && { labels: input.labels }),
    ...(assigneeId && { assignee: { id: assigneeId } }),
    ...(input.parent_key && { parent: { key: input.parent_key } }),
  }
  checkFields(metas, fields, { complete: true })
  const names = await namesOf(ctx, assigneeId ? [assigneeId] : [])
  return {
    request: { fields, properties: [attribution(ctx)] },
    changed,
    mentions,
    assignee: assigneeId && names.get(assigneeId),
  }
}
