/**
 * The contract between an endpoint and the hub: methods of the hub's `EndpointApi` entrypoint,
 * called over a Service Binding. Both sides parse what crosses it. The hub takes the person and
 * the client from the token it is handed, never from the endpoint's word, and the integration
 * from the token's audience.
 */
import * as z from 'zod'
import { AuditEvent } from './audit.ts'
import { ToolError, errorCodes } from './errors.ts'
import { Preview } from './tool.ts'

const Limits = z.record(z.string(), z.array(z.string()))
export const approvalModes = ['never', 'ask', 'four_eyes'] as const

/** A person's slice of policy for one integration (`shared/policy.ts`, `Slice`). */
export const Slice = z.object({
  version: z.string(),
  tools: z.record(
    z.string(),
    z.object({ rule: z.string(), mode: z.enum(approvalModes), limits: Limits }),
  ),
  quotas: z.array(
    z.object({
      id: z.string(),
      tool: z.string().optional(),
      limit: z.number(),
      per: z.enum(['minute', 'hour', 'day']),
    }),
  ),
  off: z.array(z.string()),
})

/** What the hub says about a valid token: becomes `ctx.props` behind `OAuthResourceServer`. */
export const CallerProps = z.object({
  email: z.string(),
  name: z.string(),
  groups: z.array(z.string()),
  slice: Slice,
})
export type CallerProps = z.infer<typeof CallerProps>

export const Validation = z.object({
  props: CallerProps,
  audience: z.string(),
  expiresAt: z.number().optional(),
  scope: z.array(z.string()),
  userId: z.string(),
  clientId: z.string(),
})
export type Validation = z.infer<typeof Validation>

/** A write before its preview: is it allowed at all, right now? */
export const WriteCheck = z.object({ tool: z.string(), args: z.record(z.string(), z.unknown()) })
export type WriteCheck = z.infer<typeof WriteCheck>
export const WriteVerdict = z.object({
  allowed: z.boolean(),
  reason: z.string(),
  rule: z.string().optional(),
  limits: Limits,
  version: z.string(),
})
export type WriteVerdict = z.infer<typeof WriteVerdict>

/** A write with its preview. `id` is chosen by the endpoint, so a retried RPC proposes once. */
export const Proposal = z.object({
  id: z.uuid(),
  tool: z.string(),
  args: z.record(z.string(), z.unknown()),
  argumentsHash: z.string(),
  preview: Preview,
  country: z.string(),
  workerVersion: z.string(),
})
export type Proposal = z.infer<typeof Proposal>

/** The states of section 5 of the design, and what a client sees of them. */
export const approvalStates = [
  'proposed',
  'approved',
  'denied',
  'expired',
  'withdrawn',
  'running',
  'done',
  'failed',
  'unknown',
] as const
export type ApprovalState = (typeof approvalStates)[number]

export const ApprovalStatus = z.object({
  id: z.string(),
  state: z.enum(approvalStates),
  tool: z.string(),
  summary: z.string(),
  url: z.string(),
  /** ISO 8601: the end of the time to decide while `proposed`, of the time to collect while `approved`. */
  expiresAt: z.string(),
  note: z.string().optional(),
  /** Present once it ran and as long as it is kept (a day). */
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
})
export type ApprovalStatus = z.infer<typeof ApprovalStatus>

/**
 * The answer to a proposal or a redemption. With `run`, this caller and no other holds the lease:
 * it must run exactly these arguments and then say how it ended. The intent is on record already.
 */
export const ApprovalAnswer = z.object({
  status: ApprovalStatus,
  /** Why an approved call may not run now although it was asked to (policy narrowed, ledger down): for the model. */
  refused: z.object({ code: z.enum(errorCodes), message: z.string() }).optional(),
  run: z
    .object({
      lease: z.string(),
      /** Heartbeat at least this often, or the outcome becomes `unknown`. */
      leaseMs: z.number(),
      args: z.record(z.string(), z.unknown()),
      preview: Preview,
      limits: Limits,
    })
    .optional(),
})
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>

export const Outcome = z.object({
  id: z.string(),
  lease: z.string(),
  state: z.enum(['done', 'failed', 'unknown']),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.enum(errorCodes), message: z.string() }).optional(),
  durationMs: z.number(),
})
export type Outcome = z.infer<typeof Outcome>

/** Rows of one isolate, in order; `id` of each makes a repeated delivery harmless. */
export const AuditBatch = z.array(AuditEvent).min(1).max(500)

/** The hub as an endpoint sees it. Every method but `record` fails closed: it throws or refuses. */
export interface HubApi {
  /** @returns null for a token that is not valid for `resource`, a revoked grant, a disabled person. */
  validateToken(resource: string, token: string): Promise<Validation | null>
  /** Fresh policy, never remembered. @throws when the hub can't decide. */
  checkWrite(resource: string, token: string, check: WriteCheck): Promise<WriteVerdict>
  /** Puts a write on record: waiting for a person, or (mode `never`) with the lease to run it at once. */
  propose(resource: string, token: string, proposal: Proposal): Promise<ApprovalAnswer>
  /** Waits up to `waitMs` (at most 50,000) while `proposed`; the first caller after approval gets `run`. null: no such approval of this person and client. */
  redeem(
    resource: string,
    token: string,
    approvalId: string,
    waitMs: number,
  ): Promise<ApprovalAnswer | null>
  /** Keeps the lease of a running write. false: the lease is lost, so stop. */
  heartbeat(resource: string, approvalId: string, lease: string): Promise<boolean>
  /** How a running write ended. */
  finish(resource: string, outcome: Outcome): Promise<ApprovalStatus>
  /** Appends reads and refusals to the ledger, after the answer. */
  record(resource: string, batch: readonly AuditEvent[]): Promise<void>
}

/** Parses what came over RPC. @throws ToolError `internal`: the two sides are of different versions. */
export function parseRpc<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ToolError(
    'internal',
    'The hub answered in a form this endpoint does not know. Tell the administrator to deploy both.',
    {
      details: { problem: z.prettifyError(parsed.error).slice(0, 300) },
    },
  )
}
