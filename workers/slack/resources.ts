import * as z from 'zod'
import type { ResourceTemplate } from '../../shared/integration.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { channelNamed, joinedChannels, mayUse, type Channel } from './channels.ts'
import { read } from './client.ts'
import { SlackMessage, readable } from './messages.ts'

const newest = 30
const most = 100

/** The newest messages of a channel as Markdown, oldest first. */
export const channelResource: ResourceTemplate = {
  name: 'slack_channel',
  title: 'Slack channel',
  description: `The newest ${newest} messages of a channel.`,
  uriTemplate: 'slack://channel/{id}',
  mimeType: 'text/markdown',
  scope: 'slack:read',
  tool: 'get_slack_channel_history',
  async read({ id = '' }, ctx) {
    const channel = await channelNamed(ctx, id)
    const Answer = z.object({ messages: z.array(SlackMessage) })
    const params = { channel: channel.id, limit: newest }
    const { messages } = await read(ctx, 'conversations.history', Answer, params)
    const lines = (await readable(ctx, channel, messages)).reverse().map((one) => {
      const marks = [
        ...(one.external ? ['external'] : []),
        ...(one.replies === undefined ? [] : [`${one.replies} replies`]),
        ...(one.files ?? []),
      ]
      return `**${one.author}** ${one.at} (${[one.ts, ...marks].join(', ')})\n${one.text}`
    })
    return [`# #${channel.name}`, ...lines].join('\n\n')
  },
  async list(ctx) {
    const channels = await allowed(ctx, 20)
    return channels.map(({ id, name, topic }) => ({
      uri: `slack://channel/${id}`,
      name: `#${name}`,
      ...(topic && { description: topic }),
    }))
  },
  async complete(variable, value, _known, ctx) {
    if (variable !== 'id') return []
    const typed = value.replace(/^#/, '').toLowerCase()
    const channels = await allowed(ctx, most, ({ id, name }) =>
      [id.toLowerCase(), name].some((text) => text.startsWith(typed)),
    )
    return channels.map(({ id }) => id)
  },
}

async function allowed(
  ctx: ToolContext,
  limit: number,
  fits: (channel: Channel) => boolean = () => true,
): Promise<Channel[]> {
  const found: Channel[] = []
  for await (const { channels } of joinedChannels(ctx)) {
    found.push(...channels.filter((one) => mayUse(ctx, one) && fits(one)))
    if (found.length >= limit) break
  }
  return found.slice(0, limit)
}
