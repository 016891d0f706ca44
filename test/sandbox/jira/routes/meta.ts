import type { Hono } from 'hono'
import * as z from 'zod'
import type { Desk } from '../http.ts'
import { JiraFailure, PageQuery, pageOf, queryOf } from '../http.ts'
import { issueTypes } from '../model.ts'
import { screenFields, typeById } from '../screen.ts'
import { userShape } from '../shapes.ts'

const listed = z.union([z.string().transform((one) => [one]), z.array(z.string())])

/** Projects, create screens and people. */
export function metaRoutes(app: Hono, desk: Desk): void {
  const { site } = desk

  app.get('/rest/api/3/project/search', (c) => {
    const Query = z.strictObject({
      ...PageQuery.shape,
      keys: listed.optional(),
      query: z.string().optional(),
      orderBy: z.literal('key').optional(),
    })
    const { keys, query = '', ...page } = queryOf(c, desk, Query)
    const text = query.toLowerCase()
    const found = site.projects
      .filter(({ key }) => !keys || keys.includes(key))
      .filter(({ key, name }) => `${key} ${name}`.toLowerCase().includes(text))
    const shown = pageOf(found, page)
    return c.json({
      ...shown,
      values: shown.values.map(({ id, key, name, typeKey }) => ({
        id,
        key,
        name,
        projectTypeKey: typeKey,
      })),
    })
  })

  const projectOf = (key: string) => {
    const project = site.projects.find((one) => one.key === key)
    if (!project) throw new JiraFailure(404, ['The project was not found.'])
    return project
  }

  app.get('/rest/api/3/issue/createmeta/:project/issuetypes', (c) => {
    projectOf(c.req.param('project'))
    const { values, isLast: _, ...page } = pageOf(issueTypes, queryOf(c, desk, PageQuery))
    return c.json({ ...page, issueTypes: values })
  })

  app.get('/rest/api/3/issue/createmeta/:project/issuetypes/:type', (c) => {
    const { key } = projectOf(c.req.param('project'))
    const type = typeById(c.req.param('type'))
    if (!type) throw new JiraFailure(404, ['The issue type was not found.'])
    const all = screenFields(key, type)
    const { values, isLast: _, ...page } = pageOf(all, queryOf(c, desk, PageQuery))
    return c.json({ ...page, fields: values })
  })

  const Find = z.strictObject({
    ...PageQuery.shape,
    query: z.string().min(1),
    project: z.string().optional(),
  })
  const finds = (text: string) => {
    const plain = text.toLowerCase()
    return site.people.filter(
      ({ displayName, email, active }) =>
        active &&
        (displayName.toLowerCase().includes(plain) || email.toLowerCase().startsWith(plain)),
    )
  }

  app.get('/rest/api/3/user/search', (c) => {
    const { query, startAt, maxResults } = queryOf(c, desk, Find)
    return c.json(
      finds(query)
        .slice(startAt, startAt + maxResults)
        .map(userShape),
    )
  })

  app.get('/rest/api/3/user/assignable/search', (c) => {
    const { query, project = '', startAt, maxResults } = queryOf(c, desk, Find)
    const { members } = projectOf(project)
    const found = finds(query).filter(({ accountId }) => members.includes(accountId))
    return c.json(found.slice(startAt, startAt + maxResults).map(userShape))
  })

  app.get('/rest/api/3/user/bulk', (c) => {
    const Query = z.strictObject({ ...PageQuery.shape, accountId: listed })
    const { accountId, ...page } = queryOf(c, desk, Query)
    const found = pageOf(
      site.people.filter((one) => accountId.includes(one.accountId)),
      page,
    )
    return c.json({ ...found, values: found.values.map(userShape) })
  })
}
