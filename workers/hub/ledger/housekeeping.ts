import { utcDay } from '../../../shared/ledger.ts'
import type { HubEnv } from '../env.ts'
import { policy } from '../policy.ts'
import { ledgerIndex } from './ledger-index.ts'
import { recordLeftovers } from './leftovers.ts'
import { eraseOldLedgers } from './retention.ts'

/** Days that a ledger day is kept where policy does not say. */
export const defaultRetentionDays = 400
export const retentionDays = policy.policy.retentionDays ?? defaultRetentionDays

/** What the Cron Trigger does for the ledger, each part whatever became of the others. */
export async function keepLedgers(env: HubEnv, now = Date.now()): Promise<void> {
  const parts = [recordLeftovers(env), eraseOldLedgers(env, retentionDays, now), logHeads(env, now)]
  for (const part of await Promise.allSettled(parts))
    if (part.status === 'rejected') console.error('ledger: housekeeping failed', part.reason)
}

/**
 * Writes the heads of the open ledgers to the Worker's log. Whoever keeps those logs elsewhere
 * (Logpush, a tail) holds an anchor that nobody with access to the hub can rewrite:
 * `npm run audit -- verify FILE --head HASH`.
 */
async function logHeads(env: HubEnv, now: number): Promise<void> {
  const open = await ledgerIndex(env).list(utcDay(now - 86_400_000), utcDay(now))
  const heads = await Promise.all(
    open
      .filter(({ erasedAt }) => erasedAt === null)
      .map(({ ledger }) => env.LEDGER.getByName(ledger).head()),
  )
  for (const head of heads) if (head) console.log(JSON.stringify(head))
}
