/**
 * Makes a pretend upstream fail on demand: by a call in the same process, or by `POST /__faults`
 * with `{ "route": "POST /orders/*", "fault": { "kind": "limited" }, "times": 2 }`.
 */
import type { ServerResponse } from 'node:http'
import type { Context, Hono, MiddlewareHandler } from 'hono'
import * as z from 'zod'

/** `committed`: the upstream does what it was asked and only then fails. */
const committed = z.boolean().default(false)
export const Fault = z.discriminatedUnion('kind', [
  /** 429 with `retry-after`. */
  z.object({ kind: z.literal('limited'), retryAfterSeconds: z.number().default(1) }),
  z.object({ kind: z.literal('error'), status: z.number().int().default(500), committed }),
  z.object({ kind: z.literal('slow'), ms: z.number(), committed }),
  /** The status and the beginning of the answer, then nothing. */
  z.object({ kind: z.literal('half') }),
  /** The connection is reset before any answer. */
  z.object({ kind: z.literal('reset'), committed }),
  /** The right status, and JSON that is none. */
  z.object({ kind: z.literal('wrong_json') }),
  /** 401, whatever the token. */
  z.object({ kind: z.literal('expired_token') }),
])
export type Fault = z.output<typeof Fault>

const Order = z.object({
  /** Method and path, `*` standing for anything: `POST /rest/api/3/issue/*`. */
  route: z.string(),
  fault: Fault,
  times: z.number().int().positive().default(1),
})

export interface Faults {
  /** In front of the routes of the pretend upstream. */
  readonly guard: MiddlewareHandler
  /** The next `times` requests to the route fail like this. */
  fail(route: string, fault: z.input<typeof Fault>, times?: number): void
  clear(): void
  /** How many failures are still to come. */
  pending(): number
}

/** @param shape the vendor's form of an error answer; a bare status when absent or undefined. */
export function faults(shape?: (status: number) => Response | undefined): Faults {
  let orders: { pattern: RegExp; fault: Fault; times: number }[] = []
  const order = (input: z.input<typeof Order>) => {
    const { route, fault, times } = Order.parse(input)
    orders.push({ pattern: patternOf(route), fault, times })
  }
  const take = (route: string): Fault | undefined => {
    const found = orders.find((o) => o.pattern.test(route))
    if (!found) return undefined
    found.times -= 1
    orders = orders.filter((o) => o.times > 0)
    return found.fault
  }
  return {
    fail: (route, fault, times = 1) => order({ route, fault, times }),
    clear: () => (orders = []),
    pending: () => orders.reduce((sum, o) => sum + o.times, 0),
    async guard(c, next) {
      if (c.req.path === '/__faults') {
        if (c.req.method === 'DELETE') orders = []
        if (c.req.method === 'POST') order((await c.req.json()) as z.input<typeof Order>)
        return c.json({ pending: orders.reduce((sum, o) => sum + o.times, 0) })
      }
      const fault = take(`${c.req.method} ${c.req.path}`)
      if (!fault) return next()
      return happen(c, next, fault, (status) => shape?.(status) ?? new Response(null, { status }))
    },
  }
}

async function happen(
  c: Context,
  next: () => Promise<void>,
  fault: Fault,
  errorOf: (status: number) => Response,
): Promise<Response | undefined> {
  switch (fault.kind) {
    case 'limited': {
      const { status, body, headers } = errorOf(429)
      const answer = new Response(body, { status, headers })
      answer.headers.set('retry-after', String(fault.retryAfterSeconds))
      return answer
    }
    case 'expired_token':
      return errorOf(401)
    case 'error':
      if (fault.committed) await next()
      return replace(c, errorOf(fault.status))
    case 'slow':
      if (fault.committed) await next()
      await new Promise((resolve) => setTimeout(resolve, fault.ms))
      // Nobody waits for this answer any more, and the server wants one all the same.
      if (c.req.raw.signal.aborted) return new Response(null, { status: 499 })
      if (!fault.committed) await next()
      return undefined
    case 'wrong_json':
      await next()
      return replace(c, new Response('{"id": <html>', { status: c.res.status, headers: json }))
    case 'reset':
      if (fault.committed) await next()
      return replace(c, await cut(c, undefined))
    case 'half': {
      await next()
      const { status } = c.res
      const bytes = new Uint8Array(await c.res.arrayBuffer())
      return replace(c, await cut(c, { status, bytes }))
    }
  }
}

const json = { 'content-type': 'application/json' }

/** Hono merges a new answer into one it already has, unless it is told to forget that first. */
function replace(c: Context, answer: Response): undefined {
  c.res = undefined
  c.res = answer
}

const lost = 'x-sandbox-connection-lost'

/** Ends the connection, after half of an answer if there is one: on the socket where there is one, else in kind. */
async function cut(
  c: Context,
  half: { status: number; bytes: Uint8Array } | undefined,
): Promise<Response> {
  const { outgoing } = (c.env ?? {}) as { outgoing?: ServerResponse }
  const socket = outgoing?.socket
  if (socket) {
    if (half) {
      // Written past the server, which then finds the connection gone and keeps quiet.
      const head = `HTTP/1.1 ${half.status} -\r\ncontent-type: application/json\r\ncontent-length: ${half.bytes.length}\r\n\r\n`
      await new Promise((sent) => {
        socket.write(head)
        socket.write(half.bytes.subarray(0, half.bytes.length / 2), sent)
      })
      socket.destroy()
    } else socket.resetAndDestroy()
    return new Response(null)
  }
  if (!half) return new Response(null, { status: 500, headers: { [lost]: 'true' } })
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(half.bytes.slice(0, half.bytes.length / 2))
      controller.error(new Error('Network connection lost.'))
    },
  })
  return new Response(body, { status: half.status, headers: json })
}

/** A pretend upstream as `fetch` of a test in the same process: a lost connection is an exception there. */
export const networkTo =
  (app: Pick<Hono, 'fetch'>): ((input: Request) => Promise<Response>) =>
  async (input) => {
    const answer = await app.fetch(input)
    if (answer.headers.has(lost)) throw new Error('Network connection lost.')
    return answer
  }

const patternOf = (route: string): RegExp =>
  new RegExp(
    `^${route
      .split('*')
      .map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  )
