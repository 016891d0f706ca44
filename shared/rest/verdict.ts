/**
 * What one exchange means: pure, so that every status and fault is a row of a table in the tests.
 * Two questions matter: can it be tried again, and, for a write, may it have happened?
 */
import { OutcomeUnknown, ToolError, type ErrorCode, type ToolErrorOptions } from '../errors.ts'
import type { BodyProblem } from './answer.ts'
import type { Health } from './breaker.ts'
import type { Explanation } from './options.ts'
import { retryAfterMs } from './retry.ts'
import type { Exchange } from './transport.ts'

export interface Asked {
  /** What messages call the upstream. */
  readonly name: string
  readonly safe: boolean
  readonly route: string
  /** Where to look whether a write happened. */
  readonly howToFindOut: string
}

export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'credential_refused'; readonly error: ToolError }
  | {
      readonly kind: 'fail'
      readonly error: ToolError | OutcomeUnknown
      /** Worth another attempt, if nothing changes by it. */
      readonly again: boolean
      readonly retryAfterMs?: number
      /** What it says of the upstream for everybody else. */
      readonly health: Health
    }

/** @param explained the vendor's answer in our words, if the integration knows it. */
export function judge(
  asked: Asked,
  result: Exchange,
  explained: Explanation | undefined,
  nowMs: number,
): Verdict {
  if (result.kind === 'broken') return broken(asked, result)
  if (result.kind === 'redirect') return redirected(asked, result.status)
  const { status, headers, problem } = result
  const details = {
    upstream: asked.name,
    route: asked.route,
    upstreamStatus: status,
    ...(explained?.vendorCode !== undefined && { vendorCode: explained.vendorCode }),
  }
  const refused = explained ? explained.credential === 'refused' : status === 401
  if (refused) return { kind: 'credential_refused', error: words(asked, 401, details, explained) }
  const waitMs =
    explained?.retryAfterSeconds === undefined
      ? retryAfterMs(headers.get('retry-after'), nowMs)
      : explained.retryAfterSeconds * 1000
  const ok = status >= 200 && status < 300
  if (ok && !explained) {
    if (!problem) return { kind: 'accept' }
    return { ...unreadable(asked, problem, details), health: 'up', again: false }
  }
  const limited = status === 429 || (waitMs !== undefined && status < 500)
  return {
    kind: 'fail',
    error: mayHaveHappened(asked, status, explained)
      ? unknown(asked, details)
      : words(asked, limited ? 429 : status, details, explained, waitMs),
    again: retryable.has(status) || (limited && !ok) || explained?.retryAfterSeconds !== undefined,
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    health: limited ? 'limited' : isDown(status) ? 'down' : 'up',
  }
}

/** The answer is JSON and a success, but not of the shape the tool knows. */
export function mismatch(
  asked: Asked,
  status: number,
  problem: string,
): ToolError | OutcomeUnknown {
  const details = { upstream: asked.name, route: asked.route, upstreamStatus: status, problem }
  if (!asked.safe) return unknown(asked, details)
  return new ToolError(
    'upstream_unavailable',
    `${asked.name} answered in a form this tool doesn't know. Tell the administrator; trying again won't help.`,
    { details },
  )
}

/** Cloudflare's own answers in place of an origin it could not connect to (developers.cloudflare.com/support, 5xx). */
const neverReached = new Set([521, 523, 525, 526, 530])
const retryable = new Set([429, 502, 503, 504, 520, 521, 522, 523, 530])

/** A 500 is an answer: the upstream is there, and some request of somebody's is its problem. */
const isDown = (status: number): boolean => retryable.has(status) || status === 524

/** After a 5xx anything is possible, unless the status itself says that nothing was begun. */
function mayHaveHappened(
  asked: Asked,
  status: number,
  explained: Explanation | undefined,
): boolean {
  if (asked.safe) return false
  if (explained?.outcome) return explained.outcome === 'unknown'
  return status >= 500 && status !== 501 && !neverReached.has(status)
}

function broken(asked: Asked, result: Extract<Exchange, { kind: 'broken' }>): Verdict {
  const { stage, timedOut, left, cause } = result
  const details = {
    upstream: asked.name,
    route: asked.route,
    failure: left ? 'aborted' : timedOut ? 'timeout' : stage,
    cause: cause instanceof Error ? cause.name : typeof cause,
  }
  const health: Health = left ? 'unclear' : 'down'
  const base = { kind: 'fail', health, again: !timedOut && !left } as const
  if (stage === 'lost' && !asked.safe) return { ...base, error: unknown(asked, details, cause) }
  const what =
    timedOut || left
      ? 'did not answer in time'
      : stage === 'connect'
        ? "can't be reached"
        : 'broke off its answer'
  const message = `${asked.name} ${what}. Nothing was changed; try again in a minute.`
  return { ...base, error: new ToolError('upstream_unavailable', message, { details, cause }) }
}

/** 301, 302 and 303 often follow a write that worked; 307 and 308 say that it was not tried (RFC 9110, 15.4). */
function redirected(asked: Asked, status: number): Verdict {
  const details = { upstream: asked.name, route: asked.route, upstreamStatus: status }
  const base = { kind: 'fail', health: 'up', again: false } as const
  if (!asked.safe && status < 307) return { ...base, error: unknown(asked, details) }
  const message = `${asked.name} points to another address, which this endpoint doesn't follow. Tell the administrator; trying again won't help.`
  return { ...base, error: new ToolError('upstream_rejected', message, { details }) }
}

function unreadable(asked: Asked, problem: BodyProblem, details: Details) {
  const kind = 'fail' as const
  if (!asked.safe) return { kind, error: unknown(asked, { ...details, problem }) }
  const [code, message] =
    problem === 'too_large'
      ? (['upstream_rejected', 'answered with more than this tool takes. Ask for less.'] as const)
      : ([
          'upstream_unavailable',
          "answered with something that isn't JSON. Try again later.",
        ] as const)
  return {
    kind,
    error: new ToolError(code, `${asked.name} ${message}`, { details: { ...details, problem } }),
  }
}

type Details = NonNullable<ToolErrorOptions['details']>

const unknown = (asked: Asked, details: Details, cause?: unknown): OutcomeUnknown =>
  new OutcomeUnknown(asked.howToFindOut, { details, cause })

/** Our words for a status; the vendor's never. */
function words(
  asked: Asked,
  status: number,
  details: Details,
  explained: Explanation | undefined,
  waitMs?: number,
): ToolError {
  const [code, message] = explained
    ? [explained.code, explained.message]
    : plainWords(asked.name, status)
  return new ToolError(code, message, {
    details,
    ...(waitMs !== undefined && { retryAfterSeconds: Math.ceil(waitMs / 1000) }),
  })
}

function plainWords(name: string, status: number): readonly [ErrorCode, string] {
  if (status === 401)
    return [
      'misconfigured',
      `${name} refuses this endpoint's credential. Tell the administrator; trying again won't help.`,
    ]
  if (status === 403)
    return [
      'upstream_rejected',
      `${name} doesn't let this endpoint's service account do that. Ask an administrator to grant it, or leave it.`,
    ]
  if (status === 404 || status === 410)
    return [
      'not_found',
      `${name} has nothing there that this endpoint's service account may see. Check the identifier with a search or list.`,
    ]
  if (status === 429)
    return ['upstream_unavailable', `${name} asks for fewer requests. Try again later.`]
  if (status === 409 || status === 412 || status === 423)
    return [
      'upstream_rejected',
      `${name} refuses it because the thing has changed or is in a state that doesn't allow it. Read it again, then decide anew.`,
    ]
  if (status === 408 || status === 425 || status >= 500)
    return [
      'upstream_unavailable',
      `${name} has a problem of its own (${status}). Try again in a minute.`,
    ]
  return [
    'upstream_rejected',
    `${name} refuses the request (${status}). Check the arguments against what it allows.`,
  ]
}
