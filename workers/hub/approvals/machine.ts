/**
 * The states of an approval, as a pure function of what happens and when. Nothing here reads a
 * clock or storage, so every edge can be tried.
 *
 *     proposed → approved | denied | expired | withdrawn
 *     approved → running | expired | withdrawn
 *     running  → done | failed | unknown
 *     unknown  → done | failed          only by the word of the run itself, come late
 *
 * Time passes as an event of its own: whatever is asked, `after(…)` comes first, so an approval
 * that has expired can't be approved by a click that was on its way, nor collected.
 */
import * as z from 'zod'
import { approvalStates } from '../../../shared/hub.ts'

/** To decide, and then to collect. */
export const decideMs = 30 * 60_000
export const collectMs = 30 * 60_000
/** A running write that is silent for so long is given up on. */
export const leaseMs = 30_000
/** Arguments and results are kept for so long after the end. */
export const keptMs = 24 * 3_600_000

/** What the states are about; the rest of an approval never changes after the proposal. */
export const Standing = z.object({
  state: z.enum(approvalStates),
  /** When this state ends by itself: to decide, to collect, the lease. Milliseconds; null in an end state. */
  until: z.number().nullable(),
  /** Why it stands where it does, in our words. */
  reason: z.string().optional(),
  /** The decider's words. */
  note: z.string().optional(),
  decider: z.object({ email: z.string(), groups: z.array(z.string()) }).optional(),
  decidedAt: z.number().optional(),
  /** SHA-256 of the lease; the lease itself is known to the run alone. */
  leaseHash: z.string().optional(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
})
export type Standing = z.infer<typeof Standing>

export type Event =
  | {
      readonly type: 'approve' | 'deny'
      readonly by: { email: string; groups: string[] }
      readonly note?: string
    }
  | { readonly type: 'withdraw' }
  /** The policy that the proposal was judged by is no longer in force. */
  | { readonly type: 'supersede'; readonly reason: string }
  | { readonly type: 'start' | 'beat'; readonly leaseHash: string }
  | {
      readonly type: 'finish'
      readonly leaseHash: string
      readonly state: 'done' | 'failed' | 'unknown'
      readonly error?: { code: string; message: string }
    }

/** The new standing, or why the event can't happen now. */
export type Moved = { readonly to: Standing } | { readonly refused: string }

export const proposed = (now: number): Standing => ({ state: 'proposed', until: now + decideMs })

/** Where policy asks nobody, the proposal is approved by the policy itself and must run at once. */
export const approvedByPolicy = (now: number): Standing => ({
  state: 'approved',
  until: now + leaseMs,
  decidedAt: now,
  reason: 'Policy asks nobody for this.',
})

/** What time alone has made of it. The deadline itself is too late. */
export function after(standing: Standing, now: number): Standing {
  if (standing.until === null || now < standing.until) return standing
  const { until } = standing
  switch (standing.state) {
    case 'proposed':
      return ended(standing, 'expired', until, 'Nobody decided in time.')
    case 'approved':
      return ended(standing, 'expired', until, 'It was approved, but not collected in time.')
    case 'running':
      return ended(standing, 'unknown', until, 'The endpoint that ran it went silent.')
    default:
      return standing
  }
}

/** What an event makes of an approval. */
export function transition(standing: Standing, event: Event, now: number): Moved {
  const from = after(standing, now)
  switch (event.type) {
    case 'approve':
    case 'deny':
      return decide(from, event, now)
    case 'withdraw':
      return from.state === 'proposed' || from.state === 'approved'
        ? { to: ended(from, 'withdrawn', now, 'The proposer withdrew it.') }
        : refused(from)
    case 'supersede':
      return from.state === 'proposed' || from.state === 'approved'
        ? { to: ended(from, 'expired', now, event.reason) }
        : refused(from)
    case 'start':
      return from.state === 'approved'
        ? {
            to: {
              ...from,
              state: 'running',
              startedAt: now,
              until: now + leaseMs,
              leaseHash: event.leaseHash,
            },
          }
        : refused(from)
    case 'beat':
      return from.state === 'running' && from.leaseHash === event.leaseHash
        ? { to: { ...from, until: now + leaseMs } }
        : refused(from)
    case 'finish':
      return finish(from, event, now)
  }
}

function decide(from: Standing, event: Event & { type: 'approve' | 'deny' }, now: number): Moved {
  if (from.state !== 'proposed') return refused(from)
  const { by: decider, note } = event
  const decided: Standing = { ...from, decider, decidedAt: now, ...(note && { note }) }
  return event.type === 'approve'
    ? { to: { ...decided, state: 'approved', until: now + collectMs } }
    : { to: { ...decided, state: 'denied', until: null, endedAt: now } }
}

/**
 * How a run ended, by its own word. After the lease has lapsed the word still counts: the holder
 * of the lease is the one who knows, and `unknown` is for what nobody knows.
 */
function finish(from: Standing, event: Event & { type: 'finish' }, now: number): Moved {
  const late = from.state === 'unknown' && event.state !== 'unknown'
  if (from.state !== 'running' && !late) return refused(from)
  if (from.leaseHash !== event.leaseHash) return { refused: 'The lease is not this run’s.' }
  const { reason: _, ...rest } = from
  const { state, error } = event
  const to: Standing = { ...rest, state, until: null, endedAt: now, ...(error && { error }) }
  return {
    to:
      state === 'unknown'
        ? { ...to, reason: 'The run could not tell whether it took effect.' }
        : to,
  }
}

const ended = (
  from: Standing,
  state: 'expired' | 'withdrawn' | 'unknown',
  endedAt: number,
  reason: string,
): Standing => ({ ...from, state, until: null, endedAt, reason })

const words: Record<Standing['state'], string> = {
  proposed: 'It waits for a decision.',
  approved: 'It is approved already.',
  denied: 'It was denied.',
  expired: 'It has expired.',
  withdrawn: 'It was withdrawn.',
  running: 'It is running.',
  done: 'It has run.',
  failed: 'It has run and failed.',
  unknown: 'It has run, and how that ended is unknown.',
}
const refused = (from: Standing): Moved => ({ refused: words[from.state] })
