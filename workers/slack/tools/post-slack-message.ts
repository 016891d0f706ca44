import * as z from 'zod'
import { defineTool } from '../../../shared/tool.ts'
import { channelNamed } from '../channels.ts'
import { asApproved, composed, firstWords, previewOf } from '../compose.ts'
import { Posted, post } from '../posting.ts'
import { channel, text } from './arguments.ts'

export const postSlackMessage = defineTool({
  name: 'post_slack_message',
  title: 'Post Slack message',
  description:
    'Post a Markdown message in a channel. <@U…> mentions a person, <!here> or <!channel> everybody: the approver sees each. Names who asked.',
  scope: 'slack:write',
  effect: 'create',
  input: z.object({ channel, text }),
  output: Posted,
  async preview(input, ctx) {
    const channel = await channelNamed(ctx, input.channel, { fresh: true })
    const sent = composed(ctx, input.text)
    const summary = `Post in #${channel.name}: ${firstWords(sent.body)}`
    return previewOf(ctx, { summary, channel, sent })
  },
  async run(input, ctx, approved) {
    const channel = await channelNamed(ctx, input.channel, { fresh: true })
    const { text } = composed(ctx, input.text)
    asApproved(approved, channel, text)
    return post(ctx, channel, text)
  },
})
