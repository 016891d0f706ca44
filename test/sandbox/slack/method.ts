import type * as z from 'zod'
import { messagesOf, type Channel, type Message, type Token, type Workspace } from './workspace.ts'

/** `ok: false` with this error, as Slack answers (with HTTP 200). */
export class SlackFailure extends Error {
  readonly error: string
  readonly extra: Readonly<Record<string, unknown>>
  constructor(error: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(error)
    this.error = error
    this.extra = extra
  }
}

export interface Call {
  readonly workspace: Workspace
  readonly token: Token
}

/** A Web API method: what it takes, which scopes open it (one of them), how often a minute. */
export interface Method {
  readonly verb: 'GET' | 'POST'
  readonly scopes: readonly string[]
  readonly perMinute: number
  readonly input: z.ZodObject
  run(args: unknown, call: Call): Readonly<Record<string, unknown>>
}

/** Ties a method's function to its arguments' schema. */
export function method<S extends z.ZodObject>(spec: {
  verb: 'GET' | 'POST'
  scopes: readonly string[]
  perMinute: number
  input: S
  run(args: z.output<S>, call: Call): Readonly<Record<string, unknown>>
}): Method {
  return {
    ...spec,
    run(args, call) {
      const parsed = spec.input.safeParse(args)
      if (!parsed.success) throw new SlackFailure('invalid_arguments')
      return spec.run(parsed.data, call)
    },
  }
}

/** The channel, if the token may know of it: private ones are not found from outside. */
export function channelFor(id: string, { workspace, token }: Call): Channel {
  const channel = workspace.channels.get(id)
  const inside = channel?.members.includes(token.user)
  if (!channel || (channel.isPrivate && !inside)) throw new SlackFailure('channel_not_found')
  const needed = channel.isPrivate ? 'groups:read' : 'channels:read'
  if (!token.scopes.includes(needed)) throw new SlackFailure('missing_scope', { needed })
  return channel
}

export function joinedChannel(id: string, call: Call): Channel {
  const channel = channelFor(id, call)
  if (!channel.members.includes(call.token.user)) throw new SlackFailure('not_in_channel')
  return channel
}

export function writableChannel(id: string, call: Call): Channel {
  const channel = joinedChannel(id, call)
  if (channel.isArchived) throw new SlackFailure('is_archived')
  return channel
}

export function messageAt(workspace: Workspace, channel: string, ts: string): Message {
  const message = messagesOf(workspace, channel).find((one) => one.ts === ts)
  if (!message) throw new SlackFailure('message_not_found')
  return message
}

/** A page by an opaque cursor, as `response_metadata.next_cursor`. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  cursor: string | undefined,
): { rows: T[]; response_metadata: { next_cursor: string } } {
  const from = cursor ? Number(/^page:(\d+)$/.exec(atob(cursor))?.[1] ?? Number.NaN) : 0
  if (!Number.isInteger(from)) throw new SlackFailure('invalid_cursor')
  const next = from + limit
  return {
    rows: rows.slice(from, next),
    response_metadata: { next_cursor: next < rows.length ? btoa(`page:${next}`) : '' },
  }
}
