/**
 * The ledger's lines, as they are stored, exported and verified. Every line carries the SHA-256 of
 * its own canonical JSON (RFC 8785, without `hash`), and names the hash of the line before it, so
 * a line can't be changed, removed, inserted or moved without a later one telling.
 *
 * A ledger is one integration's rows of one UTC day of arrival, called `<integration>/<day>`.
 * It opens with the head of the ledger before it; that seals the older one.
 */
import * as z from 'zod'
import { AuditEvent } from './audit.ts'
import { canonicalJson, sha256Hex } from './hash.ts'

const Hash = z.string().regex(/^[0-9a-f]{64}$/)
export const LedgerName = z.string().regex(/^[a-z][a-z0-9-]*\/\d{4}-\d\d-\d\d$/)

/** How a ledger begins. `previous` is the head of `previousLedger`; both null for the first of all. */
export const Opening = z.object({
  type: z.literal('day'),
  ledger: LedgerName,
  previousLedger: LedgerName.nullable(),
  previous: Hash.nullable(),
  hash: Hash,
})
export type Opening = z.infer<typeof Opening>

export const LedgerRow = z.object({
  type: z.literal('row'),
  ledger: LedgerName,
  /** 1, 2, 3 … within its ledger. */
  seq: z.number().int().positive(),
  /** When the ledger took it in, in milliseconds: never decreases within a ledger. */
  arrivedAt: z.number().int(),
  /** The hash of the row before, or of the opening. */
  previous: Hash,
  event: AuditEvent,
  hash: Hash,
})
export type LedgerRow = z.infer<typeof LedgerRow>

/** How an exported ledger ends: what it must add up to. Not part of the chain. */
export const Head = z.object({
  type: z.literal('head'),
  ledger: LedgerName,
  rows: z.number().int().nonnegative(),
  head: Hash,
  /** False while its day goes on: more rows may follow later. */
  sealed: z.boolean(),
})
export type Head = z.infer<typeof Head>

/** A ledger whose rows were deleted by the retention rule of policy; its head stays for the chain. */
export const Erased = z.object({
  type: z.literal('erased'),
  ledger: LedgerName,
  rows: z.number().int().nonnegative(),
  head: Hash,
})
export type Erased = z.infer<typeof Erased>

/** Stands first in an export of chosen rows: each can be checked by itself, their order and number can't. */
export const Selection = z.object({ type: z.literal('selection'), filter: z.string() })

/** The hash of a line: of all of it but its hash. */
export function hashLine(line: Readonly<Record<string, unknown>>): string {
  const { hash: _, ...rest } = line
  return sha256Hex(canonicalJson(rest))
}

export function openingOf(
  ledger: string,
  before: { readonly ledger: string; readonly head: string } | null,
): Opening {
  const line = {
    type: 'day' as const,
    ledger,
    previousLedger: before?.ledger ?? null,
    previous: before?.head ?? null,
  }
  return { ...line, hash: hashLine(line) }
}

/** A row as it is stored: its place in the chain and its canonical line. */
export interface StoredRow extends Pick<LedgerRow, 'ledger' | 'seq' | 'arrivedAt' | 'hash'> {
  readonly line: string
}

/**
 * The row that follows `previous`. The line is written member by member in canonical order, so
 * that the event, which is most of it, is spelt out once for the hash and the line together; that
 * it equals `canonicalJson` of the row is tested.
 */
export function rowAfter(
  previous: string,
  place: Pick<LedgerRow, 'ledger' | 'seq' | 'arrivedAt'>,
  event: AuditEvent,
): StoredRow {
  const head = `{"arrivedAt":${place.arrivedAt},"event":${canonicalJson(event)},`
  const tail = `"ledger":${JSON.stringify(place.ledger)},"previous":"${previous}","seq":${place.seq},"type":"row"}`
  const hash = sha256Hex(head + tail)
  return { ...place, hash, line: `${head}"hash":"${hash}",${tail}` }
}

export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10)
export const ledgerName = (integration: string, day: string): string => `${integration}/${day}`

/** @returns the integration and the day of a ledger's name. */
export function ledgerParts(name: string): { readonly integration: string; readonly day: string } {
  const [integration = '', day = ''] = name.split('/')
  return { integration, day }
}
