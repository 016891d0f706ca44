/** Why a body was refused, for the HTTP status and the JSON-RPC error; never holds the body's text. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  readonly status: 400 | 413 | 415
  constructor(status: 400 | 413 | 415, message: string) {
    super(message)
    this.status = status
  }
}

/** The largest request body an endpoint reads, in bytes. */
export const maxBodyBytes = 1_000_000
const maxDepth = 64

/**
 * Reads and parses a JSON body once, so that everybody behind sees the same thing. Refused: other
 * media types, character sets and encodings, more than `maxBodyBytes`, invalid UTF-8, a BOM,
 * batches, nesting deeper than 64, duplicate or `__proto__` keys (RFC 8259 section 4 leaves their
 * meaning open), numbers beyond 2^53 (section 6), lone surrogates.
 * @throws BodyError
 */
export async function readJson(request: Request): Promise<Record<string, unknown>> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    throw new BodyError(415, 'Content-Type must be application/json, in UTF-8.')
  // Nothing on the way decodes a request, and a reader that did would see another message.
  if (!/^(identity)?$/i.test(request.headers.get('content-encoding') ?? ''))
    throw new BodyError(415, 'Send the body without a Content-Encoding.')
  const bytes = await readBounded(request)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new BodyError(400, 'The body is not valid UTF-8.')
  }
  return parseMessage(text)
}

async function readBounded(request: Request): Promise<ArrayBuffer> {
  const tooLarge = () => new BodyError(413, `The body is larger than ${maxBodyBytes} bytes.`)
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    if (Number(declared) > maxBodyBytes) throw tooLarge()
    return request.arrayBuffer().catch(unreadable)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength
      if (size > maxBodyBytes) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof BodyError) throw error
    unreadable()
  }
  return new Blob(chunks).arrayBuffer()
}

/** A chunk that is none, or a client that went away half-way. */
function unreadable(): never {
  throw new BodyError(400, 'The body could not be read to its end.')
}

/** @throws BodyError when `text` isn't one unambiguous JSON object. */
export function parseMessage(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new BodyError(400, 'The body is not valid JSON.')
  }
  if (Array.isArray(value))
    throw new BodyError(400, 'JSON-RPC batches are not supported: send one message a request.')
  if (typeof value !== 'object' || value === null)
    throw new BodyError(400, 'The body must be a JSON-RPC message.')
  let keys = 0
  const walk = (node: unknown, depth: number): void => {
    if (depth > maxDepth)
      throw new BodyError(400, `The body is nested deeper than ${maxDepth} levels.`)
    if (typeof node === 'string') {
      if (!node.isWellFormed()) throw new BodyError(400, 'The body holds a lone surrogate.')
    } else if (typeof node === 'number') {
      // Beyond these a whole number silently becomes another, and 1e400 infinite.
      if (Math.abs(node) > Number.MAX_SAFE_INTEGER)
        throw new BodyError(400, 'The body holds a number beyond ±(2^53 - 1): send it as text.')
    } else if (Array.isArray(node)) {
      for (const item of node) walk(item, depth + 1)
    } else if (typeof node === 'object' && node !== null) {
      for (const [key, item] of Object.entries(node)) {
        if (key === '__proto__') throw new BodyError(400, 'The body holds a __proto__ key.')
        keys++
        walk(key, depth)
        walk(item, depth + 1)
      }
    }
  }
  walk(value, 0)
  if (countKeys(text) !== keys)
    throw new BodyError(400, 'The body holds the same key twice in one object.')
  return value as Record<string, unknown>
}

/** How many `"key":` stand in a text that is known to be valid JSON: more than were parsed means doubles. */
function countKeys(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x3a) count++ // a colon outside a string follows a key
    else if (c === 0x22) {
      for (i++; text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++
    }
  }
  return count
}
