import { DurableObject } from 'cloudflare:workers'
import * as z from 'zod'
import { configuration } from './configuration.ts'
import { Connections, type Connection, type NewConnection } from './connection.ts'
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

/** Who disabled the person, and why. */
const Disabled = z.object({ by: z.string(), reason: z.string(), at: z.number() })
type Disabled = z.infer<typeof Disabled>

/** A connection or browser session: its id, and when it began. */
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

/** What the token endpoint gets to hear. `groupsUntil`: no token may outlive it. */
export type Renewal =
  | { readonly outcome: 'renewed'; readonly groupsUntil: number }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unavailable'; readonly retryAfterSeconds: number }
type Setback = Exclude<Renewal, { outcome: 'renewed' }>

export interface PersonSummary {
  readonly known: boolean
  readonly name: string
  readonly groups: string[]
  readonly signedInAt: number
  readonly disabled: Disabled | undefined
}

/** How long a grant lives without being refreshed. */
export const refreshIdleMs = 30 * 86_400_000
/** Twice as long, so a forgotten revocation can't come back. */
const forgetAfterMs = 2 * refreshIdleMs

/**
 * One person, strongly consistent: who the provider says they are, whether they are disabled,
 * their connections and which of them ended. KV forgets too slowly for that (a delete takes up to
 * 60 s elsewhere), so it is written here first and asked here always.
 */
export class Person extends DurableObject<HubEnv> {
  readonly #kv: SyncKvStorage
  readonly #connections: Connections
  #refreshing: Promise<Setback | undefined> | undefined

  constructor(ctx: DurableObjectState, env: HubEnv) {
    super(ctx, env)
    this.#kv = ctx.storage.kv
    this.#connections = new Connections(ctx.storage.sql)
  }

  /** Takes in a sign-in. The provider's subject is pinned at the first; another one is refused. */
  signIn(identity: Identity): 'ok' | 'disabled' | 'other_subject' {
    if (this.#disabled()) return 'disabled'
    const pinned = this.#kv.get('subject')
    if (pinned !== undefined && pinned !== identity.subject) return 'other_subject'
    this.#kv.put('subject', identity.subject)
    this.#confirm(identity, Date.now())
    this.#connections.forget(Date.now() - forgetAfterMs)
    return 'ok'
  }

  /** Whether a connection or session is good now, and whom it stands for. */
  standing({ id, since }: Bearer): Standing {
    const profile = this.#profile()
    if (!profile) return { good: false, reason: 'unknown' }
    if (this.#disabled()) return { good: false, reason: 'disabled' }
    if (since <= this.#cutoff() || this.#connections.isRevoked(id))
      return { good: false, reason: 'revoked' }
    const { email, name, groups } = profile
    return { good: true, email, name, groups }
  }

  /** Puts a new connection on the register; its code works only after that. */
  addConnection(connection: NewConnection): void {
    this.#connections.add(connection)
  }

  /**
   * A code's or refresh token's turn at the token endpoint. A code works once here even when two
   * requests read the same KV record; a refresh asks the provider whether it still knows them.
   */
  async renew(id: string, by: 'code' | 'refresh'): Promise<Renewal> {
    const connection = this.#connections.get(id)
    if (!connection) return { outcome: 'refused', reason: 'unknown_connection' }
    if (by === 'code' && connection.renewedAt > 0) {
      this.revoke(id)
      return { outcome: 'refused', reason: 'code_replayed' }
    }
    this.#connections.renewed(id, Date.now())
    const setback = by === 'refresh' ? await this.#refresh() : undefined
    if (setback) return setback
    const standing = this.standing(connection)
    if (!standing.good) return { outcome: 'refused', reason: standing.reason }
    const groupsUntil = (this.#profile()?.confirmedAt ?? 0) + groupsMaxAgeMs
    return groupsUntil - Date.now() < 60_000
      ? { outcome: 'refused', reason: 'signed_in_too_long_ago' }
      : { outcome: 'renewed', groupsUntil }
  }

  /** Ends a connection or a browser session, for good. */
  revoke(id: string): void {
    this.#connections.revoke(id, Date.now())
  }

  /** Ends every connection and session that began until now. */
  revokeAll(): void {
    this.#kv.put('cutoff', Date.now())
  }

  /** Locks the person out and ends all they had; enabling again brings none of it back. */
  disable(by: string, reason: string): void {
    this.revokeAll()
    this.#kv.put('disabled', { by, reason, at: Date.now() } satisfies Disabled)
    this.#kv.delete('upstream')
  }

  enable(): void {
    this.#kv.delete('disabled')
  }

  /** Forgets which account of the provider the address belongs to, and ends all that account had. */
  release(): void {
    this.revokeAll()
    this.#kv.delete('subject')
    this.#kv.delete('upstream')
  }

  /** Remembers that a connection was used; callers do so at most once a minute. */
  touch(id: string): void {
    this.#connections.used(id, Date.now())
  }

  /** The connections that work, the newest first. */
  connections(): Connection[] {
    return this.#connections.live(this.#cutoff(), Date.now() - refreshIdleMs)
  }

  /** For administrators. */
  summary(): PersonSummary {
    const profile = this.#profile()
    return {
      known: profile !== undefined,
      name: profile?.name ?? '',
      groups: profile?.groups ?? [],
      signedInAt: profile?.signedInAt ?? 0,
      disabled: this.#disabled(),
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
    const config = configuration(this.env)
    const sealed = this.#upstream()
    const refreshToken = unseal(config.SESSION_SECRET, 'upstream', sealed, z.string())
    const answer = await refreshIdentity(config, profile, refreshToken)
    // Somebody signed in meanwhile: what the provider said then is newer than this answer.
    if (this.#upstream() !== sealed) return undefined
    if (answer.outcome === 'confirmed') this.#confirm(answer.identity)
    if (answer.outcome === 'signed_out') {
      this.#kv.delete('upstream')
      this.#kv.put('profile', { ...profile, confirmedAt: 0 })
      return { outcome: 'refused', reason: 'signed_out_at_provider' }
    }
    if (answer.outcome !== 'unavailable') return undefined
    this.#kv.put('upstream', seal(config.SESSION_SECRET, 'upstream', answer.refreshToken))
    return { outcome: 'unavailable', retryAfterSeconds: answer.retryAfterSeconds }
  }

  #confirm(identity: Identity, signedInAt = this.#profile()?.signedInAt ?? 0): void {
    const { email, name, groups, subject, refreshToken } = identity
    const profile = { email, name, groups, subject, confirmedAt: Date.now(), signedInAt }
    this.#kv.put('profile', profile satisfies Profile)
    if (refreshToken === undefined) this.#kv.delete('upstream')
    else {
      const secret = configuration(this.env).SESSION_SECRET
      this.#kv.put('upstream', seal(secret, 'upstream', refreshToken))
    }
  }

  #profile(): Profile | undefined {
    return Profile.optional().parse(this.#kv.get('profile'))
  }

  #disabled(): Disabled | undefined {
    return Disabled.optional().parse(this.#kv.get('disabled'))
  }

  /** The provider's refresh token, sealed. */
  #upstream(): string | undefined {
    return z.string().optional().parse(this.#kv.get('upstream'))
  }

  #cutoff(): number {
    return z.number().default(0).parse(this.#kv.get('cutoff'))
  }
}

/** The object of one person, by e-mail. */
export const personObject = (env: HubEnv, email: string): DurableObjectStub<Person> =>
  env.PERSON.getByName(userIdOf(email))
