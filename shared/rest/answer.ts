/** Reading answers: bounded, strict about what is JSON, and never leaving a connection open. */

/** Why a body could not be taken as JSON. */
export type BodyProblem = 'not_json' | 'too_large'

export interface Received {
  readonly status: number
  readonly headers: Headers
  /** The parsed JSON; undefined for an empty body or with a `problem`. */
  readonly body: unknown
  readonly problem?: BodyProblem
}

/** @throws what the connection threw when it broke before the end of the body. */
export async function readJson(response: Response, maxBytes: number): Promise<Received> {
  const { status, headers } = response
  const { bytes, truncated } = await readBytes(response, maxBytes)
  if (truncated) return { status, headers, body: undefined, problem: 'too_large' }
  if (bytes.length === 0) return { status, headers, body: undefined }
  const body = isJson(headers) ? parsed(bytes) : undefined
  return body === undefined
    ? { status, headers, body: undefined, problem: 'not_json' }
    : { status, headers, body }
}

export interface Bytes {
  readonly bytes: Uint8Array
  readonly truncated: boolean
}

/** At most `maxBytes`; the rest is not fetched. */
export async function readBytes(response: Response, maxBytes: number): Promise<Bytes> {
  if (fitsAsDeclared(response, maxBytes))
    return { bytes: new Uint8Array(await response.arrayBuffer()), truncated: false }
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done || value === undefined) break
    const rest = maxBytes - size
    chunks.push(value.subarray(0, rest))
    size += Math.min(value.length, rest)
    if (value.length <= rest) continue
    await reader?.cancel().catch(() => {}) // closing early is our wish, whatever the other side thinks
    return { bytes: joined(chunks, size), truncated: true }
  }
  return { bytes: joined(chunks, size), truncated: false }
}

/** A length that HTTP itself enforces, which compression would get around. Reading at once is cheaper than piece by piece. */
function fitsAsDeclared({ headers }: Response, maxBytes: number): boolean {
  const length = headers.get('content-length')
  return length !== null && !headers.has('content-encoding') && Number(length) <= maxBytes
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only) return only
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** `application/json` and everything built on it (RFC 6839, `+json`). */
const isJson = (headers: Headers): boolean =>
  /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i.test(headers.get('content-type') ?? '')

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes),
    ) as unknown
  } catch {
    return undefined // what isn't JSON, or not UTF-8, is a problem of its own, not an exception
  }
}
