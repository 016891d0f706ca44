/** What an endpoint and its `Upstream` object say to each other. */
import * as z from 'zod'
import type { MintedToken } from './credential.ts'
import type { Lease, Refusal } from './scheduler.ts'
import type { KeptToken } from './token-desk.ts'

export const Ask = z.object({
  person: z.string(),
  /** Method and path without values. */
  route: z.string(),
  waitMs: z.number().positive().max(120_000),
  /** Leases this isolate has used up. */
  used: z.array(z.number()).max(100),
  limits: z.object({
    perSecond: z.number().positive(),
    burst: z.number().min(1),
    concurrent: z.number().int().min(1),
  }),
})
export type Ask = z.output<typeof Ask>

export const Report = z.object({
  health: z.enum(['up', 'down', 'limited', 'unclear']),
  /** The upstream asked for a pause: on this route, or altogether. */
  block: z.object({ ms: z.number().min(0), route: z.string().optional() }).optional(),
})
export type Report = z.output<typeof Report>

/** A turn; disposing of it without a report says nothing about the upstream. */
export interface Turn {
  done(report: Report): void
}
export type Entered =
  | { readonly turn: Turn; readonly lease: Lease | undefined }
  | { readonly refused: Refusal }

/** The turn to mint a token; disposing of it hands the turn on. */
export interface MintTurn {
  done(token: MintedToken): void
}
export type TokenTurn = { readonly kept: KeptToken } | { readonly mint: MintTurn }
