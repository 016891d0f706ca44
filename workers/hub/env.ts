import type { Approvals } from './approvals/approvals.ts'
import type { Control } from './control.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { LedgerIndex } from './ledger/ledger-index.ts'
import type { Person } from './person.ts'

/** The hub's bindings (wrangler.toml, `[env.hub]`). Settings and secrets are read by `configuration()`. */
export interface HubEnv {
  readonly OAUTH_KV: KVNamespace
  readonly PERSON: DurableObjectNamespace<Person>
  readonly CONTROL: DurableObjectNamespace<Control>
  readonly APPROVALS: DurableObjectNamespace<Approvals>
  readonly LEDGER: DurableObjectNamespace<Ledger>
  readonly LEDGER_INDEX: DurableObjectNamespace<LedgerIndex>
  readonly AUDIT: AnalyticsEngineDataset
  readonly VERSION: WorkerVersionMetadata
  /** Bounds client registrations from one address. */
  readonly REGISTRATIONS: RateLimit
  /** Lets `npm run kill` turn switches; without it that way is closed. */
  readonly ADMIN_TOKEN?: string
}

/** Where things go that must outlive the answer; both `ExecutionContext`s and Hono's have it. */
export interface Background {
  waitUntil(promise: Promise<unknown>): void
}
