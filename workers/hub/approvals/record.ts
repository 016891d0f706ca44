import * as z from 'zod'
import type { AuditEvent } from '../../../shared/audit.ts'
import type { ApprovalState, ApprovalStatus } from '../../../shared/hub.ts'
import { redactText } from '../../../shared/redact.ts'
import type { Standing } from './machine.ts'

const Approver = z.union([
  z.literal('self'),
  z.object({ group: z.string() }),
  z.object({ person: z.string() }),
])

/** What a proposal is about: fixed from its first moment. Arguments and preview are stored beside it. */
export const Subject = z.object({
  id: z.string(),
  integration: z.string(),
  tool: z.string(),
  effect: z.enum(['create', 'update', 'delete']),
  proposer: z.object({ email: z.string(), name: z.string(), groups: z.array(z.string()) }),
  clientId: z.string(),
  argumentsHash: z.string(),
  /** The arguments as the audit may show them. */
  redacted: z.string(),
  summary: z.string(),
  /** What policy said to it, and which policy. */
  policyVersion: z.string(),
  rule: z.string(),
  mode: z.enum(['allow', 'ask', 'four_eyes']),
  reason: z.string(),
  approvers: z.array(Approver),
  proposedAt: z.number(),
  country: z.string(),
  workerVersion: z.string(),
})
export type Subject = z.infer<typeof Subject>

/** A proposal with where it stands: one line of a list. */
export interface Listed {
  readonly subject: Subject
  readonly standing: Standing
}

/** Who asks for an approval over RPC; it is theirs only when all three match. */
export interface Asker {
  readonly integration: string
  readonly email: string
  readonly clientId: string
}
export const belongsTo = ({ integration, proposer, clientId }: Subject, asker: Asker): boolean =>
  integration === asker.integration && proposer.email === asker.email && clientId === asker.clientId

/** What the client may see. */
export function statusOf(
  issuer: string,
  { subject, standing }: Listed,
  result: Record<string, unknown> | undefined,
): ApprovalStatus {
  const { decider, note, reason, error } = standing
  const words = [reason, note && `${decider?.email} says: ${note}`].filter(Boolean).join(' ')
  const ends = standing.until ?? standing.endedAt ?? subject.proposedAt
  return {
    id: subject.id,
    state: standing.state,
    tool: subject.tool,
    summary: subject.summary,
    url: `${issuer}/approvals/${subject.id}`,
    expiresAt: new Date(ends).toISOString(),
    ...(words && { note: words }),
    ...(result && { result }),
    ...(error && { error }),
  }
}

const kinds: Readonly<Record<ApprovalState, AuditEvent['kind']>> = {
  proposed: 'proposal',
  approved: 'decision',
  denied: 'decision',
  expired: 'decision',
  withdrawn: 'decision',
  running: 'intent',
  done: 'outcome',
  failed: 'outcome',
  unknown: 'outcome',
}

/**
 * The audit event of an approval that has come to a state. Its id is made of the approval and the
 * state, so however often it is sent it stands on the ledger once. The approval counts as the
 * isolate, so each one's events are numbered without a hole.
 */
export function eventOf({ subject, standing }: Listed, sequence: number, at: number): AuditEvent {
  const { state, decider, error, reason, note } = standing
  const kind = kinds[state]
  const withArguments = kind === 'proposal' || kind === 'intent'
  return {
    id: `${subject.id}:${state}`,
    kind,
    at,
    // The one who did it: the decider of a decision, else the person the call is for.
    user:
      kind === 'decision' && decider && state !== 'expired'
        ? decider.email
        : subject.proposer.email,
    client: subject.clientId.slice(0, 2048),
    integration: subject.integration,
    tool: subject.tool,
    effect: subject.effect,
    arguments: withArguments ? subject.redacted : '',
    argumentsHash: subject.argumentsHash,
    outcome: state,
    errorCode: error?.code ?? '',
    facts: {
      rule: subject.rule,
      mode: subject.mode,
      proposer: subject.proposer.email,
      ...(reason && { reason: redactText(reason, 400) }),
      ...(note && kind === 'decision' && { note: redactText(note, 400) }),
    },
    responseBytes: 0,
    durationMs: durationOf(standing, kind),
    approvalId: subject.id,
    country: subject.country,
    workerVersion: subject.workerVersion,
    policyVersion: subject.policyVersion,
    isolate: subject.id,
    sequence,
  }
}

const durationOf = ({ startedAt, endedAt }: Standing, kind: AuditEvent['kind']): number =>
  kind === 'outcome' && startedAt !== undefined && endedAt !== undefined
    ? Math.max(0, endedAt - startedAt)
    : 0
