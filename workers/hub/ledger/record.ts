import * as z from 'zod'
import { AuditEvent } from '../../../shared/audit.ts'
import { redactText } from '../../../shared/redact.ts'

const Named = z
  .object({ id: z.string(), user: z.string(), tool: z.string(), at: z.number() })
  .partial()

/**
 * An event as an endpoint sent it, fit for the ledger. The integration is the endpoint's own and
 * the kind is `call`, whatever it says: decisions and intents are the hub's to record. One that
 * can't be read is recorded as such, because a dropped row would be a hole that nobody sees.
 */
export function recordable(integration: string, sent: unknown): AuditEvent {
  const event = AuditEvent.safeParse(sent)
  if (event.success) return wellFormed({ ...event.data, integration, kind: 'call' })
  const { id, user, tool, at } = Named.safeParse(sent).data ?? {}
  return {
    id: id && id.length <= 64 ? id.toWellFormed() : crypto.randomUUID(),
    kind: 'call',
    at: Math.trunc(at ?? 0) || Date.now(),
    user: redactText(user ?? '', 320),
    client: '',
    integration,
    tool: redactText(tool ?? '', 128),
    effect: 'none',
    arguments: '',
    argumentsHash: '',
    outcome: 'unreadable',
    errorCode: 'internal',
    facts: { problem: redactText(z.prettifyError(event.error), 300) },
    responseBytes: 0,
    durationMs: 0,
    approvalId: '',
    country: '',
    workerVersion: '',
    policyVersion: '',
    // Its own number can't be believed; an isolate of its own makes no false gap.
    isolate: crypto.randomUUID(),
    sequence: 0,
  }
}

/** Canonical JSON refuses half a surrogate pair, and one such row must not hold up the others. */
function wellFormed(event: AuditEvent): AuditEvent {
  if (
    Object.values(event).every((value) => typeof value !== 'string' || value.isWellFormed()) &&
    JSON.stringify(event.facts).isWellFormed()
  )
    return event
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return value.toWellFormed()
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k.toWellFormed(), clean(v)]))
  }
  return AuditEvent.parse(clean(event))
}
