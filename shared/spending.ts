import type { CountedQuota, SpendAnswer } from './caller.ts'

/** A lease is at most this part of what is left, so that few isolates can't hold much of it unused. */
const leaseShare = 20

/** How often one person has used each quota in its present window, in the person's `Session` object. */
export class Spending {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS spent (quota TEXT PRIMARY KEY, window INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID',
    )
  }

  /**
   * All or nothing over the quotas given. A window is aligned to the clock, so everybody can tell
   * when it ends. More than one call is a lease, and the less is left the smaller it is.
   * @param now milliseconds since 1970
   */
  spend(quotas: readonly CountedQuota[], amount: number, now: number): SpendAnswer {
    let granted = amount
    let endsAt = Infinity
    for (const { id, limit, windowMs } of quotas) {
      const window = Math.floor(now / windowMs)
      const left = limit - this.#countOf(id, window)
      const windowEnd = (window + 1) * windowMs
      if (left < 1) return { granted: 0, endsAt: windowEnd, quota: id }
      granted = Math.min(granted, Math.max(1, Math.floor(left / leaseShare)))
      endsAt = Math.min(endsAt, windowEnd)
    }
    for (const { id, windowMs } of quotas)
      this.#sql.exec(
        `INSERT INTO spent VALUES (?1, ?2, ?3) ON CONFLICT (quota) DO UPDATE
           SET count = CASE WHEN window = ?2 THEN count + ?3 ELSE ?3 END, window = ?2`,
        id,
        Math.floor(now / windowMs),
        granted,
      )
    return { granted, endsAt }
  }

  #countOf(quota: string, window: number): number {
    const rows = this.#sql.exec<{ count: number }>(
      'SELECT count FROM spent WHERE quota = ? AND window = ?',
      quota,
      window,
    )
    return rows.toArray()[0]?.count ?? 0
  }
}
