import { ToolError } from '../../shared/errors.ts'
import type { Network } from './network.ts'

/** An isolate has 128 MB for everybody, and an answer is held several times over while it is read. */
export const maxAnswerBytes = 10 * 1024 * 1024

export const answerTooLarge = (): ToolError =>
  new ToolError(
    'upstream_rejected',
    'The answer is larger than 10 MB. Ask for fewer rows or columns, or for a part of long values, for example left(body, 200).',
    { details: { limit_bytes: maxAnswerBytes } },
  )

/** What the driver's `fetchOptions` may hold besides the usual: the way to the database, when it isn't the internet. */
export interface FetchOptions extends RequestInit {
  readonly network?: Network | undefined
}

/**
 * `fetch` that gives up on an answer beyond `maxAnswerBytes`, and on a redirect: the connection
 * string is in a header, and must not follow one to another host.
 */
export async function boundedFetch(
  url: string,
  { network, ...rest }: FetchOptions,
): Promise<Response> {
  const init: RequestInit = { ...rest, redirect: 'manual' }
  const response = await (network ? network.fetch(url, init) : fetch(url, init))
  if (!response.body || isKnownSmall(response.headers)) return response
  return new Response(await readBounded(response.body), response)
}

/** The driver reads the whole answer anyway; a transforming stream in between would cost more than the query. */
async function readBounded(body: ReadableStream<Uint8Array>): Promise<Blob> {
  const chunks: Uint8Array[] = []
  let left = maxAnswerBytes
  for await (const chunk of body) {
    left -= chunk.byteLength
    if (left < 0) throw answerTooLarge() // leaving the loop cancels the body
    chunks.push(chunk)
  }
  return new Blob(chunks)
}

function isKnownSmall(headers: Headers): boolean {
  if (headers.has('content-encoding')) return false
  const length = headers.get('content-length')
  return length !== null && Number(length) <= maxAnswerBytes
}
