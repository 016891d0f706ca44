import * as z from 'zod'
import { defineTool, paged } from '../../../shared/tool.ts'
import { channelNamed } from '../channels.ts'
import { Next, read } from '../client.ts'
import { ChannelStub, Message, SlackMessage, readable, stubOf } from '../messages.ts'
import { secondsOf } from '../timestamps.ts'
import { channel } from './arguments.ts'

export const getSlackChannelHistory = defineTool({
  name: 'get_slack_channel_history',
  title: 'Get Slack channel history',
  description:
    'Messages of a channel, newest first. Threads show as their first message and a count of replies.',
  scope: 'slack:read',
  effect: 'read',
  input: z.object({
    channel,
    limit: z.number().int().min(1).max(100).default(25),
    since: z.string().max(40).optional().describe('ISO 8601'),
    until: z.string().max(40).optional(),
  }),
  output: paged('items', { channel: ChannelStub, items: z.array(Message) }),
  async run({ channel: named, limit, since, until }, ctx) {
    const channel = await channelNamed(ctx, named)
    const Answer = z.object({ messages: z.array(SlackMessage), response_metadata: Next })
    const { messages, response_metadata: next } = await read(ctx, 'conversations.history', Answer, {
      channel: channel.id,
      limit,
      oldest: since === undefined ? undefined : secondsOf('since', since),
      latest: until === undefined ? undefined : secondsOf('until', until),
      cursor: ctx.cursor,
    })
    return {
      channel: stubOf(channel),
      items: await readable(ctx, channel, messages),
      ...(next !== undefined && { cursor: next }),
    }
  },
})
