import type { Context } from 'hono'
import { writeAuditPoint } from '../../shared/analytics.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import { redactText } from '../../shared/redact.ts'
import type { Background, HubEnv } from './env.ts'
import { appendToLedger } from './ledger/append.ts'
import { hubLedger, recordOrKeep } from './ledger/leftovers.ts'
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

/** Puts something that happened at the hub on record, after the answer. Never throws. */
export function recordHubEvent(env: HubEnv, background: Background, event: HubEvent): void {
  const full = hubEvent(env, event)
  writeAuditPoint(env.AUDIT, full)
  background.waitUntil(recordOrKeep(env, full))
}

/** Puts it on record before it happens: for what may not happen unrecorded. @throws Error when the ledger can't be reached. */
export async function recordFirst(env: HubEnv, event: HubEvent): Promise<void> {
  const full = hubEvent(env, event)
  await appendToLedger(env, hubLedger, [full])
  writeAuditPoint(env.AUDIT, full)
}

function hubEvent(env: HubEnv, event: HubEvent): AuditEvent {
  isolate ??= crypto.randomUUID()
  return {
    id: crypto.randomUUID(),
    kind: event.kind,
    at: Date.now(),
    user: event.user.slice(0, 320).toWellFormed(),
    client: (event.client ?? '').slice(0, 2048).toWellFormed(),
    integration: event.integration ?? 'hub',
    tool: '',
    effect: 'none',
    arguments: '',
    argumentsHash: '',
    outcome: event.outcome,
    errorCode: '',
    facts: plainFacts(event.facts),
    responseBytes: 0,
    durationMs: 0,
    approvalId: '',
    country: event.country ?? '',
    workerVersion: env.VERSION.id,
    policyVersion: policy.version,
    isolate,
    sequence: sequence++,
  }
}

/** Facts may hold what somebody typed (a reason, a search): one line, bounded, no secrets. */
const plainFacts = (facts: AuditEvent['facts'] = {}): AuditEvent['facts'] =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? redactText(value, 500) : value,
    ]),
  )

/** The same, for what a request did. */
export function recordRequest(c: Context<HubContext>, event: HubEvent): void {
  const country = c.req.raw.cf?.country
  recordHubEvent(c.env, c.executionCtx, {
    ...event,
    ...(typeof country === 'string' && { country }),
  })
}
