/** What an author calls a system with. See `rest/options.ts` for each option. */
import type * as z from 'zod'
import { configuration } from './configuration.ts'
import type { Path } from './path.ts'
import { checkedBase, isLoopback } from './rest/address.ts'
import { readBytes, readJson, type Bytes, type Received } from './rest/answer.ts'
import { gateFor } from './rest/gate.ts'
import { converse, type Line, type Sending } from './rest/line.ts'
import { memoryFor } from './rest/memory.ts'
import type { Answer, Method, RestClient, RestOptions, WriteOptions } from './rest/options.ts'
import { draft } from './rest/request.ts'
import { mismatch, type Asked } from './rest/verdict.ts'
import { remembering } from './rest/written.ts'
import type { ToolContext } from './tool.ts'

const defaultTimeoutMs = 15_000
const defaultMaxBytes = 4 * 1024 * 1024

/**
 * A client for one upstream: `orders(ctx).get(path`/orders/${id}`, Order)`. `describe` turns the
 * parsed settings into where to go and how to sign in; it runs once for each `orders(ctx)`.
 */
export function restClient<S extends z.ZodType>(
  schema: S,
  describe: (config: z.output<S>, ctx: ToolContext) => RestOptions | Promise<RestOptions>,
): (ctx: ToolContext) => RestClient {
  const settings = configuration(schema)
  return (ctx) => {
    let opening: Promise<Open> | undefined
    const line = () => (opening ??= open(ctx, async () => describe(settings(ctx), ctx)))
    return client(line)
  }
}

interface Open extends Line {
  readonly base: URL
}

async function open(ctx: ToolContext, describe: () => Promise<RestOptions>): Promise<Open> {
  const options = await describe()
  const onLoopback = runsOnLoopback(ctx.env)
  const base = checkedBase(options.baseUrl, { onLoopback, bound: options.via !== undefined })
  const memory = memoryFor(ctx.env, `${base.origin} ${options.account ?? ''}`)
  return {
    ctx,
    options,
    base,
    name: options.name ?? 'The system behind this endpoint',
    gate: gateFor(ctx, memory, options),
    slots: memory.slots,
    checkUrl: (url) => checkedBase(url, { onLoopback, bound: false }),
  }
}

/** Only an endpoint that itself answers on loopback, on a developer's machine, may talk to loopback. */
function runsOnLoopback(env: unknown): boolean {
  const own = (env as { ENDPOINT_URL?: unknown } | undefined)?.ENDPOINT_URL
  return typeof own === 'string' && URL.canParse(own) && isLoopback(new URL(own).hostname)
}

type Reader = Pick<Sending, 'read' | 'explains'>

function client(line: () => Promise<Open>): RestClient {
  /** One request, read by `reader`, its answer made something of by `take`. */
  async function request<T>(
    method: Method,
    path: Path,
    options: WriteOptions,
    reader: (maxBytes: number) => Reader,
    take: (received: Received, asked: Asked) => T,
  ): Promise<T> {
    const open = await line()
    const made = draft(open.base, open.options.headers, method, path, options)
    const { howToFindOut = `Look in ${open.name} whether it is there before it is tried again.` } =
      options
    const asked = { name: open.name, safe: made.safe, route: made.route, howToFindOut }
    return remembering(open.ctx.signal, asked, async () => {
      const received = await converse(open, {
        draft: made,
        asked,
        timeoutMs: options.timeoutMs ?? open.options.timeoutMs ?? defaultTimeoutMs,
        ...reader(options.maxBytes ?? open.options.maxBytes ?? defaultMaxBytes),
      })
      return take(received, asked)
    })
  }
  function send<T extends z.ZodType>(
    method: Method,
    path: Path,
    answer: T,
    options: WriteOptions = {},
  ): Promise<Answer<z.output<T>>> {
    return request(method, path, options, jsonReader, (received, asked) => {
      const parsed = answer.safeParse(received.body)
      const { status, headers } = received
      if (parsed.success) return { status, headers, body: parsed.data }
      const problem = parsed.error.issues.map((i) => `${i.path.join('.')} ${i.code}`).join(', ')
      throw mismatch(asked, status, problem)
    })
  }
  return {
    send,
    get: async (path, answer, options) => (await send('GET', path, answer, options)).body,
    post: async (path, answer, options) => (await send('POST', path, answer, options)).body,
    put: async (path, answer, options) => (await send('PUT', path, answer, options)).body,
    patch: async (path, answer, options) => (await send('PATCH', path, answer, options)).body,
    delete: async (path, answer, options) => (await send('DELETE', path, answer, options)).body,
    download(path, options = {}) {
      const headers = { accept: '*/*', ...options.headers }
      return request('GET', path, { ...options, headers }, fileReader, ({ headers, body }) => {
        const contentType = headers.get('content-type') ?? 'application/octet-stream'
        return { contentType, ...(body as Bytes) }
      })
    },
  }
}

const jsonReader = (maxBytes: number): Reader => ({
  read: (response) => readJson(response, maxBytes),
  explains: () => true,
})

/** A success is a file; everything else is the vendor's JSON. */
const fileReader = (maxBytes: number): Reader => ({
  async read(response) {
    if (!response.ok) return readJson(response, maxBytes)
    const { status, headers } = response
    return { status, headers, body: await readBytes(response, maxBytes) }
  },
  explains: (status) => status >= 300,
})
