import * as z from 'zod'
import { defineTool, type ToolContext } from '../../../shared/tool.ts'
import { channelNamed } from '../channels.ts'
import { write } from '../client.ts'
import { asApproved, composed, previewOf, type Composed } from '../compose.ts'
import { outgoingCanvas, seenOnly } from '../outgoing.ts'
import { self } from '../self.ts'
import { channel } from './arguments.ts'

/** Slack takes 1 MiB; a person has to read it before it is approved. */
const longest = 100_000

const document = (ctx: ToolContext, markdown: string): Composed =>
  composed(ctx, markdown, { make: outgoingCanvas, longest })

export const createSlackCanvas = defineTool({
  name: 'create_slack_canvas',
  title: 'Create Slack canvas',
  description:
    'Create a canvas (a document) from Markdown as a tab of a channel. ![](@U…) mentions a person.',
  scope: 'slack:write',
  effect: 'create',
  input: z.object({
    channel,
    title: z.string().min(1).max(150),
    markdown: z.string().min(1).max(longest),
  }),
  output: z.object({ canvas_id: z.string(), channel: z.string(), url: z.string() }),
  async preview(input, ctx) {
    const channel = await channelNamed(ctx, input.channel, { fresh: true })
    const title = seenOnly(input.title).text
    return previewOf(ctx, {
      summary: `Create the canvas “${title}” in #${channel.name}`,
      channel,
      sent: document(ctx, input.markdown),
      changes: [{ field: 'Title', to: title }],
      version: title,
    })
  },
  async run(input, ctx, approved) {
    const channel = await channelNamed(ctx, input.channel, { fresh: true })
    const title = seenOnly(input.title).text
    const { text: markdown } = document(ctx, input.markdown)
    asApproved(approved, channel, markdown, title)
    const { url, team_id } = await self(ctx) // before: nothing that can fail comes after a write
    const { canvas_id } = await write(
      ctx,
      'canvases.create',
      z.object({ canvas_id: z.string() }),
      {
        title,
        channel_id: channel.id,
        document_content: JSON.stringify({ type: 'markdown', markdown }),
      },
      `Look at the tabs of #${channel.name} for a canvas “${title}” that ends with approval ${ctx.callId}.`,
    )
    return { canvas_id, channel: channel.id, url: `${url}docs/${team_id}/${canvas_id}` }
  },
})
