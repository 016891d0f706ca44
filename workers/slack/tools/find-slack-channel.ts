import * as z from 'zod'
import { defineTool } from '../../../shared/tool.ts'
import { joinedChannels, mayUse, type Channel } from '../channels.ts'
import { ListedChannel, listed } from './channel-list.ts'

const most = 20

export const findSlackChannel = defineTool({
  name: 'find_slack_channel',
  title: 'Find Slack channel',
  description: 'Find channels by a part of their name or topic, closest match first.',
  scope: 'slack:read',
  effect: 'read',
  input: z.object({ query: z.string().min(1).max(100) }),
  output: z.object({
    items: z.array(ListedChannel),
    complete: z.boolean().describe('false: more channels than could be searched'),
  }),
  async run({ query }, ctx) {
    const wanted = query.trim().replace(/^#/, '').toLowerCase()
    const found: { channel: Channel; rank: number }[] = []
    let unseen = false
    for await (const { channels, next } of joinedChannels(ctx)) {
      for (const channel of channels) {
        const rank = mayUse(ctx, channel) ? rankOf(channel, wanted) : undefined
        if (rank !== undefined) found.push({ channel, rank })
      }
      unseen = next !== undefined
      if (found.some(({ rank }) => rank === 0)) {
        unseen = false
        break
      }
    }
    found.sort((a, b) => a.rank - b.rank || (a.channel.name < b.channel.name ? -1 : 1))
    return {
      items: found.slice(0, most).map(({ channel }) => listed(channel)),
      complete: !unseen && found.length <= most,
    }
  },
})

function rankOf(channel: Channel, wanted: string): number | undefined {
  if (channel.name === wanted || channel.id.toLowerCase() === wanted) return 0
  if (channel.name.startsWith(wanted)) return 1
  if (channel.name.includes(wanted)) return 2
  const about = `${channel.topic} ${channel.purpose}`.toLowerCase()
  return about.includes(wanted) ? 3 : undefined
}
