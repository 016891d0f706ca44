import type { AuditEvent } from '../../shared/audit.ts'
import type { Background, HubEnv } from './env.ts'
import { policy } from './policy.ts'

/** What the hub itself has to put on record: the rest of the event is filled in here. */
export interface HubEvent {
  readonly kind: AuditEvent['kind']
  /** The e-mail of who did it. */
  readonly user: string
  readonly outcome: string
  readonly client?: string
  readonly integration?: string
  readonly facts?: AuditEvent['facts']
  readonly country?: string
}

const isolate = crypto.randomUUID()
let sequence = 0

/** Puts something that happened at the hub on record, after the answer. */
export function recordHubEvent(env: HubEnv, background: Background, event: HubEvent): void {
  const full: AuditEvent = {
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
  }
  void background
  void full
}
