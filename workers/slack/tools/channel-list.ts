import * as z from 'zod'
import type { Channel } from '../channels.ts'
import { ChannelStub, stubOf } from '../messages.ts'

/** A channel in a list. */
export const ListedChannel = ChannelStub.extend({
  about: z.string().optional().describe('Topic and purpose'),
  archived: z.literal(true).optional(),
})

export function listed(channel: Channel): z.infer<typeof ListedChannel> {
  const about = [channel.topic, channel.purpose].filter(Boolean).join(' / ')
  return {
    ...stubOf(channel),
    ...(about && { about: about.length > 200 ? `${about.slice(0, 199).toWellFormed()}…` : about }),
    ...(channel.is_archived && { archived: true as const }),
  }
}
