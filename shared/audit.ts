import * as z from 'zod'

/** What happened: a tool call, or one of the other things an auditor asks about. */
export const auditKinds = [
  'call', // a tool call, resource read or refusal at an endpoint
  'intent', // a write is about to run; on record before it does
  'proposal',
  'decision', // approved, denied, withdrawn, expired
  'outcome', // how an approved write ended, as the hub knows it: done, failed, unknown
  'sign_in',
  'consent',
  'revocation',
  'kill', // a switch was turned off or on
  'audit_read', // somebody searched or exported the audit
] as const

/**
 * One line of the audit trail. Arguments are redacted before they are put in. `isolate` and
 * `sequence` number the rows of one Worker isolate, so a lost row shows as a gap before the next.
 */
export const AuditEvent = z.object({
  id: z.string().max(64),
  kind: z.enum(auditKinds),
  /** Milliseconds since 1970, UTC. */
  at: z.number().int(),
  user: z.string().max(320),
  client: z.string().max(2048),
  integration: z.string().max(64),
  tool: z.string().max(128),
  effect: z.enum(['read', 'create', 'update', 'delete', 'none']),
  /** Redacted arguments as canonical JSON, cut at 4,000 characters. */
  arguments: z.string().max(4100),
  argumentsHash: z.string().max(64),
  /** `ok`, `refused` (by us, before the upstream), `failed`, `input_required` (a form was to be shown), or a state of an approval. */
  outcome: z.string().max(32),
  /** An error code of the shell, or ''. */
  errorCode: z.string().max(64),
  /** Facts about the answer or refusal: rows, truncated, rule, upstream status. Never its text. */
  facts: z.record(z.string(), z.union([z.string().max(500), z.number(), z.boolean()])),
  responseBytes: z.number().int().nonnegative(),
  durationMs: z.number().nonnegative(),
  approvalId: z.string().max(64),
  country: z.string().max(8),
  workerVersion: z.string().max(64),
  policyVersion: z.string().max(64),
  isolate: z.string().max(36),
  sequence: z.number().int().nonnegative(),
})
export type AuditEvent = z.infer<typeof AuditEvent>
