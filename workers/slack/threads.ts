import { ToolError } from '../../shared/errors.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { channelNamed, type Channel } from './channels.ts'
import { messageAt, type SlackMessage } from './messages.ts'
import { namesOf } from './people.ts'
import { namedMessage } from './timestamps.ts'

export interface Found {
  readonly channel: Channel
  readonly message: SlackMessage
  /** The first message of its thread; the message itself when it isn't a reply. */
  readonly parent: SlackMessage
  /** Who wrote the parent. */
  readonly author: string
}

/**
 * The message that a write is about, and its thread, asked afresh.
 * @param reference a ts, or a permalink, which has to lie in the channel that is named
 * @throws ToolError
 */
export async function named(
  ctx: ToolContext,
  channelName: string,
  reference: string,
): Promise<Found> {
  const at = namedMessage(reference)
  const channel = await channelNamed(ctx, channelName, { fresh: true })
  if (at.channel !== undefined && at.channel !== channel.id)
    throw new ToolError(
      'invalid_input',
      `That permalink lies in another channel than #${channel.name}.`,
    )
  const message = await messageIn(ctx, channel, at.ts)
  const first = message.thread_ts ?? message.ts
  const parent = first === message.ts ? message : await messageIn(ctx, channel, first)
  const people = await namesOf(ctx, parent.user ? [parent.user] : [])
  const author =
    people.get(parent.user ?? '')?.shownName ?? parent.username ?? parent.user ?? 'An app'
  return { channel, message, parent, author }
}

async function messageIn(ctx: ToolContext, channel: Channel, ts: string): Promise<SlackMessage> {
  const message = await messageAt(ctx, channel.id, ts)
  if (message) return message
  throw new ToolError('not_found', `There is no message ${ts} in #${channel.name}.`)
}
