import { DurableObject } from 'cloudflare:workers'
import { ledgerName, ledgerParts, type Head } from '../../../shared/ledger.ts'
import type { HubEnv } from '../env.ts'

/** One ledger as the index knows it. */
export interface Listed {
  readonly ledger: string
  readonly integration: string
  readonly day: string
  /** Kept from the moment of sealing, apart from the ledger itself. */
  readonly head: string | null
  readonly rows: number | null
  readonly erasedAt: number | null
}

/** The place of a new ledger: after `previous` (whose head is known once it was sealed), or none, because a later day has opened. */
export type Place =
  | { readonly previous: { readonly ledger: string; readonly head: string | null } | null }
  | { readonly later: string }

/**
 * Which ledgers there are and how they follow each other: one object for the company, asked when a
 * day opens and when somebody reads, never on the way of a call.
 */
export class LedgerIndex extends DurableObject<HubEnv> {
  readonly #sql: SqlStorage

  constructor(ctx: DurableObjectState, env: HubEnv) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS ledgers (
        integration TEXT NOT NULL, day TEXT NOT NULL, head TEXT, rows INTEGER, erased_at INTEGER,
        PRIMARY KEY (integration, day)
      )
    `)
  }

  /** Registers a ledger that is about to open. Idempotent, so an opening that was cut off can go on. */
  open(ledger: string): Place {
    const { integration, day } = ledgerParts(ledger)
    const days = (compared: '=' | '<' | '>') =>
      this.#sql
        .exec<{ day: string; head: string | null; erasedAt: number | null }>(
          `SELECT day, head, erased_at AS erasedAt FROM ledgers
           WHERE integration = ? AND day ${compared} ? ORDER BY day DESC LIMIT 1`,
          integration,
          day,
        )
        .toArray()[0]
    const known = days('=')
    const later = days('>')
    // One that was registered keeps its place, even when the next day has come to seal it.
    if (later && (!known || known.erasedAt !== null))
      return { later: ledgerName(integration, later.day) }
    if (!known)
      this.#sql.exec('INSERT INTO ledgers VALUES (?, ?, NULL, NULL, NULL)', integration, day)
    const previous = days('<')
    return {
      previous: previous
        ? { ledger: ledgerName(integration, previous.day), head: previous.head }
        : null,
    }
  }

  /** Keeps the head of a sealed ledger. The first word stands. */
  sealed({ ledger, head, rows }: Pick<Head, 'ledger' | 'head' | 'rows'>): void {
    const { integration, day } = ledgerParts(ledger)
    this.#sql.exec(
      'UPDATE ledgers SET head = ?, rows = ? WHERE integration = ? AND day = ? AND head IS NULL',
      head,
      rows,
      integration,
      day,
    )
  }

  /** Notes that a sealed ledger's rows are being deleted; its head stays. */
  erased(ledger: string, at: number): void {
    const { integration, day } = ledgerParts(ledger)
    this.#sql.exec(
      'UPDATE ledgers SET erased_at = ? WHERE integration = ? AND day = ? AND head IS NOT NULL',
      at,
      integration,
      day,
    )
  }

  /** The ledgers of a span of days, oldest first, of one integration or all. */
  list(fromDay: string, toDay: string, integration?: string): Listed[] {
    return this.#sql
      .exec<
        Record<'integration' | 'day', string> & {
          head: string | null
          rows: number | null
          erasedAt: number | null
        }
      >(
        `SELECT integration, day, head, rows, erased_at AS erasedAt FROM ledgers
         WHERE day BETWEEN ? AND ? AND integration = coalesce(?, integration) ORDER BY integration, day`,
        fromDay,
        toDay,
        integration ?? null,
      )
      .toArray()
      .map((row) => ({ ...row, ledger: ledgerName(row.integration, row.day) }))
  }
}

export const ledgerIndex = (env: HubEnv): DurableObjectStub<LedgerIndex> =>
  env.LEDGER_INDEX.getByName('company')
