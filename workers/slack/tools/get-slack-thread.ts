import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool, paged } from '../../../shared/tool.ts'
import { channelNamed } from '../channels.ts'
import { Next, read } from '../client.ts'
import { ChannelStub, Message, SlackMessage, messageAt, readable, stubOf } from '../messages.ts'
import { namedMessage } from '../timestamps.ts'
import { message } from './arguments.ts'

const pageSize = 50

export const getSlackThread = defineTool({
  name: 'get_slack_thread',
  title: 'Get Slack thread',
  description: 'A message and the replies in its thread, oldest first.',
  scope: 'slack:read',
  effect: 'read',
  input: z.object({
    message,
    channel: z.string().max(100).optional().describe('#name or id, unless it is a permalink'),
  }),
  output: paged('items', { channel: ChannelStub, items: z.array(Message) }),
  async run(input, ctx) {
    const at = namedMessage(input.message)
    const where = at.channel ?? input.channel
    if (where === undefined)
      throw new ToolError(
        'invalid_input',
        'Name the channel too, or give the permalink of the message.',
      )
    const channel = await channelNamed(ctx, where)
    if (input.channel !== undefined && (await channelNamed(ctx, input.channel)).id !== channel.id)
      throw new ToolError(
        'invalid_input',
        'The permalink lies in another channel than the one named.',
      )
    // Slack lists a thread by its first message only.
    const parent = at.thread ?? (await messageAt(ctx, channel.id, at.ts))?.thread_ts ?? at.ts
    const Answer = z.object({ messages: z.array(SlackMessage), response_metadata: Next })
    const { messages, response_metadata: next } = await read(ctx, 'conversations.replies', Answer, {
      channel: channel.id,
      ts: parent,
      limit: pageSize,
      cursor: ctx.cursor,
    })
    return {
      channel: stubOf(channel),
      items: await readable(ctx, channel, messages),
      ...(next !== undefined && { cursor: next }),
    }
  },
})
