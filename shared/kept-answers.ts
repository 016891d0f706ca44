const keptMs = 3_600_000
/** The newest of one person; older ones give way, so that nobody can fill the object. */
const keptAnswers = 50

/** Long answers in the person's `Session` object, in parts, each for an hour. */
export class KeptAnswers {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(`
      CREATE TABLE IF NOT EXISTS answer (id TEXT PRIMARY KEY, tool TEXT NOT NULL, kept_at INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS answer_part (id TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id, part));
    `)
  }

  /** @param parts each far below the 2 MB of a row; @param now milliseconds since 1970 */
  keep(id: string, tool: string, parts: readonly string[], now: number): void {
    this.#sql.exec('INSERT OR IGNORE INTO answer VALUES (?, ?, ?)', id, tool, now)
    for (const [index, body] of parts.entries())
      this.#sql.exec('INSERT OR IGNORE INTO answer_part VALUES (?, ?, ?)', id, index + 1, body)
    this.forget(now)
  }

  part(id: string, part: number, now: number): { tool: string; text: string } | null {
    const rows = this.#sql.exec<{ tool: string; text: string }>(
      `SELECT tool, body AS text FROM answer JOIN answer_part USING (id)
       WHERE id = ? AND part = ? AND kept_at > ?`,
      id,
      part,
      now - keptMs,
    )
    return rows.toArray()[0] ?? null
  }

  /** Forgets what is too old or too much. @returns how many answers are left */
  forget(now: number): number {
    this.#sql.exec(
      `DELETE FROM answer WHERE kept_at <= ?1 OR id NOT IN
         (SELECT id FROM answer ORDER BY kept_at DESC, rowid DESC LIMIT ?2)`,
      now - keptMs,
      keptAnswers,
    )
    this.#sql.exec('DELETE FROM answer_part WHERE id NOT IN (SELECT id FROM answer)')
    return this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM answer').one().n
  }
}
