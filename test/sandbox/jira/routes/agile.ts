import type { Hono } from 'hono'
import * as z from 'zod'
import type { Desk } from '../http.ts'
import { JiraFailure, PageQuery, bodyOf, issueOf, pageOf, queryOf } from '../http.ts'
import { boardShape, issueShape, sprintShape } from '../shapes.ts'
import { touch } from './issues.ts'
import { matching, queryFrom } from './search.ts'

/** Boards and sprints (https://developer.atlassian.com/cloud/jira/software/rest/). */
export function agileRoutes(app: Hono, desk: Desk): void {
  const { site } = desk
  const boardOf = (id: string) => {
    const board = site.boards.find((one) => String(one.id) === id)
    if (!board)
      throw new JiraFailure(404, [
        'The requested board cannot be viewed because it either does not exist or you do not have permission to view it.',
      ])
    return board
  }
  const sprintOf = (id: string) => {
    const sprint = site.sprints.find((one) => String(one.id) === id)
    if (!sprint) throw new JiraFailure(404, ['Sprint does not exist.'])
    return sprint
  }

  app.get('/rest/agile/1.0/board', (c) => {
    const Query = z.strictObject({ ...PageQuery.shape, projectKeyOrId: z.string().optional() })
    const { projectKeyOrId, ...page } = queryOf(c, desk, Query)
    const all = site.boards.filter(({ project }) => !projectKeyOrId || project === projectKeyOrId)
    const shown = pageOf(all, page)
    return c.json({ ...shown, values: shown.values.map((one) => boardShape(site, one)) })
  })

  app.get('/rest/agile/1.0/board/:id', (c) => c.json(boardShape(site, boardOf(c.req.param('id')))))

  app.get('/rest/agile/1.0/board/:id/configuration', (c) => {
    const { id, name } = boardOf(c.req.param('id'))
    const field = { fieldId: 'customfield_10016', displayName: 'Story Points' }
    return c.json({ id, name, estimation: { type: 'field', field } })
  })

  app.get('/rest/agile/1.0/board/:id/sprint', (c) => {
    const Query = z.strictObject({ ...PageQuery.shape, state: z.string().optional() })
    const { state, ...page } = queryOf(c, desk, Query)
    const board = boardOf(c.req.param('id'))
    if (board.type === 'kanban') throw new JiraFailure(400, ['The board does not support sprints'])
    const states = state?.split(',')
    const all = site.sprints.filter(
      (one) => one.board === board.id && (states?.includes(one.state) ?? true),
    )
    const shown = pageOf(all, page)
    return c.json({ ...shown, values: shown.values.map(sprintShape) })
  })

  app.get('/rest/agile/1.0/sprint/:id', (c) => c.json(sprintShape(sprintOf(c.req.param('id')))))

  app.get('/rest/agile/1.0/sprint/:id/issue', (c) => {
    const Query = z.strictObject({
      ...PageQuery.shape,
      jql: z.string().default(''),
      fields: z.string().default('*all'),
    })
    const { jql, fields, ...page } = queryOf(c, desk, Query)
    const { id } = sprintOf(c.req.param('id'))
    const all = matching(desk, queryFrom(jql), []).filter(({ sprint }) => sprint === id)
    const { values, isLast: _, ...rest } = pageOf(all, page)
    return c.json({
      ...rest,
      issues: values.map((issue) => issueShape(site, issue, fields.split(','))),
    })
  })

  const Issues = z.strictObject({ issues: z.array(z.string()).min(1).max(50) })
  const move = (keys: readonly string[], sprint: number | null) => {
    const issues = keys.map((key) => issueOf(desk, key))
    for (const issue of issues) {
      issue.sprint = sprint
      touch(desk, issue)
    }
  }
  app.post('/rest/agile/1.0/sprint/:id/issue', async (c) => {
    const { id, state } = sprintOf(c.req.param('id'))
    if (state === 'closed')
      throw new JiraFailure(400, ['Issues can only be moved to open or active sprints.'])
    move((await bodyOf(c, desk, Issues)).issues, id)
    return c.body(null, 204)
  })
  app.post('/rest/agile/1.0/backlog/issue', async (c) => {
    move((await bodyOf(c, desk, Issues)).issues, null)
    return c.body(null, 204)
  })
}
