import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { ToolContext } from '../../shared/tool.ts'

/**
 * Which projects a call may touch. Policy gives the list (`ctx.limits.projects`, `*` for all); it
 * is put into every query, and whatever comes back is checked against it once more, because keys
 * move between projects and an upstream could answer more than it was asked.
 */
export const ProjectKey = matching(/^[A-Z][A-Z0-9_]{1,29}$/, 'must be a project key such as ENG')

export const IssueKey = matching(
  /^[A-Z][A-Z0-9_]{1,29}-[1-9]\d{0,9}$/,
  'must be an issue key such as ENG-123',
)

/** A refinement instead of a pattern: the schema that every model reads stays short, the refusal says the form. */
function matching(pattern: RegExp, message: string) {
  return z
    .string()
    .toUpperCase()
    .refine((text) => pattern.test(text), message)
}

export const projectOf = (issueKey: string): string => issueKey.slice(0, issueKey.lastIndexOf('-'))

/** The caller's projects in a fixed order; undefined when policy lets them into all. */
export function allowedProjects(ctx: Pick<ToolContext, 'limits'>): readonly string[] | undefined {
  const projects = ctx.limits['projects'] ?? []
  return projects.includes('*') ? undefined : projects.toSorted()
}

export function mayUseProject(project: string, ctx: Pick<ToolContext, 'limits'>): boolean {
  const allowed = allowedProjects(ctx)
  return allowed === undefined || allowed.includes(project)
}

/** @throws ToolError `forbidden`, naming the projects that are allowed */
export function requireProject(project: string, ctx: Pick<ToolContext, 'limits'>): void {
  if (mayUseProject(project, ctx)) return
  throw new ToolError(
    'forbidden',
    `Policy lets you use these Jira projects only: ${allowedProjects(ctx)?.join(', ') || 'none'}.`,
  )
}

/** Issue keys that text mentions, of projects the caller may not use, are left out of what is shown. */
export function withoutForeignKeys(text: string, ctx: Pick<ToolContext, 'limits'>): string {
  return text.replaceAll(/\b[A-Z][A-Z0-9_]+-\d+\b/g, (key) =>
    mayUseProject(projectOf(key), ctx) ? key : '(an issue of another project)',
  )
}
