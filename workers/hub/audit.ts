import type { Context } from 'hono'
import { writeAuditPoint } from '../../shared/analytics.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import type { Background, HubEnv } from './env.ts'
import { policy } from './policy.ts'
import type { HubContext } from './session.ts'

/** What the hub itself has to put on record; the rest of the event is filled in here. */
export interface HubEvent {
  readonly kind: AuditEvent['kind']
  /** The e-mail of who did it; '' when nobody was known. */
  readonly user: string
  readonly outcome: string
  readonly client?: string
  readonly integration?: string
  readonly facts?: AuditEvent['facts']
  readonly country?: string
}

// Randomness isn't to be had while a Worker starts, so the isolate gets its name at its first event.
let isolate: string | undefined
let sequence = 0

/** Puts something that happened at the hub on record. Never throws and never delays the answer. */
export function recordHubEvent(env: HubEnv, _background: Background, event: HubEvent): void {
  isolate ??= crypto.randomUUID()
  writeAuditPoint(env.AUDIT, {
    id: crypto.randomUUID(),
    kind: event.kind,
    at: Date.now(),
    user: event.user,
    client: (event.client ?? '').slice(0, 2048),
    integration: event.integration ?? 'hub',
    tool: '',
    effect: 'none',
    arguments: '',
    argumentsHash: '',
    outcome: event.outcome,
    errorCode: '',
    facts: event.facts ?? {},
    responseBytes: 0,
    durationMs: 0,
    approvalId: '',
    country: event.country ?? '',
    workerVersion: env.VERSION.id,
    policyVersion: policy.version,
    isolate,
    sequence: sequence++,
  })
}

/** The same, for what a request did. */
export function recordRequest(c: Context<HubContext>, event: HubEvent): void {
  const country = c.req.raw.cf?.country
  recordHubEvent(c.env, c.executionCtx, {
    ...event,
    ...(typeof country === 'string' && { country }),
  })
}
