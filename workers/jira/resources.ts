import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { ResourceTemplate } from '../../shared/integration.ts'
import { path } from '../../shared/path.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { jira } from './client.ts'
import { RowIssue, insideOnly, rowFields } from './issue.ts'
import { scopedJql } from './jql/scope.ts'
import { IssueKey, allowedProjects, mayUseProject, projectOf } from './projects.ts'
import { issueDetails } from './tools/get-issue.ts'

const Found = z.object({ issues: z.array(RowIssue) })

/** `jira://issue/ENG-123`: an issue with its comments as one Markdown text. */
export const issueResource: ResourceTemplate = {
  name: 'issue',
  title: 'Jira issue',
  description: 'An issue with its comments, as Markdown.',
  uriTemplate: 'jira://issue/{key}',
  mimeType: 'text/markdown',
  scope: 'jira:read',
  tool: 'get_jira_issue',
  async read({ key = '' }, ctx) {
    const parsed = IssueKey.safeParse(key)
    if (!parsed.success) throw new ToolError('not_found', 'There is no issue of this key.')
    return asMarkdown(await issueDetails(parsed.data, ['comments', 'links'], ctx))
  },
  async list(ctx) {
    const issues = await recent(ctx, [], 20)
    return issues.map(({ key, fields }) => ({
      uri: `jira://issue/${key}`,
      name: `${key} ${fields.summary}`,
      description: `${fields.issuetype.name}, ${fields.status.name}`,
    }))
  },
  async complete(variable, value, _known, ctx) {
    if (variable !== 'key') return []
    const typed = value.toUpperCase()
    const [project = ''] = typed.split('-')
    if (!typed.includes('-'))
      return (allowedProjects(ctx) ?? [])
        .filter((key) => key.startsWith(project))
        .map((key) => `${key}-`)
    if (!IssueKey.safeParse(`${project}-1`).success || !mayUseProject(project, ctx)) return []
    const issues = await recent(ctx, [`project = "${project}"`], 100)
    return issues.map(({ key }) => key).filter((key) => key.startsWith(typed))
  },
}

async function recent(
  ctx: ToolContext,
  clauses: readonly string[],
  maxResults: number,
): Promise<RowIssue[]> {
  const where = clauses.length > 0 ? clauses : ['updated >= -30d']
  const { issues } = await jira(ctx).post(path`/rest/api/3/search/jql`, Found, {
    safe: true,
    body: {
      jql: scopedJql({ where: '', orderBy: 'updated DESC' }, where, ctx),
      maxResults,
      fields: rowFields,
    },
  })
  return insideOnly(issues, ctx).filter(({ key }) => mayUseProject(projectOf(key), ctx))
}

function asMarkdown(issue: Awaited<ReturnType<typeof issueDetails>>): string {
  const facts = [
    `${issue.type} · ${issue.status}${issue.priority ? ` · ${issue.priority}` : ''}`,
    `Assignee: ${issue.assignee ?? 'nobody'}`,
    `Updated: ${issue.updated}`,
    ...(issue.links ?? []).map(
      ({ relation, key, summary }) => `${relation} ${key} ${summary ?? ''}`,
    ),
  ]
  const comments = (issue.comments ?? []).map(
    ({ author, created, body }) => `### ${author}, ${created}\n\n${body}`,
  )
  return [
    `# ${issue.key} ${issue.summary}`,
    facts.map((fact) => `- ${fact.trim()}`).join('\n'),
    issue.description,
    ...(issue.not_shown ? [`(Not shown: ${issue.not_shown.join(', ')})`] : []),
    ...(comments.length > 0 ? ['## Comments, newest first', ...comments] : []),
  ]
    .filter(Boolean)
    .join('\n\n')
}
