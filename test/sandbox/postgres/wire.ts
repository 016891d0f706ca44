/**
 * PostgreSQL's wire protocol, as much of it as a server for one PGlite needs.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** One message of the client with its type byte and length, ready to be passed on. */
export type Frame = Buffer

/** What a client says before it may speak: `code` is the protocol version or a request code. */
export interface Opening {
  readonly code: number
  readonly parameters: Readonly<Record<string, string>>
  /** Process id and secret of a cancel request. */
  readonly key?: { readonly pid: number; readonly secret: number }
}

export const protocol3 = 196_608
export const cancelRequest = 80_877_102
export const sslRequest = 80_877_103
export const gssRequest = 80_877_104

/** PostgreSQL's own limit for a start-up packet. */
const maxOpeningBytes = 10_000
const maxFrameBytes = 64 * 1024 * 1024

/** Cuts a byte stream into messages. Throws RangeError when a length can't be true. */
export class FrameReader {
  #held = Buffer.alloc(0)

  push(chunk: Uint8Array): void {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk])
  }

  /** The opening message, once it is complete. */
  opening(): Opening | undefined {
    if (this.#held.length < 8) return undefined
    const length = this.#held.readInt32BE(0)
    if (length < 8 || length > maxOpeningBytes) throw new RangeError('invalid start-up packet')
    if (this.#held.length < length) return undefined
    const packet = this.#take(length)
    const code = packet.readInt32BE(4)
    if (code === cancelRequest && length >= 16)
      return {
        code,
        parameters: {},
        key: { pid: packet.readInt32BE(8), secret: packet.readInt32BE(12) },
      }
    const words = packet.toString('utf8', 8).split('\0')
    const parameters: Record<string, string> = {}
    for (let i = 0; i + 1 < words.length && words[i]; i += 2) parameters[words[i]!] = words[i + 1]!
    return { code, parameters }
  }

  /** The next message, once it is complete. */
  frame(): Frame | undefined {
    if (this.#held.length < 5) return undefined
    const length = this.#held.readInt32BE(1)
    if (length < 4 || length > maxFrameBytes) throw new RangeError('invalid message length')
    return this.#held.length < length + 1 ? undefined : this.#take(length + 1)
  }

  /** What came after the last message that was taken. */
  rest(): Buffer {
    return this.#take(this.#held.length)
  }

  #take(bytes: number): Buffer {
    const taken = this.#held.subarray(0, bytes)
    this.#held = this.#held.subarray(bytes)
    return taken
  }
}

/** A frame's type as a letter, for example `Q`. */
export const kindOf = (frame: Uint8Array): string => String.fromCharCode(frame[0]!)

export function message(kind: string, ...parts: (string | Uint8Array)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  const head = Buffer.alloc(5)
  head.write(kind, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export const askForPassword = message('R', int32(3))
export const authenticated = message('R', int32(0))
export const parameterStatus = (name: string, value: string) => message('S', `${name}\0${value}\0`)
export const backendKey = (pid: number, secret: number) => message('K', int32(pid), int32(secret))
export const query = (sql: string) => message('Q', `${sql}\0`)
export const sync = message('S')
export const terminate = message('X')
/** Sent alone on a new connection. */
export const cancelPacket = (pid: number, secret: number) =>
  Buffer.concat([int32(16), int32(cancelRequest), int32(pid), int32(secret)])

/** One statement by the extended protocol, not synced; under a name it leaves unnamed ones alone. */
export const statement = (sql: string, name = '') => {
  const none = Buffer.alloc(2)
  return Buffer.concat([
    message('P', `${name}\0${sql}\0`, none),
    message('B', `${name}\0${name}\0`, none, none, none),
    message('E', `${name}\0`, int32(0)),
    ...(name ? [message('C', `P${name}\0`), message('C', `S${name}\0`)] : []),
  ])
}

/** Idle, in a transaction, or in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E'
export const readyForQuery = (status: TransactionStatus) => message('Z', status)

/** The fields of an error by PostgreSQL's letters. @see https://www.postgresql.org/docs/current/protocol-error-fields.html */
export type ErrorFields = Readonly<Record<string, string>>

export const errorResponse = (fields: ErrorFields): Buffer =>
  message(
    'E',
    `${Object.entries(fields)
      .map(([letter, text]) => letter + text + '\0')
      .join('')}\0`,
  )

export const errorFields = (
  severity: 'ERROR' | 'FATAL',
  code: string,
  text: string,
): ErrorFields => ({
  S: severity,
  V: severity,
  C: code,
  M: text,
})

/** Walks the messages of a server's answer. */
export function* messagesOf(bytes: Uint8Array): Generator<{ kind: string; body: Buffer }> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 5 <= buffer.length;) {
    const end = at + 1 + buffer.readInt32BE(at + 1)
    yield { kind: kindOf(buffer.subarray(at)), body: buffer.subarray(at + 5, end) }
    at = end
  }
}

/**
 * The transaction status at the end of an answer, or undefined when the answer doesn't end in
 * ReadyForQuery. Looks at the last six bytes, so a large result isn't walked.
 */
export function statusAtEnd(answer: Uint8Array): TransactionStatus | undefined {
  const last = answer.subarray(-6)
  const [z, a, b, c, length, status] = last
  if (last.length < 6 || z !== 0x5a || a !== 0 || b !== 0 || c !== 0 || length !== 5)
    return undefined
  const letter = String.fromCharCode(status!)
  return letter === 'I' || letter === 'T' || letter === 'E' ? letter : undefined
}

/** The text values of all data rows in an answer. @throws Error with the server's message. */
export function rowsOf(answer: Uint8Array): (string | null)[][] {
  const rows: (string | null)[][] = []
  for (const { kind, body } of messagesOf(answer)) {
    if (kind === 'E') throw new Error(fieldsOf(body)['M'] ?? 'unknown error')
    if (kind === 'D') rows.push(valuesOf(body))
  }
  return rows
}

function valuesOf(body: Buffer): (string | null)[] {
  const values: (string | null)[] = []
  let at = 2
  for (let left = body.readUInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at)
    at += 4
    values.push(length < 0 ? null : body.toString('utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return values
}

export function fieldsOf(body: Buffer): ErrorFields {
  const fields: Record<string, string> = {}
  for (const field of body.toString('utf8').split('\0'))
    if (field) fields[field[0]!] = field.slice(1)
  return fields
}
