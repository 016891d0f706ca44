/** Messages as Slack gives them, and as a reader of ours gets them. */
import * as z from 'zod'
import type { ToolContext } from '../../shared/tool.ts'
import { isExternal, type Channel } from './channels.ts'
import { read } from './client.ts'
import { attachmentsToMarkdown } from './markup/attachments.ts'
import { blocksToMarkdown } from './markup/blocks.ts'
import { mrkdwnToMarkdown, type Names } from './markup/mrkdwn.ts'
import { labelsIn, peopleIn } from './markup/texts.ts'
import { namesOf, type Person } from './people.ts'
import { self } from './self.ts'
import { timeOf } from './timestamps.ts'

const FileStub = z.object({
  id: z.string(),
  name: z.string().nullish(),
  title: z.string().nullish(),
  mimetype: z.string().default(''),
  size: z.number().default(0),
})

export const SlackMessage = z.object({
  ts: z.string(),
  subtype: z.string().optional(),
  text: z.string().default(''),
  user: z.string().optional(),
  username: z.string().optional(),
  bot_id: z.string().optional(),
  team: z.string().optional(),
  user_team: z.string().optional(),
  thread_ts: z.string().optional(),
  reply_count: z.number().default(0),
  latest_reply: z.string().optional(),
  blocks: z.array(z.unknown()).default([]),
  attachments: z.array(z.unknown()).default([]),
  files: z.array(FileStub).default([]),
  edited: z.object({ ts: z.string() }).optional(),
  reactions: z
    .array(
      z.object({ name: z.string(), count: z.number(), users: z.array(z.string()).default([]) }),
    )
    .default([]),
})
export type SlackMessage = z.infer<typeof SlackMessage>

/** One message for a reader. What is false or empty is left out, to spare tokens. */
export const Message = z.object({
  ts: z.string(),
  at: z.string().describe('UTC'),
  author: z.string(),
  author_id: z.string().optional(),
  external: z.literal(true).optional().describe('Written from outside this company'),
  app: z.literal(true).optional().describe('Written by an app'),
  text: z.string().describe('Markdown'),
  edited: z.literal(true).optional(),
  replies: z.number().optional(),
  last_reply: z.string().optional(),
  files: z.array(z.string()).optional(),
  reactions: z.string().optional(),
})
export type Message = z.infer<typeof Message>

export const ChannelStub = z.object({
  id: z.string(),
  name: z.string(),
  private: z.literal(true).optional(),
  external: z.literal(true).optional().describe('Shared with people outside'),
})

export const stubOf = (channel: Channel): z.infer<typeof ChannelStub> => ({
  id: channel.id,
  name: channel.name,
  ...(channel.is_private && { private: true as const }),
  ...(isExternal(channel) && { external: true as const }),
})

/** @param channel whose internal teams are ours */
export async function readable(
  ctx: ToolContext,
  channel: Pick<Channel, 'internal_team_ids'>,
  messages: readonly SlackMessage[],
): Promise<Message[]> {
  const { team_id: own } = await self(ctx)
  const people = await namesOf(
    ctx,
    messages.flatMap((one) => [
      ...(one.user ? [one.user] : []),
      ...peopleIn(one.blocks.length > 0 ? one.blocks : one.text),
      ...peopleIn(one.attachments),
    ]),
  )
  const names: Names = {
    ...labelsIn(messages.map((one) => one.text)),
    people: new Map(Array.from(people, ([id, one]) => [id, one.shownName])),
  }
  const ours = new Set([own, ...channel.internal_team_ids])
  return messages.map((one) => message(one, people.get(one.user ?? ''), names, ours))
}

function message(
  one: SlackMessage,
  author: Person | undefined,
  names: Names,
  ours: ReadonlySet<string>,
): Message {
  const team = one.user_team ?? one.team ?? author?.team_id ?? ''
  const outside = author?.is_stranger || (team !== '' && !ours.has(team))
  return {
    ts: one.ts,
    at: timeOf(one.ts),
    author: author?.shownName ?? one.username ?? one.user ?? one.bot_id ?? 'Slack',
    ...(one.user && { author_id: one.user }),
    ...(outside && { external: true as const }),
    ...((one.bot_id || author?.is_bot) && { app: true as const }),
    text: textOf(one, names),
    ...(one.edited && { edited: true as const }),
    ...(one.reply_count > 0 && { replies: one.reply_count }),
    ...(one.latest_reply && { last_reply: timeOf(one.latest_reply) }),
    ...(one.files.length > 0 && {
      files: one.files.map(
        ({ id, name, title, mimetype, size }) =>
          `${id} ${name || title || 'unnamed'} (${mimetype || 'unknown type'}, ${size} bytes)`,
      ),
    }),
    ...(one.reactions.length > 0 && {
      reactions: one.reactions.map(({ name, count }) => `:${name}: ${count}`).join(', '),
    }),
  }
}

/** Blocks are what people see; `text` is what notifications show, so it counts only without them. */
export function textOf(
  one: Pick<SlackMessage, 'text' | 'blocks' | 'attachments'>,
  names: Names,
): string {
  const body = blocksToMarkdown(one.blocks, names) || mrkdwnToMarkdown(one.text, names)
  return [body, attachmentsToMarkdown(one.attachments, names)].filter(Boolean).join('\n\n')
}

/** The message of a `ts` in a channel, a reply in a thread too; undefined when there is none. */
export async function messageAt(
  ctx: ToolContext,
  channel: string,
  ts: string,
): Promise<SlackMessage | undefined> {
  const Answer = z.object({ messages: z.array(SlackMessage) })
  const { messages } = await read(ctx, 'conversations.replies', Answer, {
    channel,
    ts,
    oldest: ts,
    latest: ts,
    inclusive: true,
    limit: 2,
  })
  return messages.find((one) => one.ts === ts)
}
