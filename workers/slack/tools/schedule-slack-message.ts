import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool } from '../../../shared/tool.ts'
import { channelNamed } from '../channels.ts'
import { asApproved, composed, firstWords, previewOf } from '../compose.ts'
import { schedule } from '../posting.ts'
import { secondsOf } from '../timestamps.ts'
import { channel, text } from './arguments.ts'

const farthestSeconds = 120 * 86_400

/** @throws ToolError when Slack would not take the time any more */
function postAt(sendAt: string): number {
  const seconds = secondsOf('send_at', sendAt)
  const ahead = seconds - Date.now() / 1000
  if (ahead < 60)
    throw new ToolError(
      'invalid_input',
      'send_at has to lie at least a minute ahead. Propose a later time.',
    )
  if (ahead > farthestSeconds)
    throw new ToolError('invalid_input', 'Slack schedules at most 120 days ahead.')
  return seconds
}

export const scheduleSlackMessage = defineTool({
  name: 'schedule_slack_message',
  title: 'Schedule Slack message',
  description: 'Post a Markdown message later. Decide the approval before that time.',
  scope: 'slack:write',
  effect: 'create',
  input: z.object({ channel, text, send_at: z.string().max(40).describe('ISO 8601 with offset') }),
  output: z.object({ scheduled_message_id: z.string(), channel: z.string(), send_at: z.string() }),
  async preview(input, ctx) {
    const at = new Date(postAt(input.send_at) * 1000).toISOString()
    const channel = await channelNamed(ctx, input.channel, { fresh: true })
    const sent = composed(ctx, input.text)
    return previewOf(ctx, {
      summary: `Post in #${channel.name} at ${at}: ${firstWords(sent.body)}`,
      channel,
      sent,
      changes: [{ field: 'Sent at', to: at }],
      version: at,
    })
  },
  async run(input, ctx, approved) {
    const seconds = postAt(input.send_at)
    const at = new Date(seconds * 1000).toISOString()
    const channel = await channelNamed(ctx, input.channel, { fresh: true })
    const { text } = composed(ctx, input.text)
    asApproved(approved, channel, text, at)
    const { scheduled_message_id } = await schedule(ctx, channel, text, seconds)
    return { scheduled_message_id, channel: channel.id, send_at: at }
  },
})
