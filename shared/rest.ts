/** What an author calls a system with. See `rest/options.ts` for each option. */
import type * as z from 'zod'
import { configuration } from './configuration.ts'
import type { Path } from './path.ts'
import { checkedBase, isLoopback } from './rest/address.ts'
import { readBytes, readJson } from './rest/answer.ts'
import { gateFor } from './rest/gate.ts'
import { converse, type Line } from './rest/line.ts'
import { memoryFor } from './rest/memory.ts'
import type { Answer, Method, RestClient, RestOptions, WriteOptions } from './rest/options.ts'
import { draft } from './rest/request.ts'
import { mismatch } from './rest/verdict.ts'
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
    let opening: Promise<Line & { base: URL }> | undefined
    const line = () => (opening ??= open(ctx, async () => describe(settings(ctx), ctx)))
    return client(line)
  }
}

async function open(
  ctx: ToolContext,
  describe: () => Promise<RestOptions>,
): Promise<Line & { base: URL }> {
  const options = await describe()
  const onLoopback = runsOnLoopback(ctx.env)
  const base = checkedBase(options.baseUrl, { onLoopback, bound: options.via !== undefined })
  const memory = memoryFor(ctx.env, `${base.origin} ${options.account ?? ''}`)
  return {
    ctx,
    options,
    base,
    asked: { name: options.name ?? 'The system behind this endpoint' },
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

function client(line: () => Promise<Line & { base: URL }>): RestClient {
  async function send<T extends z.ZodType>(
    method: Method,
    path: Path,
    answer: T,
    options: WriteOptions = {},
  ): Promise<Answer<z.output<T>>> {
    const open = await line()
    const request = draft(open.base, open.options.headers, method, path, options)
    const { howToFindOut } = options
    const received = await converse(open, {
      draft: request,
      timeoutMs: options.timeoutMs ?? open.options.timeoutMs ?? defaultTimeoutMs,
      read: (response) =>
        readJson(response, options.maxBytes ?? open.options.maxBytes ?? defaultMaxBytes),
      explains: () => true,
      ...(howToFindOut !== undefined && { howToFindOut }),
    })
    const parsed = answer.safeParse(received.body)
    if (parsed.success)
      return { status: received.status, headers: received.headers, body: parsed.data }
    const problem = parsed.error.issues.map((i) => `${i.path.join('.')} ${i.code}`).join(', ')
    throw mismatch({ ...open.asked, ...request, howToFindOut }, received.status, problem)
  }
  return {
    send,
    get: async (path, answer, options) => (await send('GET', path, answer, options)).body,
    post: async (path, answer, options) => (await send('POST', path, answer, options)).body,
    put: async (path, answer, options) => (await send('PUT', path, answer, options)).body,
    patch: async (path, answer, options) => (await send('PATCH', path, answer, options)).body,
    delete: async (path, answer, options) => (await send('DELETE', path, answer, options)).body,
    async download(path, options = {}) {
      const open = await line()
      const max = options.maxBytes ?? open.options.maxBytes ?? defaultMaxBytes
      const headers = { accept: '*/*', ...options.headers }
      const received = await converse(open, {
        draft: draft(open.base, open.options.headers, 'GET', path, { ...options, headers }),
        timeoutMs: options.timeoutMs ?? open.options.timeoutMs ?? defaultTimeoutMs,
        async read(response) {
          if (!response.ok) return readJson(response, max)
          const { status, headers } = response
          return { status, headers, body: await readBytes(response, max) }
        },
        explains: (status) => status >= 300,
      })
      const contentType = received.headers.get('content-type') ?? 'application/octet-stream'
      return { contentType, ...(received.body as { bytes: Uint8Array; truncated: boolean }) }
    },
  }
}
