import type { Context } from 'hono'
import * as z from 'zod'
import type { Issue, Site } from './model.ts'

/** What a route works with. */
export interface Desk {
  readonly site: Site
  readonly now: () => number
  /** How long search doesn't see a new issue. */
  readonly lagMs: number
  /** A request that our own schemas don't know: Gatehouse sends something that isn't Jira's. */
  readonly found: (problem: string) => void
  /** A change was made. */
  readonly changed: () => void
}

/** An answer in Jira's form of an error (`ErrorCollection`). */
export class JiraFailure extends Error {
  readonly status: number
  readonly body: Record<string, unknown>
  constructor(status: number, messages: readonly string[], errors: Record<string, string> = {}) {
    super(messages.join(' '))
    this.status = status
    this.body = { errorMessages: messages, errors }
  }
}

export const missing = (): JiraFailure =>
  new JiraFailure(404, ['Issue does not exist or you do not have permission to see it.'])

/** A body by a strict schema; one that doesn't fit is a finding and a 400. */
export async function bodyOf<T extends z.ZodType>(
  c: Context,
  desk: Desk,
  schema: T,
): Promise<z.output<T>> {
  const json: unknown = await c.req.json().catch(() => undefined)
  return parsed(schema, json, c, desk)
}

/** The query by a strict schema; a repeated key is a list. */
export function queryOf<T extends z.ZodType>(c: Context, desk: Desk, schema: T): z.output<T> {
  const all = Object.entries(c.req.queries()).map(([name, values]) => [
    name,
    values.length > 1 ? values : values[0],
  ])
  return parsed(schema, Object.fromEntries(all), c, desk)
}

function parsed<T extends z.ZodType>(
  schema: T,
  value: unknown,
  c: Context,
  desk: Desk,
): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problem = result.error.issues.map((i) => `${i.path.join('.')} ${i.message}`).join('; ')
  desk.found(`${c.req.method} ${c.req.path}: ${problem}`)
  throw new JiraFailure(400, [
    'Invalid request payload. Refer to the REST API documentation and try again.',
  ])
}

/** `startAt` and `maxResults` of Jira's older lists. */
export const PageQuery = z.strictObject({
  startAt: z.coerce.number().int().min(0).default(0),
  maxResults: z.coerce.number().int().min(0).max(200).default(50),
})

/** One page of values in the shape of the older lists. */
export function pageOf<T>(all: readonly T[], { startAt, maxResults }: z.output<typeof PageQuery>) {
  const values = all.slice(startAt, startAt + maxResults)
  return {
    startAt,
    maxResults,
    total: all.length,
    isLast: startAt + values.length >= all.length,
    values,
  }
}

/** By key, by a key it had before, or by id. @throws JiraFailure 404 */
export function issueOf({ site }: Desk, keyOrId: string): Issue {
  const key = site.oldKeys[keyOrId] ?? keyOrId
  const issue = site.issues.find((one) => one.key === key || one.id === key)
  if (!issue) throw missing()
  return issue
}

export function nextId(site: Site): string {
  site.nextId += 1
  return String(site.nextId)
}
