import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type * as z from 'zod'

/** What a sealed value may be used for; each purpose has a key of its own. */
export type Purpose = 'session' | 'sign-in' | 'upstream' | 'approval'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/** One key a purpose, derived from the one secret (HMAC as a PRF, the expand step of RFC 5869 for one block). */
const keyFor = (secret: string, purpose: Purpose): Buffer =>
  createHmac('sha256', secret).update(`gatehouse:${purpose}`).update(Buffer.of(1)).digest()

/** Encrypts and authenticates a JSON value. It says nothing without the secret, and can't be edited. */
export function seal(secret: string, purpose: Purpose, value: unknown): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, keyFor(secret, purpose), iv)
  const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
}

/** Opens what `seal` made with the same secret for the same purpose; undefined for anything else. */
export function unseal<T>(
  secret: string,
  purpose: Purpose,
  sealed: string | undefined,
  schema: z.ZodType<T>,
): T | undefined {
  if (!sealed) return undefined
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length <= ivBytes + tagBytes) return undefined
  const decipher = createDecipheriv(
    algorithm,
    keyFor(secret, purpose),
    bytes.subarray(0, ivBytes),
    { authTagLength: tagBytes },
  )
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  try {
    const body = decipher.update(bytes.subarray(ivBytes + tagBytes))
    const text = Buffer.concat([body, decipher.final()]).toString('utf8')
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
