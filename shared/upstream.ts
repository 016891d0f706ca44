/**
 * The `Upstream` object: one for each credential at an upstream. It decides whose turn it is and
 * keeps tokens; the requests themselves stay in the Worker. What is decided is in
 * `rest/scheduler.ts` and `rest/token-desk.ts`; this file has the clock, the wire and the storage.
 */
import { DurableObject, RpcTarget } from 'cloudflare:workers'
import type { MintedToken } from './rest/credential.ts'
import { everyRoute, Scheduler, type BudgetLimits } from './rest/scheduler.ts'
import { TokenDesk, type TokenAnswer } from './rest/token-desk.ts'
import {
  Ask,
  Report,
  type Entered,
  type MintTurn,
  type TokenTurn,
  type Turn,
} from './rest/upstream-api.ts'

export class Upstream extends DurableObject {
  readonly #scheduler: Scheduler
  readonly #desk = new TokenDesk()
  readonly #answers = new Map<number, (entered: Entered) => void>()
  #limits: BudgetLimits = { perSecond: 10, burst: 20, concurrent: 6 }
  #lastId = 0
  #wake: ReturnType<typeof setTimeout> | undefined

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env)
    // Pauses that an upstream asked for outlive an eviction; the rest may begin anew.
    this.#scheduler = new Scheduler()
    for (const [key, until] of state.storage.kv.list({ prefix: blockPrefix })) {
      if (typeof until === 'number' && until > Date.now())
        this.#scheduler.block(key.slice(blockPrefix.length), until)
      else state.storage.kv.delete(key)
    }
  }

  /** Waits for a turn. The limits travel with each ask, so a deploy changes them. */
  enter(input: Ask): Promise<Entered> {
    const { person, route, waitMs, limits, used } = Ask.parse(input)
    for (const lease of used) this.#scheduler.giveBack(lease)
    this.#limits = limits
    const now = Date.now()
    const id = (this.#lastId += 1)
    const refusal = this.#scheduler.ask({ id, person, route, until: now + waitMs })
    if (refusal) return Promise.resolve({ refused: refusal })
    return new Promise((resolve) => {
      this.#answers.set(id, resolve)
      this.#advance(now)
    })
  }

  /** How a leased request went, when it didn't go well. */
  report(input: Report): void {
    const report = Report.parse(input)
    this.#scheduler.report(Date.now(), report.health)
    this.#block(report)
    this.#advance(Date.now())
  }

  /** The kept token, or the turn to mint one; waits while somebody else is at it. */
  token(id: string): Promise<TokenTurn> {
    return new Promise((resolve) => {
      this.#desk.ask(Date.now(), id, (answer) => resolve(this.#tokenTurn(id, answer)))
    })
  }

  forget(id: string, token: string): void {
    this.#desk.forget(id, token)
  }

  #tokenTurn(id: string, answer: TokenAnswer): TokenTurn {
    if ('kept' in answer) return answer
    return { mint: new Mint((token) => this.#desk.done(Date.now(), id, answer.mint, token)) }
  }

  #advance(now: number): void {
    const { go, refused, wakeAt } = this.#scheduler.advance(now, this.#limits)
    for (const id of go) {
      const turn = new Pass((report) => this.#done(id, report))
      this.#answer(id, { turn, lease: this.#scheduler.lease(now, this.#limits) })
    }
    for (const { id, ...refusal } of refused) this.#answer(id, { refused: refusal })
    clearTimeout(this.#wake)
    if (wakeAt !== undefined)
      this.#wake = setTimeout(() => this.#advance(Date.now()), Math.max(1, wakeAt - now))
  }

  #answer(id: number, entered: Entered): void {
    this.#answers.get(id)?.(entered)
    this.#answers.delete(id)
  }

  #done(id: number, report: Report): void {
    this.#scheduler.done(Date.now(), id, report.health)
    this.#block(report)
    this.#advance(Date.now())
  }

  #block({ block }: Report): void {
    if (!block) return
    const { ms, route = everyRoute } = block
    this.#scheduler.block(route, Date.now() + ms)
    this.ctx.storage.kv.put(blockPrefix + route, Date.now() + ms)
  }
}

const blockPrefix = 'block:'

/** A turn, given back when its holder says so or is gone: the runtime disposes what a dead caller held. */
class Pass extends RpcTarget implements Turn {
  #report: ((report: Report) => void) | undefined
  constructor(report: (report: Report) => void) {
    super()
    this.#report = report
  }
  done(report: Report): void {
    this.#report?.(Report.parse(report))
    this.#report = undefined
  }
  [Symbol.dispose](): void {
    this.done({ health: 'unclear' })
  }
}

class Mint extends RpcTarget implements MintTurn {
  #end: ((token: MintedToken | undefined) => void) | undefined
  constructor(end: (token: MintedToken | undefined) => void) {
    super()
    this.#end = end
  }
  done(token: MintedToken): void {
    this.#end?.(token)
    this.#end = undefined
  }
  [Symbol.dispose](): void {
    this.#end?.(undefined)
    this.#end = undefined
  }
}
