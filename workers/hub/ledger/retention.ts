import { ledgerName, ledgerParts, utcDay } from '../../../shared/ledger.ts'
import type { HubEnv } from '../env.ts'
import { ledgerIndex } from './ledger-index.ts'

const dayMs = 86_400_000
/** Days that one run deletes at most; the next run goes on. */
const batch = 50

/**
 * Deletes the rows of days that are older than policy keeps them. Each is sealed first and its head
 * stays in the index, so the chain of what is left still begins where it ended.
 */
export async function eraseOldLedgers(
  env: Pick<HubEnv, 'LEDGER' | 'LEDGER_INDEX'>,
  keptDays: number,
  now: number,
): Promise<string[]> {
  const index = ledgerIndex(env as HubEnv)
  const last = utcDay(now - (keptDays + 1) * dayMs)
  const old = (await index.list('0000-00-00', last)).filter(({ erasedAt }) => erasedAt === null)
  const erased: string[] = []
  for (const { ledger, head } of old.slice(0, batch)) {
    const object = env.LEDGER.getByName(ledger)
    if (head === null) {
      // Nothing came after it: it is sealed into the day that will continue it one day.
      const { integration } = ledgerParts(ledger)
      await index.sealed(await object.seal(ledger, ledgerName(integration, utcDay(now))))
    }
    // The deed before the note, so a run that was cut off between the two is simply repeated.
    await object.erase()
    await index.erased(ledger, now)
    erased.push(ledger)
  }
  return erased
}
