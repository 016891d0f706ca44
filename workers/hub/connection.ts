import * as z from 'zod'

/** A client's standing permission to use one endpoint for a person: what OAuth calls a grant. */
export const Connection = z.object({
  /** The grant's id. */
  id: z.string(),
  clientId: z.string(),
  /** The client's own name for itself. */
  client: z.string(),
  /** The domain that vouches for the name (a CIMD client's), or ''. */
  domain: z.string(),
  integration: z.string(),
  /** Scopes, with spaces between. */
  scope: z.string(),
  /** Milliseconds since 1970: consent; the last token; the last call (0 for none yet). */
  since: z.number(),
  renewedAt: z.number(),
  usedAt: z.number(),
})
export type Connection = z.infer<typeof Connection>
export type NewConnection = Omit<Connection, 'renewedAt' | 'usedAt'>

const columns = `id, client_id AS clientId, client, domain, integration, scope, since,
  renewed_at AS renewedAt, used_at AS usedAt`

/** The register of one person's connections, in their Person object. */
export class Connections {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(`
      CREATE TABLE IF NOT EXISTS connections (
        id TEXT PRIMARY KEY, client_id TEXT NOT NULL, client TEXT NOT NULL, domain TEXT NOT NULL,
        integration TEXT NOT NULL, scope TEXT NOT NULL, since INTEGER NOT NULL,
        renewed_at INTEGER NOT NULL DEFAULT 0, used_at INTEGER NOT NULL DEFAULT 0);
      CREATE TABLE IF NOT EXISTS revoked (id TEXT PRIMARY KEY, at INTEGER NOT NULL);
    `)
  }

  add(added: NewConnection): void {
    const { id, clientId, client, domain, integration, scope, since } = added
    const values = [id, clientId, client, domain, integration, scope, since]
    this.#sql.exec(
      `INSERT INTO connections (id, client_id, client, domain, integration, scope, since)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...values,
    )
  }

  get(id: string): Connection | undefined {
    const row = this.#sql.exec(`SELECT ${columns} FROM connections WHERE id = ?`, id).toArray()[0]
    return row && Connection.parse(row)
  }

  /** Those that began after a time, had a token after another and were not ended; the newest first. */
  live(since: number, renewedAt: number): Connection[] {
    return this.#sql
      .exec(
        `SELECT ${columns} FROM connections
         WHERE since > ? AND renewed_at > ? AND id NOT IN (SELECT id FROM revoked)
         ORDER BY since DESC, id LIMIT 200`,
        since,
        renewedAt,
      )
      .toArray()
      .map((row) => Connection.parse(row))
  }

  renewed(id: string, at: number): void {
    this.#sql.exec('UPDATE connections SET renewed_at = ? WHERE id = ?', at, id)
  }

  used(id: string, at: number): void {
    this.#sql.exec('UPDATE connections SET used_at = ? WHERE id = ?', at, id)
  }

  /** Ends a connection, or whatever else has an id (a browser session), for good. */
  revoke(id: string, at: number): void {
    this.#sql.exec('INSERT OR IGNORE INTO revoked VALUES (?, ?)', id, at)
  }

  isRevoked(id: string): boolean {
    return this.#sql.exec('SELECT 1 FROM revoked WHERE id = ?', id).toArray().length > 0
  }

  /** Forgets what ended, or fell idle, before a time. */
  forget(before: number): void {
    this.#sql.exec('DELETE FROM revoked WHERE at < ?', before)
    this.#sql.exec('DELETE FROM connections WHERE max(since, renewed_at) < ?', before)
  }
}
