import { AuditEvent } from '../../../shared/audit.ts'
import type { HubEnv } from '../env.ts'
import { appendToLedger } from './append.ts'

const prefix = 'gatehouse:unrecorded:'
/** Leftovers that one run takes on. */
const batch = 200

/** The hub's own rows stand here, whichever endpoint they are about. */
export const hubLedger = 'hub'

/**
 * Puts an event of the hub on record after the answer. What happened has happened (somebody signed
 * in, a switch was turned), so a ledger that can't be reached holds nobody up: the event is kept
 * in KV until the hourly run brings it in.
 */
export async function recordOrKeep(env: HubEnv, event: AuditEvent): Promise<void> {
  try {
    await appendToLedger(env, hubLedger, [event])
  } catch (error) {
    console.error('audit: an event of the hub waits in KV for the ledger', error)
    await env.OAUTH_KV.put(prefix + event.id, JSON.stringify(event))
  }
}

/** Brings in what had to wait. @returns how many events. */
export async function recordLeftovers(env: HubEnv): Promise<number> {
  const { keys } = await env.OAUTH_KV.list({ prefix, limit: batch })
  for (const { name } of keys) {
    const event = AuditEvent.safeParse(await env.OAUTH_KV.get(name, 'json'))
    if (event.success) await appendToLedger(env, hubLedger, [event.data])
    await env.OAUTH_KV.delete(name)
  }
  return keys.length
}
