/**
 * A pretend Slack: the Web API methods that Gatehouse uses, over a workspace that remembers.
 * Each request is checked by a strict schema of our own and by Slack's own API document of 2021
 * with our overlay; what doesn't fit either is a finding.
 */
import { Hono, type Context } from 'hono'
import * as z from 'zod'
import { faults, type Faults } from '../faults.ts'
import { specCheck, type SpecCheck } from '../spec-check.ts'
import { overlay } from './overlay.ts'
import { pageOfWorkspace } from './page.ts'
import { SlackFailure, type Method } from './method.ts'
import { reads } from './reads.ts'
import { seedWorkspace } from './seed.ts'
import type { Token, Workspace } from './workspace.ts'
import { writes } from './writes.ts'

export const methods: Readonly<Record<string, Method>> = { ...reads, ...writes }

export interface PretendSlack {
  readonly app: Hono
  readonly workspace: Workspace
  /** Requests that our schemas or Slack's document don't know: empty, or the endpoint is wrong. */
  readonly findings: readonly string[]
  readonly faults: Faults
  /** Every method called, in order. */
  readonly calls: string[]
  /** What was written since the workspace was seeded: all that is needed to have it again. */
  readonly journal: Journal
}

/** The writing calls that worked, each with its moment. */
export const Journal = z.object({
  seededAt: z.number(),
  calls: z.array(
    z.object({
      at: z.number(),
      token: z.string(),
      method: z.string(),
      args: z.record(z.string(), z.unknown()),
    }),
  ),
})
export type Journal = z.infer<typeof Journal>

export interface PretendSlackOptions {
  readonly now?: () => number
  /** Slack's own limits for each method and minute (default true). */
  readonly rateLimits?: boolean
  /** Goes on where another pretend Slack ended. */
  readonly journal?: Journal
}

export function pretendSlack(options: PretendSlackOptions = {}): PretendSlack {
  const { now = Date.now } = options
  let then: number | undefined = options.journal?.seededAt ?? now()
  const journal: Journal = { seededAt: then, calls: [] }
  const workspace = seedWorkspace(() => then ?? now())
  then = undefined
  const findings: string[] = []
  const calls: string[] = []
  const failing = faults(failure)
  const spent = new Map<string, number>()
  const app = new Hono()

  /** Seconds to wait, when this call is one too many for its method and token. */
  function overLimit(name: string, method: Method, token: string): number | undefined {
    if (options.rateLimits === false) return undefined
    const minute = Math.floor(workspace.now() / 60_000)
    const key = `${name} ${token} ${minute}`
    const count = (spent.get(key) ?? 0) + 1
    spent.set(key, count)
    return count > method.perMinute ? 60 - (Math.floor(workspace.now() / 1000) % 60) : undefined
  }

  app.use('/api/*', async (c, next) => {
    const { pathname: path, searchParams: query } = new URL(c.req.url)
    const { method, raw } = c.req
    const request = { method, path, query, headers: raw.headers, body: await raw.clone().text() }
    for (const { operation, problem } of vendorsDocument().check(request))
      findings.push(`${operation}: ${problem}`)
    await next()
  })
  app.use('*', failing.guard)
  app.all('/api/:method', async (c) => {
    const name = c.req.param('method')
    const method = methods[name]
    calls.push(name)
    if (!method) {
      findings.push(`${name}: no such method`)
      return c.json({ ok: false, error: 'unknown_method' })
    }
    if (c.req.method !== method.verb)
      findings.push(`${name}: ${c.req.method} instead of ${method.verb}`)
    const bearer = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1]
    const token = bearer === undefined ? undefined : workspace.tokens.get(bearer)
    if (!bearer) return c.json({ ok: false, error: 'not_authed' })
    if (!token) return c.json({ ok: false, error: 'invalid_auth' })
    if (token.revoked) return c.json({ ok: false, error: 'token_revoked' })
    const wait = overLimit(name, method, bearer)
    if (wait !== undefined)
      return c.json({ ok: false, error: 'ratelimited' }, 429, { 'retry-after': String(wait) })
    const args = await argumentsOf(c, name)
    const known = method.input.safeParse(args)
    if (!known.success)
      findings.push(
        `${name}: ${known.error.issues.map((i) => `${i.path.join('.')} ${i.message}`).join('; ')}`,
      )
    const at = now()
    const said = answerAt(at, method, args, token)
    if (said.ok && name in writes) journal.calls.push({ at, token: bearer, method: name, args })
    return c.json(said)
  })

  /** Time stands still during a call, so that its moment is all that a repetition needs. */
  function answerAt(at: number, method: Method, args: unknown, token: Token) {
    then = at
    const said = answer(method, args, token)
    then = undefined
    return said
  }

  function answer(method: Method, args: unknown, token: Token) {
    const needed = method.scopes.find((scope) => token.scopes.includes(scope))
    if (method.scopes.length > 0 && needed === undefined)
      return {
        ok: false,
        error: 'missing_scope',
        needed: method.scopes[0],
        provided: token.scopes.join(','),
      }
    try {
      return { ok: true, ...method.run(args, { workspace, token }) }
    } catch (failure) {
      if (failure instanceof SlackFailure)
        return { ok: false, error: failure.error, ...failure.extra }
      throw failure
    }
  }

  async function argumentsOf(c: Context, name: string): Promise<Record<string, unknown>> {
    if (c.req.method === 'GET') return c.req.query()
    const type = c.req.header('content-type') ?? ''
    if (type.startsWith('application/x-www-form-urlencoded')) return c.req.parseBody()
    findings.push(`${name}: content type ${type || 'missing'}`)
    return {}
  }

  for (const call of options.journal?.calls ?? []) {
    const [method, token] = [methods[call.method], workspace.tokens.get(call.token)]
    if (method && token && answerAt(call.at, method, call.args, token).ok) journal.calls.push(call)
  }

  app.get('/', (c) => c.html(pageOfWorkspace(workspace)))
  return {
    app,
    workspace,
    findings,
    faults: failing,
    calls,
    journal,
  }
}

let read: SpecCheck | undefined
/** Read and compiled once for all pretend Slacks of a process. */
const vendorsDocument = (): SpecCheck =>
  (read ??= specCheck({
    name: 'Slack',
    document: 'slack-web-2021.json',
    overlay,
    carriedBy: { token: 'authorization' },
  }))

/** How Slack words what went wrong: a refused token is no 401, a failure inside is no JSON. */
function failure(status: number): Response | undefined {
  if (status === 429) return Response.json({ ok: false, error: 'ratelimited' }, { status })
  if (status === 401) return Response.json({ ok: false, error: 'token_expired' })
  return new Response('<!doctype html><title>Server Error</title>', { status })
}
