import { DurableObject } from 'cloudflare:workers'
import * as z from 'zod'
import type { Switches } from '../../shared/policy.ts'
import type { HubEnv } from './env.ts'

/** One kill switch being turned, by an administrator. */
export const SwitchChange = z.object({
  kind: z.enum(['everything', 'integration', 'tool', 'person', 'client']),
  /** The integration, tool, e-mail or client id; '' for `everything`. */
  name: z.string().max(2048),
  off: z.boolean(),
  by: z.string(),
  reason: z.string().max(500),
})
export type SwitchChange = z.infer<typeof SwitchChange>
export type SwitchRecord = SwitchChange & { readonly at: number }

/** Kill switches and the history of policy versions: one object for the company, strongly consistent. */
export class Control extends DurableObject<HubEnv> {
  readonly #sql: SqlStorage

  constructor(ctx: DurableObjectState, env: HubEnv) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS switched (kind TEXT, name TEXT, at INTEGER, by TEXT, reason TEXT, PRIMARY KEY (kind, name));
      CREATE TABLE IF NOT EXISTS switch_history (at INTEGER, kind TEXT, name TEXT, off INTEGER, by TEXT, reason TEXT);
      CREATE TABLE IF NOT EXISTS policy_versions (version TEXT PRIMARY KEY, first_seen_at INTEGER);
    `)
  }

  /** What is switched off now. `policyVersion` is the asking isolate's; a new one is put on record. */
  switches(policyVersion: string): Switches {
    this.#sql.exec('INSERT OR IGNORE INTO policy_versions VALUES (?, ?)', policyVersion, Date.now())
    const rows = this.#sql
      .exec<{ kind: SwitchChange['kind']; name: string }>('SELECT kind, name FROM switched')
      .toArray()
    const named = (kind: SwitchChange['kind']) =>
      rows.filter((row) => row.kind === kind).map((row) => row.name)
    return {
      everything: rows.some((row) => row.kind === 'everything'),
      integrations: named('integration'),
      tools: named('tool'),
      people: named('person'),
      clients: named('client'),
    }
  }

  /** Turns one switch. @returns false when it already stood that way. */
  turn(change: SwitchChange): boolean {
    const { kind, off, by, reason } = SwitchChange.parse(change)
    const name = kind === 'person' ? change.name.toLowerCase() : change.name
    const at = Date.now()
    const { rowsWritten } = off
      ? this.#sql.exec(
          'INSERT OR IGNORE INTO switched VALUES (?, ?, ?, ?, ?)',
          kind,
          name,
          at,
          by,
          reason,
        )
      : this.#sql.exec('DELETE FROM switched WHERE kind = ? AND name = ?', kind, name)
    if (rowsWritten === 0) return false
    this.#sql.exec(
      'INSERT INTO switch_history VALUES (?, ?, ?, ?, ?, ?)',
      at,
      kind,
      name,
      Number(off),
      by,
      reason,
    )
    return true
  }

  /** What is off now, who switched it off and why; the newest first. */
  off(): SwitchRecord[] {
    return this.#sql
      .exec<Record<keyof SwitchRecord, SqlStorageValue>>(
        'SELECT *, 1 AS off FROM switched ORDER BY at DESC LIMIT 500',
      )
      .toArray()
      .map((row) => ({ ...SwitchChange.parse({ ...row, off: true }), at: Number(row.at) }))
  }

  /** The newest turns first. */
  history(limit = 50): SwitchRecord[] {
    return this.#sql
      .exec<Record<keyof SwitchRecord, SqlStorageValue>>(
        'SELECT * FROM switch_history ORDER BY at DESC, rowid DESC LIMIT ?',
        limit,
      )
      .toArray()
      .map((row) => ({ ...SwitchChange.parse({ ...row, off: row.off === 1 }), at: Number(row.at) }))
  }

  /** Which policy has been in force since when, newest first. */
  policyVersions(): { version: string; firstSeenAt: number }[] {
    return this.#sql
      .exec<{ version: string; firstSeenAt: number }>(
        'SELECT version, first_seen_at AS firstSeenAt FROM policy_versions ORDER BY first_seen_at DESC LIMIT 50',
      )
      .toArray()
  }
}

/** The company's one Control object. */
export const control = (env: HubEnv): DurableObjectStub<Control> => env.CONTROL.getByName('company')
