import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool } from '../../../shared/tool.ts'
import { write } from '../client.ts'
import { asApproved, firstWords, previewOf } from '../compose.ts'
import { messageAt, textOf, type SlackMessage } from '../messages.ts'
import { settled } from '../posting.ts'
import { self } from '../self.ts'
import { named } from '../threads.ts'
import { channel, message } from './arguments.ts'

const emoji = z
  .string()
  .max(80)
  .regex(/^:?[\w+'-]+(::skin-tone-[2-6])?:?$/)
  .describe('Name, like thumbsup')
const nameOf = (written: string): string => written.replace(/^:|:$/g, '')

export const addSlackReaction = defineTool({
  name: 'add_slack_reaction',
  title: 'Add Slack reaction',
  description: 'React to a message with an emoji, as the Slack app.',
  scope: 'slack:write',
  effect: 'create',
  input: z.object({ channel, message, emoji }),
  output: z.object({ channel: z.string(), ts: z.string(), emoji: z.string() }),
  async preview(input, ctx) {
    const { channel, message } = await named(ctx, input.channel, input.message)
    const name = nameOf(input.emoji)
    const on = firstWords(textOf(message, { people: new Map() }))
    return previewOf(ctx, {
      summary: `React with :${name}: in #${channel.name}`,
      channel,
      changes: [
        { field: 'Message', to: `${on} (${message.ts})` },
        { field: 'Reaction', to: `:${name}:` },
      ],
      version: message.ts,
    })
  },
  async run(input, ctx, approved) {
    const { channel, message } = await named(ctx, input.channel, input.message)
    asApproved(approved, channel, undefined, message.ts)
    const [name, { user_id: us }] = [nameOf(input.emoji), await self(ctx)]
    const done = { channel: channel.id, ts: message.ts, emoji: name }
    const isOurs = (it: SlackMessage | undefined) =>
      it?.reactions.some((one) => one.name === name && one.users.includes(us))
    if (isOurs(message)) return done
    await settled<unknown>(
      write(
        ctx,
        'reactions.add',
        z.object({ ok: z.literal(true) }),
        { channel: channel.id, timestamp: message.ts, name },
        `Look whether the message ${message.ts} in #${channel.name} has the reaction :${name}:.`,
      ).catch((error: unknown) => {
        // Somebody's parallel approval was quicker: what was approved is the case.
        if (error instanceof ToolError && error.details.vendorCode === 'already_reacted')
          return done
        throw error
      }),
      async () => {
        const now = await messageAt(ctx, channel.id, message.ts)
        return isOurs(now) ? done : undefined
      },
    )
    return done
  },
})
