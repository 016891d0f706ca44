import { ToolError } from '../../../shared/errors.ts'
import type { ToolContext } from '../../../shared/tool.ts'
import { allowedProjects } from '../projects.ts'
import type { Jql } from './read.ts'
import { quoteJql } from './tokens.ts'

/** Conditions as arguments, for callers that would rather not write JQL. */
export interface Filters {
  readonly project_key?: string | undefined
  readonly status?: string | undefined
  readonly issue_type?: string | undefined
  /** An account id, or `none`. */
  readonly assignee?: string | undefined
  /** Words that the summary, description or comments have. */
  readonly text?: string | undefined
  /** YYYY-MM-DD */
  readonly updated_since?: string | undefined
}

/** Typed conditions as JQL clauses; each value is one literal. */
export function clausesOf(filters: Filters): string[] {
  const { project_key, status, issue_type, assignee, text, updated_since } = filters
  const clauses: string[] = []
  if (project_key !== undefined) clauses.push(`project = ${quoteJql(project_key)}`)
  if (status !== undefined) clauses.push(`status = ${quoteJql(status)}`)
  if (issue_type !== undefined) clauses.push(`issuetype = ${quoteJql(issue_type)}`)
  if (assignee === 'none') clauses.push('assignee IS EMPTY')
  else if (assignee !== undefined) clauses.push(`assignee = ${quoteJql(assignee)}`)
  if (text !== undefined) clauses.push(`text ~ ${quoteJql(wordsOf(text))}`)
  if (updated_since !== undefined) clauses.push(`updated >= ${quoteJql(updated_since)}`)
  return clauses
}

/** Text search has a syntax of its own inside the literal (Lucene); only words go in. */
export function wordsOf(text: string): string {
  const words = text
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()
    .toLowerCase()
  if (words) return words
  throw new ToolError('invalid_input', 'text: has no word to search for.')
}

/**
 * The query that is sent: the caller's projects, and their conditions in parentheses of their
 * own. `where` is a whole clause of the grammar (`readJql` wrote it), so nothing in it can end
 * the parenthesis.
 * @throws ToolError `forbidden` without any project, `invalid_input` for a query without any condition
 */
export function scopedJql(
  parts: Pick<Jql, 'where' | 'orderBy'>,
  clauses: readonly string[],
  ctx: Pick<ToolContext, 'limits'>,
): string {
  const projects = allowedProjects(ctx)
  if (projects?.length === 0)
    throw new ToolError('forbidden', 'Policy lets you use no Jira project yet.')
  const all = [
    ...(projects ? [`project IN (${projects.map(quoteJql).join(', ')})`] : []),
    ...clauses,
    ...(parts.where ? [`(${parts.where})`] : []),
  ]
  if (all.length === 0)
    throw new ToolError(
      'invalid_input',
      'Jira needs a condition. Add one, for example project = ENG or updated >= -30d.',
    )
  const order = parts.orderBy || (parts.where ? '' : 'updated DESC')
  return `${all.join(' AND ')}${order ? ` ORDER BY ${order}` : ''}`
}
