/** Slack names a message by its `ts`: seconds since 1970 with six decimals that make it unique. */
import { ToolError } from '../../shared/errors.ts'

const ts = /^\d{10}\.\d{6}$/

/** `2027-01-05T08:15:00.000Z` */
export const timeOf = (stamp: string): string =>
  new Date(Math.floor(Number(stamp) * 1000)).toISOString()

/** A message as a caller names it. */
export interface Named {
  readonly ts: string
  /** Given by a permalink, which names the channel too. */
  readonly channel: string | undefined
  /** The first message of the thread, when the permalink is one of a reply. */
  readonly thread: string | undefined
}

/**
 * A `ts`, or a permalink as Slack's "Copy link" gives it.
 * @throws ToolError `invalid_input`
 */
export function namedMessage(text: string): Named {
  const stamp = text.trim()
  if (ts.test(stamp)) return { ts: stamp, channel: undefined, thread: undefined }
  const url = URL.parse(stamp)
  const [, channel, seconds, micros] =
    /^\/archives\/([CG][A-Z0-9]{2,20})\/p(\d{10})(\d{6})$/.exec(url?.pathname ?? '') ?? []
  const ours =
    url?.protocol === 'https:' && /^[a-z0-9-]+\.(?:enterprise\.)?slack\.com$/.test(url.host)
  if (!ours || !channel)
    throw new ToolError(
      'invalid_input',
      'A message is named by its ts (like 1767600900.000100) or by its permalink (https://….slack.com/archives/C…/p…).',
    )
  const thread = url.searchParams.get('thread_ts') ?? undefined
  return {
    ts: `${seconds}.${micros}`,
    channel,
    thread: thread !== undefined && ts.test(thread) ? thread : undefined,
  }
}

/**
 * A point in time as a caller writes it, in seconds since 1970.
 * @param text ISO 8601: a date (its beginning, UTC) or a date and time with its offset
 * @throws ToolError `invalid_input`, naming the argument
 */
export function secondsOf(argument: string, text: string): number {
  const whole = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/
  const ms = whole.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms))
    throw new ToolError(
      'invalid_input',
      `${argument}: write it like 2027-01-05 or 2027-01-05T08:15:00+01:00.`,
    )
  return Math.floor(ms / 1000)
}
