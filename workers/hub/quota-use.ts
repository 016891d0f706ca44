import { ledgerName, utcDay } from '../../shared/ledger.ts'
import type { HubEnv } from './env.ts'
import { policy } from './policy.ts'

const windowMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/** A quota of policy with those who have used most of it in the window that runs now. */
export interface QuotaUse {
  readonly id: string
  readonly integration: string
  readonly tool: string | undefined
  readonly limit: number
  readonly per: keyof typeof windowMs
  readonly users: readonly { readonly user: string; readonly calls: number }[]
}

/**
 * Quotas in use, by the ledger's count. The exact one is in each person's `Session` object at the
 * endpoint, which nobody asks without calling; this is a second or so behind it.
 */
export function quotasInUse(env: HubEnv, now: number): Promise<QuotaUse[]> {
  return Promise.all(
    (policy.policy.quotas ?? []).map(async ({ id, integration, tool, limit, per }) => {
      // Windows are whole minutes, hours and days of UTC, so each lies within one ledger.
      const from = Math.floor(now / windowMs[per]) * windowMs[per]
      const ledger = env.LEDGER.getByName(ledgerName(integration, utcDay(now)))
      return { id, integration, tool, limit, per, users: await ledger.busiest(from, tool) }
    }),
  )
}
