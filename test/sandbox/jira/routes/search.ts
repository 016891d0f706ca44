import type { Hono } from 'hono'
import * as z from 'zod'
import type { Desk } from '../http.ts'
import { JiraFailure, bodyOf } from '../http.ts'
import { find } from '../jql/evaluate.ts'
import { JqlProblem } from '../jql/fields.ts'
import { parseQuery } from '../jql/parse.ts'
import type { Query } from '../jql/parse.ts'
import type { Issue } from '../model.ts'
import { issueShape } from '../shapes.ts'

const Search = z.strictObject({
  jql: z.string(),
  maxResults: z.number().int().min(1).max(5000),
  fields: z.array(z.string()).min(1),
  nextPageToken: z.string().optional(),
  reconcileIssues: z.array(z.number().int()).max(50).optional(),
})

export function searchRoutes(app: Hono, desk: Desk): void {
  app.post('/rest/api/3/search/jql', async (c) => {
    const {
      jql,
      maxResults,
      fields,
      nextPageToken,
      reconcileIssues = [],
    } = await bodyOf(c, desk, Search)
    const query = queryFrom(jql)
    if (!query.where)
      throw new JiraFailure(400, [
        'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.',
      ])
    const all = matching(desk, query, reconcileIssues)
    const from = nextPageToken === undefined ? 0 : offsetIn(nextPageToken, jql, reconcileIssues)
    const issues = all.slice(from, from + maxResults)
    const end = from + issues.length
    const isLast = end >= all.length
    return c.json({
      issues: issues.map((issue) => issueShape(desk.site, issue, fields)),
      isLast,
      ...(!isLast && { nextPageToken: tokenFor(end, jql, reconcileIssues) }),
    })
  })
  // gone since 2025 (https://developer.atlassian.com/changelog/#CHANGE-2046)
  app.all('/rest/api/3/search', (c) => {
    desk.found(`${c.req.method} ${c.req.path}: is gone`)
    throw new JiraFailure(410, [
      'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.',
    ])
  })
}

/** @throws JiraFailure 400 */
export function queryFrom(jql: string): Query {
  try {
    return parseQuery(jql)
  } catch (error) {
    throw new JiraFailure(400, [error instanceof Error ? error.message : 'Error in the JQL Query.'])
  }
}

/** The index lags behind: a new issue is found after a moment, or at once when its id is reconciled. */
export function matching(desk: Desk, query: Query, reconcile: readonly number[]): Issue[] {
  const { site, now, lagMs } = desk
  const indexed = site.issues.filter(
    ({ created, id }) => created + lagMs <= now() || reconcile.includes(Number(id)),
  )
  try {
    return find(query, indexed, site, now())
  } catch (error) {
    if (error instanceof JqlProblem) throw new JiraFailure(400, [error.message])
    throw error
  }
}

interface Token {
  readonly at: number
  readonly of: string
}
const tokenFor = (at: number, jql: string, reconcile: readonly number[]): string =>
  Buffer.from(JSON.stringify({ at, of: `${jql} ${reconcile.join()}` } satisfies Token)).toString(
    'base64url',
  )

function offsetIn(token: string, jql: string, reconcile: readonly number[]): number {
  try {
    const { at, of } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Token
    if (of === `${jql} ${reconcile.join()}`) return at
  } catch {
    // what isn't a token of ours is refused like one of another query
  }
  throw new JiraFailure(400, ['The nextPageToken is invalid for this query.'])
}
