import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool, type ToolContext } from '../../../shared/tool.ts'
import { write } from '../client.ts'
import { asApproved, composed, firstWords, previewOf } from '../compose.ts'
import { messageAt, textOf } from '../messages.ts'
import { Posted, quiet, settled } from '../posting.ts'
import { permalink, self } from '../self.ts'
import { named, type Found } from '../threads.ts'
import { channel, message, text } from './arguments.ts'

/** @throws ToolError `forbidden`: somebody else wrote it */
async function ownMessage(
  ctx: ToolContext,
  channelName: string,
  reference: string,
): Promise<Found> {
  const found = await named(ctx, channelName, reference)
  if (found.message.user === (await self(ctx)).user_id) return found
  throw new ToolError(
    'forbidden',
    'Only messages that were posted through this endpoint can be edited.',
  )
}

/** Any edit since then makes another version. */
const versionOf = ({ message }: Found): string => message.edited?.ts ?? message.ts

export const updateSlackMessage = defineTool({
  name: 'update_slack_message',
  title: 'Update Slack message',
  description: 'Replace the text of a message that was posted through this endpoint.',
  scope: 'slack:write',
  effect: 'update',
  input: z.object({ channel, message, text }),
  output: Posted,
  async preview(input, ctx) {
    const found = await ownMessage(ctx, input.channel, input.message)
    const sent = composed(ctx, input.text)
    return previewOf(ctx, {
      summary: `Edit a message in #${found.channel.name}: ${firstWords(sent.body)}`,
      channel: found.channel,
      sent,
      before: textOf(found.message, { people: new Map() }),
      changes: [{ field: 'Message', to: found.message.ts }],
      version: versionOf(found),
    })
  },
  async run(input, ctx, approved) {
    const found = await ownMessage(ctx, input.channel, input.message)
    const { channel, message } = found
    const { text } = composed(ctx, input.text)
    asApproved(approved, channel, text, versionOf(found))
    const { ts } = message
    const url = permalink(await self(ctx), channel.id, ts)
    await settled<unknown>(
      write(
        ctx,
        'chat.update',
        z.object({ ts: z.string() }),
        { channel: channel.id, ts, markdown_text: text, ...quiet },
        `Look whether the message ${ts} in #${channel.name} ends with approval ${ctx.callId}.`,
      ),
      async () => {
        const now = await messageAt(ctx, channel.id, ts)
        return now?.text.includes(ctx.callId) ? now : undefined
      },
    )
    return { channel: channel.id, ts, url }
  },
})
