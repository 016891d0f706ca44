import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import { path } from '../../shared/path.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { jira } from './client.ts'
import { mayUseProject, projectOf, requireProject } from './projects.ts'

/** What Jira says of a thing that has a name: a status, a priority, a version. */
export const Named = z.object({ name: z.string() })
export const User = z.object({ accountId: z.string(), displayName: z.string() })

/** A day as an argument. */
export const Day = z
  .string()
  .refine((text) => z.iso.date().safeParse(text).success, 'must be a day such as 2026-11-20')

const categories = { new: 'to_do', indeterminate: 'in_progress', done: 'done' } as const
/** A status with the one of three categories that all workflows share. */
export const Status = z
  .object({ name: z.string(), statusCategory: z.object({ key: z.string() }).optional() })
  .transform(({ name, statusCategory }) => ({
    name,
    category: categories[(statusCategory?.key ?? 'new') as keyof typeof categories] ?? 'to_do',
  }))

/** The fields of a summary row, asked for by name: Jira would send everything otherwise. */
export const rowFields = [
  'summary',
  'status',
  'issuetype',
  'priority',
  'assignee',
  'updated',
  'project',
] as const

export const RowIssue = z.object({
  id: z.string(),
  key: z.string(),
  fields: z.object({
    summary: z.string(),
    status: Status,
    issuetype: Named,
    priority: Named.nullish(),
    assignee: User.nullish(),
    updated: z.string(),
    project: z.object({ key: z.string() }),
  }),
})
export type RowIssue = z.infer<typeof RowIssue>

/** One issue in a list: about 60 tokens. */
export const IssueRow = z.object({
  key: z.string(),
  type: z.string(),
  status: z.string(),
  priority: z.string().optional(),
  assignee: z.string().optional(),
  updated: z.string(),
  summary: z.string(),
})
export type IssueRow = z.infer<typeof IssueRow>

export const rowOf = ({ key, fields }: RowIssue): IssueRow => ({
  key,
  type: fields.issuetype.name,
  status: fields.status.name,
  ...(fields.priority && { priority: fields.priority.name }),
  ...(fields.assignee && { assignee: fields.assignee.displayName }),
  updated: minute(fields.updated),
  summary: fields.summary,
})

/** Jira's `2026-11-20T10:15:30.000+0100` as `2026-11-20T09:15Z`. */
export function minute(jiraTime: string): string {
  const at = new Date(jiraTime)
  return Number.isNaN(at.valueOf()) ? jiraTime : `${at.toISOString().slice(0, 16)}Z`
}

/** The rows whose project the caller may use. The query asked for no other; a row that is, is dropped and put on record. */
export function insideOnly<T extends { fields: { project: { key: string } } }>(
  issues: readonly T[],
  ctx: ToolContext,
): T[] {
  const inside = issues.filter((issue) => mayUseProject(issue.fields.project.key, ctx))
  if (inside.length < issues.length) ctx.log({ outsideProjects: issues.length - inside.length })
  return inside
}

const Identity = z.object({
  key: z.string(),
  fields: z.object({ project: z.object({ key: z.string() }) }),
})

/**
 * Reads one issue by key, by way of both checks: the key's project before anything is asked, and
 * the project the issue really is in after (an old key leads to an issue that has moved).
 * @throws ToolError `forbidden`, `not_found`
 */
export async function readIssue<T extends z.ZodType>(
  ctx: ToolContext,
  key: string,
  schema: T,
  options: { readonly fields: readonly string[]; readonly expand?: string },
): Promise<z.output<T>> {
  requireProject(projectOf(key), ctx)
  const fields = [...new Set([...options.fields, 'project'])].join(',')
  const query = { fields, ...(options.expand !== undefined && { expand: options.expand }) }
  const both = z.intersection(Identity, schema)
  const issue = await jira(ctx).get(path`/rest/api/3/issue/${key}`, both, { query })
  const { key: realKey, fields: real } = issue as z.output<typeof Identity>
  if (!mayUseProject(real.project.key, ctx))
    throw new ToolError('not_found', `${key} is in none of the projects you may use any more.`)
  if (realKey !== key) ctx.log({ movedTo: realKey })
  return issue
}

/** What moves with every change of an issue: the version that an approval is bound to. */
export const Versioned = z.object({
  key: z.string(),
  fields: z.object({
    summary: z.string(),
    updated: z.string(),
    status: Status,
    project: z.object({ key: z.string(), projectTypeKey: z.string().optional() }),
  }),
})
export type Versioned = z.infer<typeof Versioned>
export const versionFields = ['summary', 'updated', 'status'] as const

/** @throws ToolError `upstream_rejected` when the issue has changed since the person saw the preview */
export function requireUnmoved(
  issue: { key: string; fields: { updated: string } },
  target: { readonly id: string; readonly version: string } | undefined,
): void {
  if (target?.id === issue.key && target.version === issue.fields.updated) return
  throw new ToolError(
    'upstream_rejected',
    `${issue.key} has changed since this was proposed, so nothing was done. Read it again and propose anew.`,
  )
}
