import { Hono } from 'hono'
import { afterAll } from 'vitest'
import * as z from 'zod'
import { OutcomeUnknown, ToolError } from '../../../shared/errors.ts'
import { restClient } from '../../../shared/rest.ts'
import type { RestOptions } from '../../../shared/rest/options.ts'
import type { ToolContext } from '../../../shared/tool.ts'
import { serveApp } from '../../sandbox/serve.ts'
import type { RunningUpstream } from '../../sandbox/upstreams.ts'

const running: RunningUpstream[] = []
afterAll(() => Promise.all(running.map((server) => server.close())))

/** A real HTTP server on loopback, closed after the file's tests. */
export async function serve(app: Pick<Hono, 'fetch'>): Promise<string> {
  const server = await serveApp(app, 0)
  running.push(server)
  return server.url
}

/** Requests that reached a server, as `GET /path`. */
export function counted(): { app: Hono; seen: string[] } {
  const app = new Hono()
  const seen: string[] = []
  app.use(async (c, next) => {
    seen.push(`${c.req.method} ${c.req.path}`)
    await next()
  })
  return { app, seen }
}

export interface TestCall {
  readonly ctx: ToolContext
  /** What the call put on record. */
  readonly facts: Record<string, unknown>
  readonly abort: AbortController
}

/** One tool call of an endpoint on loopback. @param env shared by calls of one isolate */
export function call(env: object = {}, user = 'ada@example.com'): TestCall {
  const facts: Record<string, unknown> = {}
  const abort = new AbortController()
  const ctx: ToolContext = {
    principal: { userId: user, email: user, name: 'Ada', groups: [], clientId: 'test' },
    callId: '0b9c8a7e-1111-4222-8333-444455556666',
    limits: {},
    signal: abort.signal,
    env: Object.assign(env, { ENDPOINT_URL: 'http://127.0.0.1:8709' }),
    cursor: undefined,
    progress: () => {},
    log: (more) => void Object.assign(facts, more),
  }
  return { ctx, facts, abort }
}

/** A client without settings, for one upstream. */
export const clientTo = (options: RestOptions) =>
  restClient(z.object({}), () => ({ name: 'Shop', ...options }))

/** A failure in one line: its code, or `unknown`. Anything else, or the forbidden text in it, is thrown on. */
export async function outcomeOf(running: Promise<unknown>, forbidden?: RegExp): Promise<string> {
  try {
    await running
    return 'ok'
  } catch (error) {
    const known = error instanceof ToolError || error instanceof OutcomeUnknown
    if (!known || forbidden?.test(`${error.message} ${JSON.stringify(error)}`)) throw error
    return error instanceof ToolError ? error.code : 'unknown'
  }
}
