import { createHmac } from 'node:crypto'
import { compactDecrypt, CompactEncrypt } from 'jose'
import type * as z from 'zod'

/** What a sealed value may be used for; each purpose has a key of its own. */
export type Purpose = 'session' | 'sign-in' | 'upstream'

/** One key a purpose, derived from the one secret (HMAC as a PRF, RFC 5869's expand step for one block). */
const keyFor = (secret: string, purpose: Purpose): Uint8Array =>
  createHmac('sha256', secret).update(`gatehouse:${purpose}:1`).digest()

/** Encrypts and authenticates a JSON value (JWE, `dir`, A256GCM). It says nothing without the secret, and can't be edited. */
export function seal(secret: string, purpose: Purpose, value: unknown): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(keyFor(secret, purpose))
}

/** Opens what `seal` made for the same purpose; undefined for anything else. */
export async function unseal<T>(
  secret: string,
  purpose: Purpose,
  sealed: string | undefined,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  if (!sealed) return undefined
  try {
    const { plaintext } = await compactDecrypt(sealed, keyFor(secret, purpose), {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return schema.safeParse(JSON.parse(new TextDecoder().decode(plaintext))).data
  } catch {
    return undefined
  }
}
