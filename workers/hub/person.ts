import { DurableObject } from 'cloudflare:workers'
import * as z from 'zod'
import { configuration } from './configuration.ts'
import type { HubEnv } from './env.ts'
import { groupsMaxAgeMs, userIdOf, type Identity } from './identity.ts'
import { seal, unseal } from './seal.ts'
import { refreshIdentity } from './sign-in/refresh.ts'

/** What is kept of the last sign-in or refresh. */
const Profile = z.object({
  email: z.string(),
  name: z.string(),
  groups: z.array(z.string()),
  subject: z.string(),
  /** When the provider last said so, in milliseconds. 0: it no longer vouches for them. */
  confirmedAt: z.number(),
  signedInAt: z.number(),
})
type Profile = z.infer<typeof Profile>

/** A connection (grant) or browser session: its id, and when it began. */
export interface Bearer {
  readonly id: string
  readonly since: number
}

export type Standing =
  | {
      readonly good: true
      readonly email: string
      readonly name: string
      readonly groups: string[]
    }
  | { readonly good: false; readonly reason: 'unknown' | 'disabled' | 'revoked' }

export type Renewal =
  | { readonly outcome: 'renewed'; readonly groupsUntil: number }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unavailable'; readonly retryAfterSeconds: number }

type Setback = Exclude<Renewal, { outcome: 'renewed' }>

/** Longer than any grant lives without being refreshed, so a forgotten revocation can't come back. */
const forgetAfterMs = 62 * 86_400_000

/**
 * One person, strongly consistent: who the provider says they are, whether they are disabled, and
 * which of their connections were revoked. KV forgets too slowly for those (a delete takes up to
 * 60 s elsewhere), so they are written here first and asked here always.
 */
export class Person extends DurableObject<HubEnv> {
  readonly #sql: SqlStorage
  readonly #kv: SyncKvStorage
  #refreshing: Promise<Setback | undefined> | undefined

  constructor(ctx: DurableObjectState, env: HubEnv) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#kv = ctx.storage.kv
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS revoked (id TEXT PRIMARY KEY, at INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS redeemed (id TEXT PRIMARY KEY, at INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS used (id TEXT PRIMARY KEY, at INTEGER NOT NULL);
    `)
  }

  /** Takes in a sign-in. The provider's subject is pinned at the first; another one is refused. */
  async signIn(identity: Identity): Promise<'ok' | 'disabled' | 'other_subject'> {
    if (this.#kv.get('disabled')) return 'disabled'
    const pinned = this.#kv.get('subject')
    if (pinned !== undefined && pinned !== identity.subject) return 'other_subject'
    this.#kv.put('subject', identity.subject)
    await this.#confirm(identity, Date.now())
    return 'ok'
  }

  /** Whether a connection or session is good now, and who it stands for. */
  standing(bearer: Bearer): Standing {
    const profile = this.#profile()
    if (!profile) return { good: false, reason: 'unknown' }
    if (this.#kv.get('disabled')) return { good: false, reason: 'disabled' }
    if (bearer.since <= this.#cutoff() || this.#has('revoked', bearer.id))
      return { good: false, reason: 'revoked' }
    const { email, name, groups } = profile
    return { good: true, email, name, groups }
  }

  /**
   * A code's or refresh token's turn at the token endpoint. A code works once here even when two
   * requests read the same KV record; a refresh asks the provider whether it still knows them.
   */
  async renew(grant: Bearer, by: 'code' | 'refresh'): Promise<Renewal> {
    const standing = this.standing(grant)
    if (!standing.good) return { outcome: 'refused', reason: standing.reason }
    if (by === 'code') {
      if (this.#has('redeemed', grant.id)) {
        this.revoke(grant.id)
        return { outcome: 'refused', reason: 'code_replayed' }
      }
      this.#mark('redeemed', grant.id)
    } else {
      const setback = await this.#refresh()
      if (setback) return setback
      const after = this.standing(grant)
      if (!after.good) return { outcome: 'refused', reason: after.reason }
    }
    const groupsUntil = (this.#profile()?.confirmedAt ?? 0) + groupsMaxAgeMs
    return groupsUntil - Date.now() < 60_000
      ? { outcome: 'refused', reason: 'signed_in_too_long_ago' }
      : { outcome: 'renewed', groupsUntil }
  }

  /** Ends a connection or a browser session, for good. */
  revoke(id: string): void {
    this.#mark('revoked', id)
  }

  /** Ends every connection and session that began before now. */
  revokeAll(): void {
    this.#kv.put('cutoff', Date.now())
  }

  /** Locks the person out and ends everything they had; enabling again brings none of it back. */
  disable(by: string, reason: string): void {
    this.revokeAll()
    this.#kv.put('disabled', { by, reason, at: Date.now() })
    this.#kv.delete('upstream')
  }

  enable(): void {
    this.#kv.delete('disabled')
  }

  /** Forgets which account of the provider the address belonged to, and ends all that account had. */
  unpin(): void {
    this.revokeAll()
    this.#kv.delete('subject')
    this.#kv.delete('upstream')
  }

  /** Remembers that a connection was used; callers do so at most once a minute. */
  touch(grantId: string): void {
    this.#mark('used', grantId)
  }

  /** When each connection was last used, in milliseconds. */
  lastUses(): Record<string, number> {
    const rows = this.#sql.exec<{ id: string; at: number }>('SELECT id, at FROM used').toArray()
    return Object.fromEntries(rows.map(({ id, at }) => [id, at]))
  }

  /** Which of these connections were revoked, whatever KV still says. */
  revokedAmong(grants: readonly Bearer[]): string[] {
    return grants
      .filter(({ id, since }) => since <= this.#cutoff() || this.#has('revoked', id))
      .map(({ id }) => id)
  }

  /** For administrators. */
  summary(): {
    known: boolean
    disabled: boolean
    name: string
    groups: string[]
    signedInAt: number
  } {
    const profile = this.#profile()
    return {
      known: profile !== undefined,
      disabled: this.#kv.get('disabled') !== undefined,
      name: profile?.name ?? '',
      groups: profile?.groups ?? [],
      signedInAt: profile?.signedInAt ?? 0,
    }
  }

  /** One question to the provider at a time: it may rotate its refresh token at each. */
  #refresh(): Promise<Setback | undefined> {
    this.#refreshing ??= this.#askProvider().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #askProvider(): Promise<Setback | undefined> {
    const profile = this.#profile()
    if (!profile) return { outcome: 'refused', reason: 'unknown' }
    const secret = configuration(this.env).SESSION_SECRET
    const sealed = this.#upstream()
    const refreshToken = await unseal(secret, 'upstream', sealed, z.string())
    const answer = await refreshIdentity(configuration(this.env), profile, refreshToken)
    // Somebody signed in meanwhile: what the provider said then is newer than this answer.
    if (this.#upstream() !== sealed) return undefined
    if (answer.outcome === 'confirmed') await this.#confirm(answer.identity)
    if (answer.outcome === 'signed_out') {
      this.#kv.delete('upstream')
      this.#kv.put('profile', { ...profile, confirmedAt: 0 })
      return { outcome: 'refused', reason: 'signed_out_at_provider' }
    }
    if (answer.outcome !== 'unavailable') return undefined
    this.#kv.put('upstream', await seal(secret, 'upstream', answer.refreshToken))
    return { outcome: 'unavailable', retryAfterSeconds: answer.retryAfterSeconds }
  }

  async #confirm(identity: Identity, signedInAt = this.#profile()?.signedInAt ?? 0): Promise<void> {
    const { email, name, groups, subject, refreshToken } = identity
    const confirmedAt = Date.now()
    const sealed =
      refreshToken && (await seal(configuration(this.env).SESSION_SECRET, 'upstream', refreshToken))
    const profile: Profile = { email, name, groups, subject, confirmedAt, signedInAt }
    this.#kv.put('profile', profile)
    if (sealed) this.#kv.put('upstream', sealed)
    else this.#kv.delete('upstream')
  }

  #profile(): Profile | undefined {
    return Profile.optional().parse(this.#kv.get('profile'))
  }

  /** The provider's refresh token, sealed. */
  #upstream(): string | undefined {
    return z.string().optional().parse(this.#kv.get('upstream'))
  }

  #cutoff(): number {
    return z.number().default(0).parse(this.#kv.get('cutoff'))
  }

  #has(table: 'revoked' | 'redeemed', id: string): boolean {
    return this.#sql.exec(`SELECT 1 FROM ${table} WHERE id = ?`, id).toArray().length > 0
  }

  #mark(table: 'revoked' | 'redeemed' | 'used', id: string): void {
    const at = Date.now()
    this.#sql.exec(`DELETE FROM ${table} WHERE at < ?`, at - forgetAfterMs)
    this.#sql.exec(`INSERT OR REPLACE INTO ${table} VALUES (?, ?)`, id, at)
  }
}

/** The object of one person, by e-mail. */
export const personObject = (env: HubEnv, email: string): DurableObjectStub<Person> =>
  env.PERSON.getByName(userIdOf(email))
