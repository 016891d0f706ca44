import type { AuditEvent } from '../../../shared/audit.ts'
import { writeAuditPoint } from '../../../shared/analytics.ts'
import type { HubEnv } from '../env.ts'
import { appendToLedger } from './append.ts'

type Env = Pick<HubEnv, 'LEDGER' | 'AUDIT'>
const batchSize = 200

interface Waiting {
  readonly n: number
  readonly event: AuditEvent
}

/**
 * Events of a Durable Object on their way to the ledger. They are stored in the same step as the
 * change they tell of, so neither can be without the other; then they are sent, until the ledger
 * has them.
 */
export class Outbox {
  readonly #sql: SqlStorage
  readonly #env: Env

  constructor(sql: SqlStorage, env: Env) {
    this.#sql = sql
    this.#env = env
    sql.exec(
      'CREATE TABLE IF NOT EXISTS outbox (n INTEGER PRIMARY KEY AUTOINCREMENT, integration TEXT NOT NULL, event TEXT NOT NULL)',
    )
  }

  add(event: AuditEvent): void {
    this.#sql.exec(
      'INSERT INTO outbox (integration, event) VALUES (?, ?)',
      event.integration,
      JSON.stringify(event),
    )
  }

  get empty(): boolean {
    return this.#sql.exec('SELECT 1 FROM outbox LIMIT 1').toArray().length === 0
  }

  /** Sends everything there is. @throws Error when a ledger can't be reached; what it did not take stays. */
  async flush(): Promise<void> {
    const waiting = this.#sql
      .exec<{ integration: string }>('SELECT DISTINCT integration FROM outbox')
      .toArray()
    const sent = await Promise.allSettled(waiting.map(({ integration }) => this.send(integration)))
    const failed = sent.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** Sends what waits for one integration, then `event`, which is on record when this returns. */
  async send(integration: string, event?: AuditEvent): Promise<void> {
    for (;;) {
      const waiting = this.#waiting(integration)
      const last = waiting.length < batchSize
      const events = waiting.map((one) => one.event)
      if (last && event) events.push(event)
      if (events.length > 0) await appendToLedger(this.#env, integration, events)
      const sent = waiting.at(-1)
      if (sent)
        this.#sql.exec('DELETE FROM outbox WHERE integration = ? AND n <= ?', integration, sent.n)
      for (const one of events) writeAuditPoint(this.#env.AUDIT, one)
      if (last) return
    }
  }

  #waiting(integration: string): Waiting[] {
    return this.#sql
      .exec<{ n: number; event: string }>(
        'SELECT n, event FROM outbox WHERE integration = ? ORDER BY n LIMIT ?',
        integration,
        batchSize,
      )
      .toArray()
      .map(({ n, event }) => ({ n, event: JSON.parse(event) as AuditEvent }))
  }
}
