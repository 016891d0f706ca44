/** The way into a shared upstream: through its `Upstream` object, or straight where there is none. */
import { ToolError } from '../errors.ts'
import type { ToolContext } from '../tool.ts'
import type { MintedToken } from './credential.ts'
import type { Memory } from './memory.ts'
import type { RestOptions } from './options.ts'
import type { Refusal } from './scheduler.ts'
import { keptUntil } from './token-desk.ts'
import type { Ask, Entered, Report, TokenTurn } from './upstream-api.ts'

export interface Gate {
  /** Waits for the request's turn. @throws ToolError `upstream_unavailable`: down, limited or too busy. */
  enter(route: string): Promise<Permit>
  /** A token kept for everybody, or a new one. */
  token(id: string, mint: () => Promise<MintedToken>): Promise<string>
  /** A token was refused before its time: nobody should be given it again. */
  forget(id: string, token: string): Promise<void>
}
export interface Permit {
  /** How it went; has to be called, once. Never rejects. */
  done(report: Report): Promise<void>
}

/** The object's stub; what it returns holds the turn until it is disposed. */
interface UpstreamStub {
  enter(ask: Ask): Promise<Entered & Disposable>
  token(id: string): Promise<TokenTurn & Disposable>
  forget(id: string, token: string): Promise<void>
  report(report: Report): Promise<void>
}
interface UpstreamNamespace {
  idFromName(name: string): unknown
  get(id: unknown): UpstreamStub
}

type Caller = Pick<ToolContext, 'env' | 'principal' | 'signal'>

/** The gate for one call, through the binding `UPSTREAM` if there is one. */
export function gateFor(ctx: Caller, memory: Memory, options: RestOptions): Gate {
  const { UPSTREAM } = (ctx.env ?? {}) as { UPSTREAM?: UpstreamNamespace }
  const direct = directGate(memory)
  return UPSTREAM
    ? objectGate(UPSTREAM.get(UPSTREAM.idFromName(memory.key)), direct, ctx, memory, options)
    : direct
}

/** Without an `Upstream` object: no turns, and tokens kept by each isolate for itself. */
function directGate({ tokens }: Memory): Gate {
  return {
    enter: async () => ({ done: async () => {} }),
    async token(id, mint) {
      const known = tokens.get(id)
      if (known && known.expiresAt > Date.now()) return known.token
      const minted = await mint()
      tokens.set(id, keptUntil(Date.now(), minted))
      return minted.token
    },
    async forget(id, token) {
      if (tokens.get(id)?.token === token) tokens.delete(id)
    },
  }
}

/**
 * While it is calm one call to the object for several requests, by a lease; else one for each.
 * When the object itself can't be reached the request goes straight through: the object shares
 * a budget, it guards nothing.
 */
function objectGate(
  stub: UpstreamStub,
  direct: Gate,
  { principal, signal }: Caller,
  memory: Memory,
  { budget = {}, name = 'The system behind this endpoint' }: RestOptions,
): Gate {
  const { tokens } = memory
  const { perSecond = 10, concurrent = 6, waitMs = 10_000 } = budget
  const limits = { perSecond, concurrent, burst: budget.burst ?? Math.max(1, perSecond * 2) }
  return {
    async enter(route) {
      const leased = useLease(stub, memory)
      if (leased) return leased
      const ask = { person: principal.userId, route, waitMs, limits, used: usedUp(memory) }
      const entered = await orAborted(stub.enter(ask), signal)
      if (!entered) return direct.enter(route)
      if ('refused' in entered) throw refusalError(name, entered.refused)
      const { lease } = entered
      if (lease) {
        const { id, requests, ms } = lease
        const held = { id, left: requests, until: Date.now() + ms, busy: false }
        memory.leases = [...memory.leases, held]
      }
      return {
        async done(report) {
          const told = entered.turn.done(report)
          entered[Symbol.dispose]() // doesn't stop what is on its way
          await Promise.resolve(told).catch(() => {})
        },
      }
    },
    async token(id, mint) {
      const known = tokens.get(id)
      if (known && known.expiresAt > Date.now()) return known.token
      using answer = await orAborted(stub.token(id), signal)
      if (!answer) return direct.token(id, mint)
      if ('kept' in answer) {
        tokens.set(id, answer.kept)
        return answer.kept.token
      }
      const minted = await mint()
      tokens.set(id, keptUntil(Date.now(), minted))
      await Promise.resolve(answer.mint.done(minted)).catch(() => {})
      return minted.token
    },
    async forget(id, token) {
      await direct.forget(id, token)
      await stub.forget(id, token).catch(() => {})
    },
  }
}

/** A request on a connection this isolate has leased, if one is free. Bad news ends every lease and goes to the object. */
function useLease(stub: UpstreamStub, memory: Memory): Permit | undefined {
  const now = Date.now()
  const lease = memory.leases.find((l) => !l.busy && l.left > 0 && l.until > now)
  if (!lease) return undefined
  lease.left -= 1
  lease.busy = true
  return {
    async done(report) {
      lease.busy = false
      if (report.health === 'up' || report.health === 'unclear') return
      memory.leases = []
      await stub.report(report).catch(() => {})
    },
  }
}

/** Leases without a request left, to be given back before their time; ended ones are dropped. */
function usedUp(memory: Memory): number[] {
  const now = Date.now()
  const held = memory.leases.filter((l) => l.until > now)
  const spent = held.filter((l) => l.left === 0 && !l.busy)
  memory.leases = held.filter((l) => !spent.includes(l))
  return spent.map((l) => l.id)
}

/** Undefined when the object failed. A turn that comes after the caller has left is given back. */
async function orAborted<T extends Disposable>(
  turn: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { promise: left, reject } = Promise.withResolvers<never>()
  const leave = () => reject(new ToolError('upstream_unavailable', leftWhileWaiting))
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([turn.catch(() => undefined), left])
  } catch (error) {
    void turn.then((late) => late[Symbol.dispose]()).catch(() => {})
    throw error
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

const leftWhileWaiting =
  'The time for this call ended before its turn came. Nothing was changed; try again in a minute.'

function refusalError(name: string, refusal: Refusal): ToolError {
  const { why, retryAfterMs, since } = refusal
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const downSeconds = since === undefined ? 0 : Math.round((Date.now() - since) / 1000)
  const words = {
    down: `has not answered for ${downSeconds} seconds, so nothing is sent to it for now`,
    limited: 'asks for a pause',
    busy: 'has too many requests waiting for it',
    late: 'is busy with the requests of others',
  }
  return new ToolError(
    'upstream_unavailable',
    `${name} ${words[why]}. Nothing was changed; try again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds, details: { upstream: name, refused: why } },
  )
}
