import * as z from 'zod'
import { defineTool } from '../../../shared/tool.ts'
import { asApproved, composed, firstWords, previewOf } from '../compose.ts'
import { textOf } from '../messages.ts'
import { Posted, post } from '../posting.ts'
import { named } from '../threads.ts'
import { channel, message, text } from './arguments.ts'

export const replyInSlackThread = defineTool({
  name: 'reply_in_slack_thread',
  title: 'Reply in Slack thread',
  description:
    'Reply in Markdown in the thread of a message. The approver sees the exact text and whom it notifies.',
  scope: 'slack:write',
  effect: 'create',
  input: z.object({ channel, thread_ts: message, text }),
  output: Posted,
  async preview(input, ctx) {
    const { channel, parent, author } = await named(ctx, input.channel, input.thread_ts)
    const sent = composed(ctx, input.text)
    const begins = firstWords(textOf(parent, { people: new Map() }))
    return previewOf(ctx, {
      summary: `Reply in a thread of #${channel.name}: ${firstWords(sent.body)}`,
      channel,
      sent,
      changes: [{ field: 'Thread', to: `${author}: ${begins} (${parent.ts})` }],
      version: parent.ts,
    })
  },
  async run(input, ctx, approved) {
    const { channel, parent } = await named(ctx, input.channel, input.thread_ts)
    const { text } = composed(ctx, input.text)
    asApproved(approved, channel, text, parent.ts)
    return post(ctx, channel, text, parent.ts)
  },
})
