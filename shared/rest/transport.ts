/** One request and its answer: redirects, time and size bounded. It never throws; it says what became of it. */
import type { Received } from './answer.ts'
import type { Draft } from './request.ts'

export type Exchange =
  | ({ readonly kind: 'answer' } & Received)
  /** A redirect that isn't followed: across origins, after a write, or one too many. */
  | { readonly kind: 'redirect'; readonly status: number }
  | {
      readonly kind: 'broken'
      /** `connect`: the upstream can't have acted on it. `lost`: it may have. */
      readonly stage: 'connect' | 'lost'
      readonly timedOut: boolean
      /** The call ended first: its deadline came, or the client went away. */
      readonly left: boolean
      readonly cause: unknown
    }

export interface Wire {
  readonly signal: AbortSignal
  readonly timeoutMs: number
  readonly via: { fetch(request: Request): Promise<Response> } | undefined
}

const maxRedirects = 3

/** Sends a draft; `read` takes the answer in, inside the time limit. */
export async function exchange(
  draft: Draft,
  wire: Wire,
  read: (response: Response) => Promise<Received>,
): Promise<Exchange> {
  const body = outgoing(draft.body)
  using limit = timeLimit(wire.signal, wire.timeoutMs)
  try {
    let { url } = draft
    for (let hop = 0; ; hop++) {
      const request = new Request(url, {
        method: draft.method,
        headers: draft.headers,
        redirect: 'manual',
        signal: limit.signal,
        ...(body && { body: body.stream, duplex: 'half' }),
      })
      const response = await (wire.via ? wire.via.fetch(request) : fetch(request))
      if (!isRedirect(response)) return { kind: 'answer', ...(await read(response)) }
      await response.body?.cancel()
      const next = redirectTarget(response, url)
      const follow = draft.method === 'GET' || draft.method === 'HEAD'
      if (!follow || hop === maxRedirects || next?.origin !== url.origin)
        return { kind: 'redirect', status: response.status }
      url = next
    }
  } catch (cause) {
    const connect = body?.leaving() === false || neverConnected(cause)
    const stage = connect ? 'connect' : 'lost'
    return { kind: 'broken', stage, timedOut: limit.expired(), left: wire.signal.aborted, cause }
  }
}

const isRedirect = ({ status }: Response): boolean => [301, 302, 303, 307, 308].includes(status)

function redirectTarget(response: Response, from: URL): URL | undefined {
  const location = response.headers.get('location') ?? ''
  return URL.canParse(location, from.href) ? new URL(location, from) : undefined
}

/**
 * A body that knows whether it went out whole. workerd reports a refused connection and a lost one
 * by the same words; but it takes the second piece of a stream only after headers and first piece
 * were written to a connection. While it hasn't, no upstream can have had the request as declared.
 */
function outgoing(text: string | undefined): Outgoing | undefined {
  if (text === undefined) return undefined
  const bytes = new TextEncoder().encode(text)
  if (typeof FixedLengthStream === 'undefined' || bytes.length < 2)
    return { stream: text, leaving: () => true }
  let left = false
  const { readable, writable } = new FixedLengthStream(bytes.length)
  const writer = writable.getWriter()
  writer.closed.catch(() => {})
  const pieces = [writer.write(bytes.subarray(0, 1)), writer.write(bytes.subarray(1))]
  Promise.all(pieces)
    .then(() => {
      left = true
      return writer.close()
    })
    .catch(() => {}) // the fetch itself reports why the stream was dropped
  return { stream: readable, leaving: () => left }
}
interface Outgoing {
  readonly stream: BodyInit
  /** Whether the last byte may have left. */
  readonly leaving: () => boolean
}

/** What Node says when no connection came to be; in workerd only `outgoing` knows. */
const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])
function neverConnected(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && connectCodes.has(String(cause.code))
}

/** An abort signal for one exchange that leaves no timer and no listener behind. */
function timeLimit(outer: AbortSignal, ms: number) {
  const controller = new AbortController()
  let expired = false
  const end = () => controller.abort(outer.reason)
  const timer = setTimeout(() => {
    expired = true
    controller.abort(new DOMException('The upstream took too long.', 'TimeoutError'))
  }, ms)
  if (outer.aborted) end()
  else outer.addEventListener('abort', end, { once: true })
  return {
    signal: controller.signal,
    expired: () => expired,
    [Symbol.dispose]() {
      clearTimeout(timer)
      outer.removeEventListener('abort', end)
    },
  }
}
