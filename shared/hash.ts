import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** Canonical JSON (RFC 8785): one spelling for one value. @throws Error on what JSON can't hold (NaN, lone surrogates). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('The value has no JSON form.')
  return text
}

/** SHA-256 in lower-case hex. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The hash an approval, a cursor and an audit row know a call's arguments by. */
export const argumentsHash = (args: unknown): string => sha256Hex(canonicalJson(args))
