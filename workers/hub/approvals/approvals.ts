import { DurableObject } from 'cloudflare:workers'
import { createHash } from 'node:crypto'
import { redactArguments } from '../../../shared/redact.ts'
import type { ApprovalAnswer, ApprovalStatus, Outcome, Proposal } from '../../../shared/hub.ts'
import { Preview, type Limits } from '../../../shared/tool.ts'
import { configuration } from '../configuration.ts'
import type { HubEnv } from '../env.ts'
import { retentionDays } from '../ledger/housekeeping.ts'
import { Outbox } from '../ledger/outbox.ts'
import {
  after,
  approvedByPolicy,
  leaseMs,
  proposed,
  transition,
  type Event,
  type Standing,
} from './machine.ts'
import { belongsTo, eventOf, statusOf, type Asker, type Listed, type Subject } from './record.ts'
import { ledgerDown, tooLarge, tooManyOpen, unreadable, type Refusal } from './refusals.ts'
import { ApprovalStore } from './store.ts'
import { Vault } from './vault.ts'
import { Waiters } from './waiters.ts'

/** Proposals of one person that may wait at a time. */
export const openPerPerson = 50
/** Characters of a preview or of arguments: below what one SQLite value holds (2 MB), sealed. */
const maxContents = 1_000_000
const retryMs = 10_000

/** A proposal with everything that is known of it, for the page. */
export interface Opened extends Listed {
  readonly preview: Preview
  /** null once they were erased. */
  readonly args: Record<string, unknown> | null
  readonly result: Record<string, unknown> | null
}

/** What a decision or withdrawal came to. */
export type Decided = { readonly status: ApprovalStatus } | { readonly refused: string }

/**
 * The company's approvals: one object, so a proposal is decided once and run once whoever asks at
 * the same time. What policy says is judged outside (`governance.ts`), with facts as fresh as the
 * question; here are the states, the lease, and the record of both.
 */
export class Approvals extends DurableObject<HubEnv> {
  readonly #store: ApprovalStore
  readonly #outbox: Outbox
  readonly #waiters = new Waiters()
  readonly #starting = new Map<string, Promise<ApprovalAnswer>>()
  readonly #issuer: string
  readonly #vault: Vault

  constructor(ctx: DurableObjectState, env: HubEnv) {
    super(ctx, env)
    const { ISSUER, SESSION_SECRET } = configuration(env)
    this.#issuer = ISSUER
    this.#vault = new Vault(SESSION_SECRET)
    this.#store = new ApprovalStore(ctx.storage.sql, retentionDays * 86_400_000)
    this.#outbox = new Outbox(ctx.storage.sql, env)
  }

  /** The clock; the one thing that tests move. */
  now(): number {
    return Date.now()
  }

  /** Puts a write on record. The same proposal again is answered with where it stands. */
  async propose(
    about: Omit<Subject, 'id' | 'redacted' | 'summary' | 'proposedAt'>,
    { id, args, preview }: Pick<Proposal, 'id' | 'args' | 'preview'>,
  ): Promise<ApprovalAnswer> {
    this.#passTime() // what has expired by now takes nobody's place
    const known = this.#settled(id)
    if (known) {
      const same =
        known.subject.argumentsHash === about.argumentsHash && known.subject.tool === about.tool
      if (same && belongsTo(known.subject, askerOf(about))) return { status: this.#status(known) }
      throw new Error('Another proposal has this id.')
    }
    const now = this.now()
    const subject: Subject = {
      ...about,
      id,
      redacted: redactArguments(args),
      summary: preview.summary.slice(0, 500),
      proposedAt: now,
    }
    const shown = JSON.stringify(preview)
    const refusal = this.#tooMuch(subject, shown, JSON.stringify(args))
    if (refusal)
      return { status: this.#status({ subject, standing: denied(now) }), refused: refusal }
    const standing = about.mode === 'allow' ? approvedByPolicy(now) : proposed(now)
    this.ctx.storage.transactionSync(() => {
      this.#store.add(
        { subject, standing },
        { preview: shown, arguments: this.#vault.seal(id, args) },
      )
      // Approved at once, it was proposed all the same: the ledger tells both.
      this.#record({ subject, standing: proposed(now) })
      if (standing.state === 'approved') this.#record({ subject, standing })
    })
    await this.#deliver()
    return { status: this.#status({ subject, standing }) }
  }

  /** Where an approval of this asker stands, waiting while it may still change by itself. null: there is none. */
  async wait(id: string, asker: Asker, waitMs: number): Promise<ApprovalStatus | null> {
    const found = this.#settled(id)
    if (!found || !belongsTo(found.subject, asker)) return null
    const { state, until } = found.standing
    if (waitMs > 0 && (state === 'proposed' || state === 'running')) {
      const leftMs = (until ?? 0) - this.now()
      await this.#waiters.wait(id, state === 'proposed' ? Math.min(waitMs, leftMs) : waitMs)
    }
    return this.#status(this.#settled(id) ?? found)
  }

  /** Whether anybody waits for this approval to move. */
  isWaitedFor(id: string): boolean {
    return this.#waiters.at(id) > 0
  }

  /** A person's word on a proposal. */
  async decide(
    id: string,
    event: Event & { type: 'approve' | 'deny' | 'withdraw' | 'supersede' },
  ): Promise<Decided> {
    const moved = this.#move(id, event)
    if ('refused' in moved) return moved
    await this.#deliver()
    return { status: this.#status(moved) }
  }

  /**
   * Hands the lease of an approved write to the first who comes; the others hear that it runs. The
   * intent is on the ledger before. When the ledger can't be reached, nothing runs and the approval stays.
   */
  async start(id: string, asker: Asker, limits: Limits): Promise<ApprovalAnswer | null> {
    const found = this.#settled(id)
    if (!found || !belongsTo(found.subject, asker)) return null
    const starting = this.#starting.get(id)
    if (starting) {
      await starting
      return { status: this.#status(this.#settled(id) ?? found) }
    }
    if (found.standing.state !== 'approved') return { status: this.#status(found) }
    const started = this.#start(found, limits).finally(() => this.#starting.delete(id))
    this.#starting.set(id, started)
    return started
  }

  /** Keeps a running write's lease. false: it is lost. */
  beat(id: string, integration: string, lease: string): boolean {
    const found = this.#settled(id)
    if (found?.subject.integration !== integration) return false
    const moved = transition(found.standing, { type: 'beat', leaseHash: hashOf(lease) }, this.now())
    if ('refused' in moved) return false
    this.#store.move(id, moved.to)
    return true
  }

  /** How a run ended, told by the holder of its lease. Told twice, it is answered twice. @throws Error for anybody else. */
  async finish(integration: string, outcome: Outcome): Promise<ApprovalStatus> {
    const { id, state, error, result } = outcome
    const leaseHash = hashOf(outcome.lease)
    const found = this.#settled(id)
    if (
      !found ||
      found.subject.integration !== integration ||
      found.standing.leaseHash !== leaseHash
    )
      throw new Error('This run holds no lease.')
    const kept = result && JSON.stringify(result).length <= maxContents ? result : undefined
    const moved = this.#move(
      id,
      { type: 'finish', leaseHash, state, ...(error && { error }) },
      kept,
    )
    if ('refused' in moved) return this.#status(found)
    await this.#deliver()
    return this.#status(moved, result)
  }

  /** All there is about one approval, for a page. Who may see it is the page's question. */
  open(id: string): Opened | null {
    const found = this.#settled(id)
    const contents = found && this.#store.contents(id)
    if (!contents) return null
    return {
      ...found,
      preview: Preview.parse(JSON.parse(contents.preview)),
      args: this.#vault.open(id, contents.arguments) ?? null,
      result: this.#vault.open(id, contents.result) ?? null,
    }
  }

  /** What waits for decisions, company-wide, and what this person proposed or decided; newest first. */
  lists(email: string): { readonly waiting: Listed[]; readonly own: Listed[] } {
    this.#passTime()
    return { waiting: this.#store.inState('proposed', 500), own: this.#store.of(email, 100) }
  }

  /** What time does: expiry, lapsed leases, erasure, and events that the ledger has not taken yet. */
  override async alarm(): Promise<void> {
    this.#passTime()
    await this.#deliver()
  }

  async #start({ subject, standing }: Listed, limits: Limits): Promise<ApprovalAnswer> {
    const { id, integration } = subject
    const stay = (refused?: Refusal): ApprovalAnswer => ({
      status: this.#status(this.#settled(id) ?? { subject, standing }),
      ...(refused && { refused }),
    })
    const contents = this.#store.contents(id)
    const args = this.#vault.open(id, contents?.arguments)
    if (!contents || !args) return stay(unreadable)
    const lease = crypto.randomUUID()
    const event = { type: 'start', leaseHash: hashOf(lease) } as const
    const intended = transition(standing, event, this.now())
    if ('refused' in intended) return stay()
    const number = this.#store.nextEvent(id)
    try {
      const intent = eventOf({ subject, standing: intended.to }, number, this.now())
      await this.#outbox.send(integration, intent)
    } catch (error) {
      console.error('The ledger did not take an intent, so the write does not run.', error)
      return stay(ledgerDown)
    }
    // While the ledger was written, time passed and others may have spoken: asked again, from what is stored.
    const moved = this.#move(id, event)
    if ('refused' in moved) return stay()
    await this.#deliver()
    const preview = Preview.parse(JSON.parse(contents.preview))
    const run = { lease, leaseMs, args, preview, limits: mutable(limits) }
    return { status: this.#status(moved), run }
  }

  /** The approval as time has left it by now. */
  #settled(id: string): Listed | undefined {
    const found = this.#store.find(id)
    if (!found) return undefined
    const standing = after(found.standing, this.now())
    return standing === found.standing ? found : this.#put(found.subject, standing)
  }

  /** One step of the machine, with the result that a run came to. */
  #move(id: string, event: Event, result?: Record<string, unknown>): Listed | { refused: string } {
    const found = this.#settled(id)
    if (!found) return { refused: 'There is no such approval.' }
    const moved = transition(found.standing, event, this.now())
    return 'refused' in moved ? moved : this.#put(found.subject, moved.to, result)
  }

  /** Stores where an approval stands together with what the ledger shall know of it. */
  #put(subject: Subject, standing: Standing, result?: Record<string, unknown>): Listed {
    const { id } = subject
    this.ctx.storage.transactionSync(() => {
      this.#store.move(id, standing)
      if (result) this.#store.keepResult(id, this.#vault.seal(id, result))
      // The intent has gone to the ledger already, before the run was handed out.
      if (standing.state === 'running') this.#store.countEvent(id)
      else this.#record({ subject, standing })
    })
    this.#waiters.wake(id)
    return { subject, standing }
  }

  #record(now: Listed): void {
    const { id } = now.subject
    this.#outbox.add(eventOf(now, this.#store.nextEvent(id), this.now()))
    this.#store.countEvent(id)
  }

  #passTime(): void {
    const now = this.now()
    for (const found of this.#store.due(now)) {
      if (found.standing.until === null) this.#store.erase(found, now)
      else this.#settled(found.subject.id)
    }
  }

  /** Sends the events and sets the clock for what comes next. A ledger that is down is tried again later. */
  async #deliver(): Promise<void> {
    let again: number | undefined
    try {
      await this.#outbox.flush()
    } catch (error) {
      console.warn('approvals: the ledger can’t be reached; its events wait', error)
      again = this.now() + retryMs
    }
    const due = Math.min(this.#store.nextDue() ?? Infinity, again ?? Infinity)
    if (due !== Infinity) await this.ctx.storage.setAlarm(due)
  }

  #tooMuch({ proposer }: Subject, preview: string, args: string): Refusal | undefined {
    if (this.#store.openOf(proposer.email) >= openPerPerson)
      return tooManyOpen(openPerPerson, this.#issuer)
    return preview.length > maxContents || args.length > maxContents ? tooLarge : undefined
  }

  #status(now: Listed, result?: Record<string, unknown>): ApprovalStatus {
    const kept =
      result ??
      this.#vault.open(now.subject.id, this.#store.contents(now.subject.id)?.result ?? null)
    return statusOf(this.#issuer, now, kept)
  }
}

/** The contract's schema infers mutable arrays; the data is the same. */
const mutable = (limits: Limits): Record<string, string[]> =>
  Object.fromEntries(Object.entries(limits).map(([name, values]) => [name, [...values]]))

const hashOf = (lease: string): string => createHash('sha256').update(lease).digest('hex')

const askerOf = ({
  integration,
  proposer,
  clientId,
}: Pick<Subject, 'integration' | 'proposer' | 'clientId'>): Asker => ({
  integration,
  email: proposer.email,
  clientId,
})

/** Never stored: the standing of a proposal that was not taken. */
const denied = (now: number): Standing => ({ state: 'denied', until: null, endedAt: now })
