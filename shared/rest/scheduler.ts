/**
 * Who may ask a shared upstream next. Pure: events go in with the time they happened at, and
 * `advance` says who goes, who is refused and when to look again.
 *
 * People take turns (one request each, round and round), and nobody holds more than half of the
 * connections, so one busy person slows the others down but can't shut them out.
 */
import { Breaker, type Health } from './breaker.ts'
import { Bucket } from './bucket.ts'

export interface BudgetLimits {
  readonly perSecond: number
  readonly burst: number
  readonly concurrent: number
}

export interface Ticket {
  readonly id: number
  readonly person: string
  readonly route: string
  /** When it stops waiting. */
  readonly until: number
}

export interface Refusal {
  /** `down`: it doesn't answer; `limited`: it asked for a pause; `busy`: too many wait; `late`: its turn didn't come in time. */
  readonly why: 'down' | 'limited' | 'busy' | 'late'
  readonly retryAfterMs: number
  /** Since when it has been down. */
  readonly since?: number
}

/** One connection, kept for one isolate for a short time: so many requests, one after the other, without asking. */
export interface Lease {
  readonly id: number
  readonly requests: number
  readonly ms: number
}

export interface Advance {
  readonly go: readonly number[]
  readonly refused: readonly (Refusal & { readonly id: number })[]
  readonly wakeAt: number | undefined
}

/** Waiting places in all, and for one person. */
const places = 200
const placesOfOne = 25
/** A request that never reported back is forgotten after this time; longer than any call may take. */
const forgottenMs = 300_000

const leaseRequests = 4
const leaseMs = 2_000

/** Stands for every route in `blocks`. */
export const everyRoute = '*'

export class Scheduler {
  private readonly bucket = new Bucket()
  private readonly breaker = new Breaker()
  /** Waiting tickets by person, in the order in which people have their turn. */
  private readonly waiting = new Map<string, Ticket[]>()
  private readonly running = new Map<number, { person: string; since: number; probe: boolean }>()
  private lastLease = 0
  /** Lease → when it ends; it holds a connection until then. */
  private readonly leases = new Map<number, number>()
  /** Route, or every route → the end of the pause that the upstream asked for. */
  private readonly blocks = new Map<string, number>()

  /** Takes a place in the queue, if there is one. */
  ask(ticket: Ticket): Refusal | undefined {
    const mine = this.waiting.get(ticket.person) ?? []
    const all = [...this.waiting.values()].reduce((sum, tickets) => sum + tickets.length, 0)
    if (mine.length >= placesOfOne || all >= places) return { why: 'busy', retryAfterMs: 5_000 }
    mine.push(ticket)
    this.waiting.set(ticket.person, mine)
    return undefined
  }

  /** A request ended, or its caller went away. A second report of the same is ignored. */
  done(now: number, id: number, health: Health): void {
    const run = this.running.get(id)
    if (!run) return
    this.running.delete(id)
    this.breaker.report(now, health, run.probe)
  }

  /** What a leased request said, unless all was well. */
  report(now: number, health: Health): void {
    this.breaker.report(now, health, false)
  }

  /**
   * A lease, while it is calm: nobody waits, nothing is blocked, and half of the budget and of the
   * connections stay free. Its requests are paid for in advance, so the budget holds exactly.
   */
  lease(now: number, limits: BudgetLimits): Lease | undefined {
    const calm =
      this.waiting.size === 0 && this.blocks.size === 0 && this.breaker.state(now) === 'go'
    if (!calm || this.held(now) >= limits.concurrent / 2) return undefined
    const { perSecond, burst } = limits
    if (!this.bucket.take(now, perSecond, burst, leaseRequests, burst / 2)) return undefined
    const id = (this.lastLease += 1)
    this.leases.set(id, now + leaseMs)
    return { id, requests: leaseRequests, ms: leaseMs }
  }

  /** A lease is used up. */
  giveBack(lease: number): void {
    this.leases.delete(lease)
  }

  /** The upstream asked for a pause. */
  block(route: string, until: number): void {
    this.blocks.set(route, Math.max(until, this.blocks.get(route) ?? 0))
  }

  advance(now: number, limits: BudgetLimits): Advance {
    for (const [id, { since }] of this.running)
      if (now - since > forgottenMs) this.done(now, id, 'unclear')
    for (const [route, until] of this.blocks) if (until <= now) this.blocks.delete(route)
    const refused = this.refuse(now)
    const go: number[] = []
    for (let next = this.next(now, limits); next; next = this.next(now, limits)) go.push(next.id)
    return { go, refused, wakeAt: this.wakeAt(now, limits) }
  }

  private refuse(now: number): (Refusal & { id: number })[] {
    const refused: (Refusal & { id: number })[] = []
    const down = this.breaker.state(now) === 'no'
    for (const [person, tickets] of this.waiting) {
      this.keep(person, tickets, ({ id, until, route }) => {
        const blocked = this.blockedUntil(route)
        if (down) {
          const { downSince: since = now, until: next = now } = this.breaker
          refused.push({ id, why: 'down', retryAfterMs: next - now, since })
        } else if (blocked > until) {
          refused.push({ id, why: 'limited', retryAfterMs: blocked - now })
        } else if (until <= now) {
          refused.push({ id, why: 'late', retryAfterMs: 5_000 })
        } else return true
        return false
      })
    }
    return refused
  }

  /** Lets the next person's oldest ticket go, if anything may. */
  private next(now: number, limits: BudgetLimits): Ticket | undefined {
    if (this.held(now) >= limits.concurrent) return undefined
    const state = this.breaker.state(now)
    if (state === 'no' || state === 'wait') return undefined
    const share = Math.max(1, Math.floor(limits.concurrent / 2))
    for (const [person, tickets] of this.waiting) {
      const ticket = tickets.find((t) => this.blockedUntil(t.route) <= now)
      if (!ticket || this.runningOf(person) >= share) continue
      if (!this.bucket.take(now, limits.perSecond, limits.burst)) return undefined
      const probe = state === 'probe'
      if (probe) this.breaker.probe()
      this.running.set(ticket.id, { person, since: now, probe })
      this.waiting.delete(person) // and to the end of the round
      this.keep(person, tickets, (t) => t !== ticket)
      return ticket
    }
    return undefined
  }

  private wakeAt(now: number, { perSecond, burst }: BudgetLimits): number | undefined {
    const times: number[] = []
    for (const ticket of [...this.waiting.values()].flat()) {
      times.push(ticket.until)
      const blocked = this.blockedUntil(ticket.route)
      if (blocked > now) times.push(blocked)
    }
    if (times.length === 0) return undefined
    const tokenMs = this.bucket.waitMs(now, perSecond, burst)
    if (tokenMs > 0) times.push(now + tokenMs)
    times.push(...this.leases.values())
    const probeAt = this.breaker.until
    if (probeAt !== undefined && probeAt > now) times.push(probeAt)
    return Math.min(...times)
  }

  private blockedUntil(route: string): number {
    return Math.max(this.blocks.get(everyRoute) ?? 0, this.blocks.get(route) ?? 0)
  }

  /** Connections in use or leased. */
  private held(now: number): number {
    for (const [id, end] of this.leases) if (end <= now) this.leases.delete(id)
    return this.running.size + this.leases.size
  }

  private runningOf(person: string): number {
    let count = 0
    for (const run of this.running.values()) if (run.person === person) count += 1
    return count
  }

  private keep(person: string, tickets: readonly Ticket[], wanted: (t: Ticket) => boolean): void {
    const left = tickets.filter(wanted)
    if (left.length > 0) this.waiting.set(person, left)
    else this.waiting.delete(person)
  }
}
