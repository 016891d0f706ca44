/** The hub: sign-in, consent, tokens, policy, and the pages where people meet them. */
import { env } from 'cloudflare:workers'
import { app } from './app.tsx'
import { configuration } from './configuration.ts'
import type { HubEnv } from './env.ts'
import { keepLedgers } from './ledger/housekeeping.ts'
import { purge } from './purge.ts'

export { Control } from './control.ts'
export { Approvals } from './approvals/approvals.ts'
export { EndpointApi } from './endpoint-api.ts'
export { Ledger } from './ledger/ledger.ts'
export { LedgerIndex } from './ledger/ledger-index.ts'
export { Person } from './person.ts'

// A hub that is wrongly set up must not start; above all not with development sign-in on the internet.
configuration(env)

export default {
  fetch: app.fetch,
  scheduled: async (_controller, env) => {
    await keepLedgers(env)
    await purge(env)
  },
} satisfies ExportedHandler<HubEnv>
