import { base64url } from 'jose'
import * as z from 'zod'
import { ToolError } from './errors.ts'
import { canonicalJson } from './hash.ts'

/** Where a paged answer goes on: the tool's own position, and how many rows of that page were shown. */
export const Position = z.object({
  at: z.string().nullable(),
  skip: z.number().int().nonnegative(),
})
export type Position = z.infer<typeof Position>

/** What a cursor is bound to: somebody else, another tool or other arguments make it worthless. */
export interface CursorBinding {
  readonly userId: string
  readonly tool: string
  /** The arguments without the cursor. */
  readonly args: unknown
}

const keys = new Map<string, Promise<CryptoKey>>()
const bytes = (text: string) => new TextEncoder().encode(text)

function keyOf(secret: string): Promise<CryptoKey> {
  let key = keys.get(secret)
  if (!key) {
    const raw = bytes(`gatehouse cursor v1\n${secret}`)
    key = crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ])
    keys.set(secret, key)
  }
  return key
}

const signed = (binding: CursorBinding, payload: string) =>
  bytes(canonicalJson([binding.userId, binding.tool, binding.args, payload]))

/** An opaque cursor: base64url position and HMAC-SHA-256 over it and its binding. */
export async function signCursor(
  secret: string,
  binding: CursorBinding,
  position: Position,
): Promise<string> {
  const payload = base64url.encode(JSON.stringify(position))
  const mac = await crypto.subtle.sign('HMAC', await keyOf(secret), signed(binding, payload))
  return `${payload}.${base64url.encode(new Uint8Array(mac))}`
}

/** @throws ToolError `invalid_input` for a forged, edited or foreign cursor, all in the same words. */
export async function openCursor(
  secret: string,
  binding: CursorBinding,
  cursor: string,
): Promise<Position> {
  const [payload, mac] = cursor.split('.')
  try {
    if (!payload || !mac) throw new Error('not two parts')
    const good = await crypto.subtle.verify(
      'HMAC',
      await keyOf(secret),
      base64url.decode(mac),
      signed(binding, payload),
    )
    if (!good) throw new Error('wrong signature')
    return Position.parse(JSON.parse(new TextDecoder().decode(base64url.decode(payload))))
  } catch (cause) {
    throw new ToolError(
      'invalid_input',
      'This cursor does not belong to this call. Repeat the call with the same arguments and the cursor of its last answer, or without a cursor to start again.',
      { cause },
    )
  }
}
