import type { Hono } from 'hono'
import * as z from 'zod'
import { AdfBody } from '../adf.ts'
import type { Desk } from '../http.ts'
import { JiraFailure, bodyOf, issueOf, missing, nextId, queryOf } from '../http.ts'
import { linkTypes, serviceAccount } from '../model.ts'
import { commentShape, personShape } from '../shapes.ts'
import { touch } from './issues.ts'

const Properties = z.array(z.strictObject({ key: z.string().max(255), value: z.unknown() }))

/** Comments, work logs and links of issues. */
export function textRoutes(app: Hono, desk: Desk): void {
  const { site, now } = desk

  app.get('/rest/api/3/issue/:key/comment', (c) => {
    const Query = z.strictObject({
      startAt: z.coerce.number().int().min(0).default(0),
      maxResults: z.coerce.number().int().min(1).max(5000).default(100),
      orderBy: z.enum(['created', '-created', '+created']).default('created'),
    })
    const { startAt, maxResults, orderBy } = queryOf(c, desk, Query)
    const { comments } = issueOf(desk, c.req.param('key'))
    const sorted = orderBy === '-created' ? comments.toReversed() : comments
    return c.json({
      startAt,
      maxResults,
      total: sorted.length,
      comments: sorted.slice(startAt, startAt + maxResults).map((one) => commentShape(site, one)),
    })
  })

  app.post('/rest/api/3/issue/:key/comment', async (c) => {
    const { body, properties = [] } = await bodyOf(
      c,
      desk,
      z.strictObject({ body: AdfBody, properties: Properties.optional() }),
    )
    const issue = issueOf(desk, c.req.param('key'))
    const internal = properties.some(
      ({ key, value }) =>
        key === 'sd.public.comment' && (value as { internal?: unknown })?.internal === true,
    )
    const service = site.projects.some(
      (p) => p.key === issue.project && p.typeKey === 'service_desk',
    )
    const comment = {
      id: nextId(site),
      author: serviceAccount,
      body,
      at: now(),
      properties,
      public: service && !internal,
    }
    issue.comments.push(comment)
    touch(desk, issue)
    return c.json(commentShape(site, comment), 201)
  })

  app.post('/rest/api/3/issue/:key/worklog', async (c) => {
    const Body = z.strictObject({
      timeSpentSeconds: z.number().int().min(60),
      started: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$/),
      comment: AdfBody.optional(),
      properties: Properties.optional(),
    })
    const { timeSpentSeconds: seconds, started, comment = null } = await bodyOf(c, desk, Body)
    const issue = issueOf(desk, c.req.param('key'))
    const id = nextId(site)
    issue.worklogs.push({ id, seconds, comment })
    touch(desk, issue)
    const author = personShape(site, serviceAccount)
    return c.json({ id, issueId: issue.id, author, started, timeSpentSeconds: seconds }, 201)
  })

  app.get('/rest/api/3/issueLinkType', (c) => c.json({ issueLinkTypes: linkTypes }))

  app.post('/rest/api/3/issueLink', async (c) => {
    const Key = z.strictObject({ key: z.string() })
    const Body = z.strictObject({
      type: z.strictObject({ name: z.string() }),
      inwardIssue: Key,
      outwardIssue: Key,
    })
    const { type, inwardIssue, outwardIssue } = await bodyOf(c, desk, Body)
    if (!linkTypes.some(({ name }) => name === type.name))
      throw new JiraFailure(404, [`No issue link type with name '${type.name}' found.`])
    const inward = issueOf(desk, inwardIssue.key)
    const outward = issueOf(desk, outwardIssue.key)
    site.links.push({ id: nextId(site), type: type.name, inward: inward.key, outward: outward.key })
    touch(desk, inward)
    return c.body(null, 201)
  })

  app.post('/rest/api/3/issue/:key/remotelink', async (c) => {
    const Body = z.strictObject({
      globalId: z.string().max(255),
      relationship: z.string().optional(),
      object: z.strictObject({ url: z.url(), title: z.string(), summary: z.string().optional() }),
    })
    const { globalId, object } = await bodyOf(c, desk, Body)
    const issue = issueOf(desk, c.req.param('key'))
    issue.remoteLinks.push({ url: object.url, title: object.title, globalId })
    touch(desk, issue)
    const id = Number(nextId(site))
    return c.json(
      { id, self: `https://example.atlassian.net/rest/api/3/issue/${issue.id}/remotelink/${id}` },
      201,
    )
  })

  app.get('/rest/api/3/attachment/content/:id', (c) => {
    const { redirect } = queryOf(c, desk, z.strictObject({ redirect: z.string().default('true') }))
    const file = site.issues
      .flatMap(({ files }) => files)
      .find(({ id }) => id === c.req.param('id'))
    if (!file) throw missing()
    if (redirect !== 'false')
      return c.redirect(`https://api.media.atlassian.com/file/${file.id}`, 303)
    return new Response(file.bytes === undefined ? file.text : Buffer.from(file.bytes, 'base64'), {
      headers: { 'content-type': file.mimeType },
    })
  })
}
