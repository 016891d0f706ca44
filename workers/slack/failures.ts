/**
 * Slack answers a failure with HTTP 200, `ok: false` and a code. What each code means for the
 * caller, in our words; the code itself goes to the audit alone.
 * Source: the error lists of the methods at docs.slack.dev/reference/methods.
 */
import * as z from 'zod'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Explanation } from '../../shared/rest/options.ts'

const Failure = z.object({
  ok: z.literal(false),
  error: z
    .string()
    .regex(/^[a-z0-9_]{1,64}$/)
    .catch('unreadable'),
  needed: z
    .string()
    .regex(/^[a-z:._,]{1,100}$/)
    .optional()
    .catch(undefined),
})

const notInvited =
  'The Slack app is not a member of that channel. Ask somebody in it to type /invite and the name of the app, then try again.'
const noChannel = 'Slack knows no such channel for this app. Find it with find_slack_channel.'
const noMessage = 'There is no such message. Take its ts from the channel history or a thread.'
const badToken =
  'Slack refuses the token of this endpoint. Tell the administrator; trying again won’t help.'
const notAllowedHere = 'A setting of the Slack workspace forbids this in that channel.'

type Known = readonly [code: ErrorCode, message: string]
const known: Readonly<Record<string, Known>> = {
  channel_not_found: ['not_found', noChannel],
  not_in_channel: ['forbidden', notInvited],
  is_archived: ['upstream_rejected', 'That channel is archived: nothing can be posted in it.'],
  message_not_found: ['not_found', noMessage],
  thread_not_found: ['not_found', noMessage],
  bad_timestamp: ['invalid_input', noMessage],
  invalid_ts_latest: ['invalid_input', 'Slack does not take that end of the time range.'],
  invalid_ts_oldest: ['invalid_input', 'Slack does not take that beginning of the time range.'],
  invalid_cursor: ['invalid_input', 'This page is gone. Start again without the cursor.'],
  user_not_found: ['not_found', 'Slack knows no such person. Find them with find_slack_user.'],
  users_not_found: ['not_found', 'Nobody in the Slack workspace has this e-mail address.'],
  file_not_found: ['not_found', 'Slack knows no such file for this app.'],
  file_deleted: ['not_found', 'That file was deleted.'],
  msg_too_long: ['invalid_input', 'Slack finds the message too long. Shorten it.'],
  no_text: ['invalid_input', 'The message has no text.'],
  cant_update_message: ['forbidden', 'Slack lets an app edit its own messages only.'],
  edit_window_closed: [
    'upstream_rejected',
    'That message is too old to be edited in this workspace.',
  ],
  time_in_past: ['invalid_input', 'The time to send it lies in the past.'],
  time_too_far: ['invalid_input', 'Slack schedules at most 120 days ahead.'],
  invalid_time: ['invalid_input', 'Slack does not take that time.'],
  invalid_name: ['invalid_input', 'Slack knows no such emoji. Use its name without colons.'],
  too_many_reactions: ['upstream_rejected', 'That message has as many reactions as Slack allows.'],
  too_many_emoji: [
    'upstream_rejected',
    'That message has as many different emoji as Slack allows.',
  ],
  restricted_action: ['forbidden', notAllowedHere],
  restricted_action_read_only_channel: ['forbidden', notAllowedHere],
  restricted_action_thread_only_channel: [
    'forbidden',
    'Only replies in threads are allowed in that channel.',
  ],
  restricted_action_non_threadable_channel: [
    'forbidden',
    'Threads are not allowed in that channel.',
  ],
  restricted_action_thread_locked: ['forbidden', 'That thread is locked.'],
  canvas_disabled_user_team: ['forbidden', 'Canvases are switched off in this Slack workspace.'],
  missing_scope: [
    'misconfigured',
    'The Slack app lacks a scope that this tool needs. Tell the administrator; the README of this endpoint lists them.',
  ],
  ratelimited: [
    'upstream_unavailable',
    'Slack takes no more of these calls right now. Try again in a minute.',
  ],
  rate_limited: [
    'upstream_unavailable',
    'Slack takes no more messages right now. Try again in a minute.',
  ],
  message_limit_exceeded: [
    'upstream_unavailable',
    'Slack takes no more messages right now. Try again later.',
  ],
}

const refusedTokens = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
])
/** "Some aspect of the operation may have succeeded before the error was raised" (Slack's own words for both). */
const halfDone = new Set(['fatal_error', 'internal_error', 'service_unavailable'])

/** For `restClient`: an answer of `ok: false` in our words, undefined for a success and for what the status alone says. */
export function explain(status: number, body: unknown): Explanation | undefined {
  if (status !== 200) return undefined
  const failure = Failure.safeParse(body).data
  if (!failure) return undefined
  const { error, needed } = failure
  const vendorCode = needed ? `${error} ${needed}` : error
  if (refusedTokens.has(error))
    return { code: 'misconfigured', message: badToken, vendorCode, credential: 'refused' }
  if (halfDone.has(error))
    return {
      code: 'upstream_unavailable',
      message: 'Slack failed while it was at work. Try again in a minute.',
      vendorCode,
      outcome: 'unknown',
    }
  const [code, message] = known[error] ?? [
    'upstream_rejected',
    'Slack refused this for a reason this endpoint does not know. Tell the administrator.',
  ]
  return { code, message, vendorCode, outcome: 'not_done' }
}
