import * as z from 'zod'
import { defineTool, page } from '../../../shared/tool.ts'
import { joinedChannels, mayUse } from '../channels.ts'
import { ListedChannel, listed } from './channel-list.ts'

export const listSlackChannels = defineTool({
  name: 'list_slack_channels',
  title: 'List Slack channels',
  description: 'Channels that the Slack app is in and policy allows you.',
  scope: 'slack:read',
  effect: 'read',
  input: z.object({}),
  output: page(ListedChannel),
  async run(_, ctx) {
    let next: string | undefined
    // A page of Slack's may hold nothing that is allowed: go on until one does, within bounds.
    for await (const { channels, next: after } of joinedChannels(ctx, ctx.cursor)) {
      const items = channels.filter((one) => mayUse(ctx, one)).map(listed)
      next = after
      if (items.length > 0) return { items, ...(next !== undefined && { cursor: next }) }
    }
    return { items: [], ...(next !== undefined && { cursor: next }) }
  },
})
