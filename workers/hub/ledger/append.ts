import type { AuditEvent } from '../../../shared/audit.ts'
import { ledgerName, utcDay } from '../../../shared/ledger.ts'
import type { HubEnv } from '../env.ts'

/**
 * Puts events on record in the integration's ledger of today; returns when they are durable.
 * @throws Error when the ledger can't be reached. Sending the same events again is harmless.
 */
export async function appendToLedger(
  env: Pick<HubEnv, 'LEDGER'>,
  integration: string,
  events: readonly AuditEvent[],
  now: number = Date.now(),
): Promise<void> {
  let ledger = ledgerName(integration, utcDay(now))
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const answer = await env.LEDGER.getByName(ledger).append(ledger, events)
      if (!('sealedInto' in answer)) return
      // A clock ahead of ours has opened the next day already.
      ledger = answer.sealedInto
    } catch (error) {
      // The object was restarted under us (a deploy, an eviction): a new stub reaches the new one.
      if (attempt > 0) throw error
    }
  }
  throw new Error(`The ledger ${ledger} takes no rows.`)
}
