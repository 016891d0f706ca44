import type { Hono } from 'hono'
import * as z from 'zod'
import type { Desk } from '../http.ts'
import {
  JiraFailure,
  bodyOf,
  issueOf,
  missing,
  nextId,
  pageOf,
  PageQuery,
  queryOf,
} from '../http.ts'
import type { Issue } from '../model.ts'
import { serviceAccount, workflow } from '../model.ts'
import { IssueFields, screenFields, setFields, typeById } from '../screen.ts'
import { changeShape, fieldNames, issueShape, stepShape } from '../shapes.ts'

const Properties = z.array(z.strictObject({ key: z.string().max(255), value: z.unknown() }))
const History = z.strictObject({
  type: z.string(),
  description: z.string(),
  actor: z.strictObject({ id: z.string(), displayName: z.string(), type: z.string() }),
  cause: z.strictObject({ id: z.string(), type: z.string() }),
})
const Creation = z.strictObject({ fields: IssueFields, properties: Properties.optional() })
const Update = z.strictObject({ fields: IssueFields, historyMetadata: History.optional() })
const Taken = z.strictObject({
  transition: z.strictObject({ id: z.string() }),
  fields: IssueFields.optional(),
  historyMetadata: History.optional(),
})

export function issueRoutes(app: Hono, desk: Desk): void {
  const { site, now } = desk

  app.post('/rest/api/3/issue/bulkfetch', async (c) => {
    const Body = z.strictObject({
      issueIdsOrKeys: z.array(z.string()).min(1).max(100),
      fields: z.array(z.string()),
    })
    const { issueIdsOrKeys, fields } = await bodyOf(c, desk, Body)
    const issues = site.issues.filter(({ key, id }) =>
      issueIdsOrKeys.some((one) => one === key || one === id || site.oldKeys[one] === key),
    )
    return c.json({
      issues: issues.map((issue) => issueShape(site, issue, fields)),
      issueErrors: [],
    })
  })

  app.post('/rest/api/3/issue/bulk', async (c) => {
    const Body = z.strictObject({ issueUpdates: z.array(Creation).min(1).max(50) })
    const { issueUpdates } = await bodyOf(c, desk, Body)
    const issues: unknown[] = []
    const errors: unknown[] = []
    for (const [failedElementNumber, one] of issueUpdates.entries()) {
      try {
        issues.push(created(create(desk, one)))
      } catch (error) {
        if (!(error instanceof JiraFailure)) throw error
        errors.push({ status: 400, failedElementNumber, elementErrors: error.body })
      }
    }
    return c.json({ issues, errors }, issues.length > 0 ? 201 : 400)
  })

  app.post('/rest/api/3/issue', async (c) => {
    return c.json(created(create(desk, await bodyOf(c, desk, Creation))), 201)
  })

  app.get('/rest/api/3/issue/:key', (c) => {
    const Query = z.strictObject({
      fields: z.string().default('*all'),
      expand: z.string().default(''),
    })
    const query = queryOf(c, desk, Query)
    const issue = issueOf(desk, c.req.param('key'))
    const expand = query.expand.split(',')
    return c.json({
      ...issueShape(site, issue, query.fields.split(',')),
      ...(expand.includes('names') && { names: fieldNames }),
      ...(expand.includes('changelog') && {
        changelog: {
          startAt: 0,
          maxResults: issue.changes.length,
          total: issue.changes.length,
          histories: issue.changes.toReversed().map((one) => changeShape(site, one)),
        },
      }),
    })
  })

  app.put('/rest/api/3/issue/:key', async (c) => {
    const { fields, historyMetadata } = await bodyOf(c, desk, Update)
    const issue = issueOf(desk, c.req.param('key'))
    edit(desk, issue, fields, historyMetadata)
    return c.body(null, 204)
  })

  app.get('/rest/api/3/issue/:key/editmeta', (c) => {
    const { project, type } = issueOf(desk, c.req.param('key'))
    const fields = screenFields(project, type).filter(
      ({ fieldId }) => fieldId !== 'project' && fieldId !== 'reporter',
    )
    return c.json({
      fields: Object.fromEntries(fields.map(({ fieldId, ...meta }) => [fieldId, meta])),
    })
  })

  app.get('/rest/api/3/issue/:key/changelog', (c) => {
    const issue = issueOf(desk, c.req.param('key'))
    const page = pageOf(issue.changes, queryOf(c, desk, PageQuery))
    return c.json({ ...page, values: page.values.map((one) => changeShape(site, one)) })
  })

  app.get('/rest/api/3/issue/:key/transitions', (c) => {
    const { expand } = queryOf(c, desk, z.strictObject({ expand: z.string().default('') }))
    const { status } = issueOf(desk, c.req.param('key'))
    const steps = workflow.filter(({ from }) => from === status)
    const withFields = expand.includes('transitions.fields')
    return c.json({
      expand: 'transitions',
      transitions: steps.map((one) => stepShape(one, withFields)),
    })
  })

  app.post('/rest/api/3/issue/:key/transitions', async (c) => {
    const { transition, fields = {}, historyMetadata } = await bodyOf(c, desk, Taken)
    const issue = issueOf(desk, c.req.param('key'))
    const step = workflow.find(({ id, from }) => id === transition.id && from === issue.status)
    if (!step)
      throw new JiraFailure(400, [
        'It seems that you have tried to perform an illegal workflow operation.',
      ])
    const lacking = (step.requires ?? []).filter((id) => !(id in fields))
    if (lacking.length > 0)
      throw new JiraFailure(
        400,
        [],
        Object.fromEntries(lacking.map((id) => [id, `${id} is required.`])),
      )
    const before = issue.status
    edit(desk, issue, fields, undefined)
    issue.status = step.to
    record(desk, issue, [{ field: 'status', from: before, to: step.to }], historyMetadata)
    return c.body(null, 204)
  })

  function created(issue: Issue) {
    return {
      id: issue.id,
      key: issue.key,
      self: `https://example.atlassian.net/rest/api/3/issue/${issue.id}`,
    }
  }

  function create(one: Desk, { fields, properties = [] }: z.output<typeof Creation>): Issue {
    const project = site.projects.find(({ key }) => key === fields.project?.key)
    const type = typeById(fields.issuetype?.id)
    const errors = {
      ...(!project && { project: 'Specify a valid project ID or key' }),
      ...(!type && { issuetype: 'Specify an issue type' }),
      ...(!fields.summary && { summary: 'You must specify a summary of the issue.' }),
    }
    if (!project || !type || Object.keys(errors).length > 0) throw new JiraFailure(400, [], errors)
    const numbers = site.issues
      .filter(({ key }) => key.startsWith(`${project.key}-`))
      .map(({ key }) => Number(key.split('-')[1]))
    const issue: Issue = {
      id: nextId(site),
      key: `${project.key}-${Math.max(0, ...numbers) + 1}`,
      project: project.key,
      type,
      summary: '',
      description: null,
      status: 'To Do',
      priority: 'Medium',
      labels: [],
      assignee: null,
      reporter: serviceAccount,
      created: now(),
      updated: now(),
      due: null,
      resolution: null,
      parent: null,
      sprint: null,
      custom: {},
      comments: [],
      changes: [],
      files: [],
      worklogs: [],
      remoteLinks: [],
      properties: [...properties],
    }
    setFields(one, issue, project, fields)
    site.issues.push(issue)
    desk.changed()
    return issue
  }
}

const written = ['summary', 'priority', 'assignee', 'due', 'parent', 'resolution'] as const

/** Sets fields and writes the difference into the issue's history. */
function edit(desk: Desk, issue: Issue, fields: IssueFields, metadata: unknown): void {
  const project = desk.site.projects.find(({ key }) => key === issue.project)
  if (!project) throw missing()
  const draft: Issue = { ...issue, custom: { ...issue.custom } }
  setFields(desk, draft, project, fields)
  const items = written
    .filter((field) => issue[field] !== draft[field])
    .map((field) => ({ field, from: issue[field], to: draft[field] }))
  const labels = [issue.labels.join(' '), draft.labels.join(' ')] as const
  if (labels[0] !== labels[1])
    items.push({ field: 'labels' as never, from: labels[0], to: labels[1] })
  if (issue.description !== draft.description)
    items.push({ field: 'description' as never, from: null, to: null })
  const { custom, ...plain } = draft
  Object.assign(issue, plain)
  Object.assign(issue.custom, custom)
  record(desk, issue, items, metadata)
}

/** Time moves with every change, so that a version never stays the same. */
export function touch(desk: Desk, issue: Issue): void {
  issue.updated = Math.max(desk.now(), issue.updated + 1)
  desk.changed()
}

function record(
  desk: Desk,
  issue: Issue,
  items: readonly { field: string; from: string | null; to: string | null }[],
  historyMetadata: unknown,
): void {
  touch(desk, issue)
  if (items.length === 0) return
  const id = nextId(desk.site)
  const base = { id, author: serviceAccount, at: desk.now(), items }
  issue.changes.push(historyMetadata === undefined ? base : { ...base, historyMetadata })
}
