import * as z from 'zod'
import { OutcomeUnknown } from '../../shared/errors.ts'
import type { ToolContext } from '../../shared/tool.ts'
import type { Channel } from './channels.ts'
import { read, write } from './client.ts'
import { SlackMessage } from './messages.ts'
import { permalink, self } from './self.ts'

/** How everything is sent: nothing is linked, unfurled or broadcast that the text doesn't say. */
export const quiet = { parse: 'none', link_names: false } as const
const noUnfurling = { unfurl_links: false, unfurl_media: false } as const

export const Posted = z.object({
  channel: z.string(),
  ts: z.string(),
  url: z.string(),
})

/** Posts once. When Slack's answer is lost, the channel is looked at for the message of this approval. */
export async function post(
  ctx: ToolContext,
  channel: Channel,
  text: string,
  thread?: string,
): Promise<z.infer<typeof Posted>> {
  const us = await self(ctx) // before: nothing that can fail comes after a write
  const { ts } = await settled(
    write(
      ctx,
      'chat.postMessage',
      z.object({ ts: z.string() }),
      { channel: channel.id, markdown_text: text, thread_ts: thread, ...quiet, ...noUnfurling },
      `Look in #${channel.name} for a message that ends with approval ${ctx.callId}.`,
    ),
    () => ownMessage(ctx, channel.id, thread),
  )
  return { channel: channel.id, ts, url: permalink(us, channel.id, ts) }
}

export const schedule = async (
  ctx: ToolContext,
  channel: Channel,
  text: string,
  postAt: number,
): Promise<{ scheduled_message_id: string }> =>
  settled(
    write(
      ctx,
      'chat.scheduleMessage',
      z.object({ scheduled_message_id: z.string() }),
      { channel: channel.id, markdown_text: text, post_at: postAt, ...quiet, ...noUnfurling },
      `The message would appear in #${channel.name} at ${new Date(postAt * 1000).toISOString()}, ending with approval ${ctx.callId}.`,
    ),
    () => scheduledMessage(ctx, channel.id),
  )

/**
 * The answer of a write, or what a look at Slack finds of it when the answer was lost. Found is
 * done; not found proves nothing, because it may still be on its way.
 */
export async function settled<T>(
  answer: Promise<T>,
  look: () => Promise<T | undefined>,
): Promise<T> {
  return answer.catch(async (error: unknown) => {
    if (!(error instanceof OutcomeUnknown)) throw error
    const found = await look().catch(() => undefined)
    if (found === undefined) throw error
    return found
  })
}

const lookBackSeconds = 900

/** Our own message with this approval's closing line, among the newest; others may quote the line. */
async function ownMessage(
  ctx: ToolContext,
  channel: string,
  thread: string | undefined,
): Promise<{ ts: string } | undefined> {
  const { user_id: us } = await self(ctx)
  const window = { channel, oldest: Math.floor(Date.now() / 1000) - lookBackSeconds, limit: 100 }
  const Answer = z.object({ messages: z.array(SlackMessage) })
  const { messages } =
    thread === undefined
      ? await read(ctx, 'conversations.history', Answer, window)
      : await read(ctx, 'conversations.replies', Answer, { ...window, ts: thread })
  return messages.find((one) => one.user === us && one.text.includes(ctx.callId))
}

async function scheduledMessage(
  ctx: ToolContext,
  channel: string,
): Promise<{ scheduled_message_id: string } | undefined> {
  const Scheduled = z.object({ id: z.string(), text: z.string().default('') })
  const Answer = z.object({ scheduled_messages: z.array(Scheduled) })
  const { scheduled_messages } = await read(ctx, 'chat.scheduledMessages.list', Answer, {
    channel,
    limit: 100,
  })
  const found = scheduled_messages.find(({ text }) => text.includes(ctx.callId))
  return found && { scheduled_message_id: found.id }
}
