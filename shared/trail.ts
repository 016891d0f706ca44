import type { AuditEvent } from './audit.ts'
import { writeAuditPoint } from './analytics.ts'
import type { HubApi } from './hub.ts'

/** An event before this isolate numbers it. */
export type NewAuditEvent = Omit<AuditEvent, 'isolate' | 'sequence'>

interface Waiting {
  waitUntil(promise: Promise<unknown>): void
}

const batchSize = 250
/** Rows kept while the ledger can't be reached; beyond it the oldest are lost, which their numbers show. */
const keptRows = 5_000

/**
 * The audit trail of one isolate: after the answer each event becomes an Analytics Engine point
 * and, in batches, a ledger row. It is numbered before, so a row that was lost shows as a gap in
 * the ledger once a later one is there.
 */
export class AuditTrail {
  readonly isolate = crypto.randomUUID()
  readonly #hub: Pick<HubApi, 'record'>
  readonly #resource: string
  readonly #dataset: AnalyticsEngineDataset
  readonly #rows: AuditEvent[] = []
  #sequence = 0
  /** When the running flush began: a request that was cut off leaves it set, so it ages. */
  #flushingSince = 0

  readonly #flushAfterMs: number

  /** @param flushAfterMs how long rows gather before they go to the ledger */
  constructor(
    hub: Pick<HubApi, 'record'>,
    resource: string,
    dataset: AnalyticsEngineDataset,
    flushAfterMs = 500,
  ) {
    this.#flushAfterMs = flushAfterMs
    this.#hub = hub
    this.#resource = resource
    this.#dataset = dataset
  }

  /** The number of the next event. One that is never added shows as a gap in the ledger. */
  next(): number {
    return this.#sequence++
  }

  /** Takes an event by its number. Never throws and never delays the answer. */
  add(event: NewAuditEvent, sequence: number, ctx: Waiting): void {
    const row = { ...event, isolate: this.isolate, sequence }
    writeAuditPoint(this.#dataset, row)
    this.#rows.push(row)
    if (this.#rows.length > keptRows) this.#rows.splice(0, this.#rows.length - keptRows)
    const now = Date.now()
    if (now - this.#flushingSince < 25_000) return
    this.#flushingSince = now
    ctx.waitUntil(this.#flush())
  }

  async #flush(): Promise<void> {
    let pauseMs = this.#flushAfterMs
    for (let failures = 0; failures < 5 && this.#rows.length > 0;) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      try {
        // Whole batches go one after the other; what is less waits for more to come.
        do await this.#deliver(this.#rows.slice(0, batchSize))
        while (this.#rows.length >= batchSize)
        failures = 0
        pauseMs = this.#flushAfterMs
      } catch {
        failures++
        pauseMs = Math.min(pauseMs * 3 + 100, 8_000)
      }
    }
    this.#flushingSince = 0
    if (this.#rows.length > 0) console.warn(`audit: ${this.#rows.length} rows wait for the ledger`)
  }

  async #deliver(batch: readonly AuditEvent[]): Promise<void> {
    await this.#hub.record(this.#resource, batch)
    this.#forget(batch)
    this.#flushingSince = Date.now()
  }

  #forget(batch: readonly AuditEvent[]): void {
    const sent = new Set(batch)
    const kept = this.#rows.filter((row) => !sent.has(row))
    this.#rows.splice(0, this.#rows.length, ...kept)
  }
}
