/** The writing methods. Shapes: Slack's archived API document (2021) and docs.slack.dev. */
import * as z from 'zod'
import { blocksOf, readCanvasMentions, readMentions } from './mentions.ts'
import {
  SlackFailure,
  joinedChannel,
  messageAt,
  method,
  writableChannel,
  type Call,
} from './method.ts'
import { Id, Ts, flag } from './reads.ts'
import { messageJson } from './shapes.ts'
import { messagesOf, nextTs, type Message } from './workspace.ts'

const content = {
  text: z.string().optional(),
  markdown_text: z.string().optional(),
  parse: z.enum(['none', 'full']).optional(),
  link_names: flag.default(false),
  unfurl_links: flag.default(true),
  unfurl_media: flag.default(true),
}

const Post = z.strictObject({
  channel: Id,
  thread_ts: Ts.optional(),
  reply_broadcast: flag.default(false),
  ...content,
})

function written(args: { text?: string | undefined; markdown_text?: string | undefined }): string {
  if (args.text !== undefined && args.markdown_text !== undefined)
    throw new SlackFailure('markdown_text_conflict')
  const text = args.markdown_text ?? args.text ?? ''
  if (text.trim() === '') throw new SlackFailure('no_text')
  if (text.length > (args.markdown_text === undefined ? 40_000 : 12_000))
    throw new SlackFailure('msg_too_long')
  return text
}

function posted(args: z.output<typeof Post>, call: Call, ts: string): Message {
  const { workspace, token } = call
  const text = written(args)
  if (args.thread_ts) {
    const parent = messagesOf(workspace, args.channel).find((one) => one.ts === args.thread_ts)
    if (!parent) throw new SlackFailure('thread_not_found')
  }
  const message: Message = {
    ts,
    user: token.user,
    text,
    ...(args.markdown_text !== undefined && { blocks: blocksOf(text) }),
    ...(token.botId && { botId: token.botId }),
    ...(args.thread_ts && { threadTs: args.thread_ts }),
    reactions: new Map(),
    files: [],
    notified: readMentions(workspace, text, {
      parse: args.parse ?? 'none',
      linkNames: args.link_names,
    }),
    ...(args.unfurl_links && /https?:/.test(text) && { attachments: [{ from_url: 'unfurled' }] }),
  }
  messagesOf(workspace, args.channel).push(message)
  return message
}

const postMessage = method({
  verb: 'POST',
  scopes: ['chat:write'],
  perMinute: 60,
  input: Post,
  run(args, call) {
    const channel = writableChannel(args.channel, call)
    const message = posted(args, call, nextTs(call.workspace))
    return { channel: channel.id, ts: message.ts, message: messageJson(message, channel, call) }
  },
})

const update = method({
  verb: 'POST',
  scopes: ['chat:write'],
  perMinute: 50,
  input: z.strictObject({
    channel: Id,
    ts: Ts,
    text: content.text,
    markdown_text: content.markdown_text,
    parse: content.parse,
    link_names: content.link_names,
  }),
  run(args, call) {
    const channel = writableChannel(args.channel, call)
    const message = messageAt(call.workspace, channel.id, args.ts)
    if (message.user !== call.token.user) throw new SlackFailure('cant_update_message')
    message.text = written(args)
    message.blocks = blocksOf(message.text)
    message.edited = nextTs(call.workspace)
    // Unlike chat.postMessage, this method links bare names unless it is told not to.
    const parse = args.parse ?? 'client'
    message.notified = readMentions(call.workspace, message.text, {
      parse,
      linkNames: args.link_names,
    })
    return { channel: channel.id, ts: message.ts, text: message.text }
  },
})

const schedule = method({
  verb: 'POST',
  scopes: ['chat:write'],
  perMinute: 50,
  input: Post.extend({ post_at: z.coerce.number().int() }),
  run(args, call) {
    writableChannel(args.channel, call)
    const seconds = call.workspace.now() / 1000
    if (args.post_at < seconds) throw new SlackFailure('time_in_past')
    if (args.post_at > seconds + 120 * 86_400) throw new SlackFailure('time_too_far')
    const { scheduled } = call.workspace
    const id = `Q0${String(scheduled.length + 1).padStart(6, '0')}`
    const { channel, post_at, thread_ts } = args
    scheduled.push({
      id,
      channel,
      postAt: post_at,
      text: written(args),
      ...(thread_ts && { threadTs: thread_ts }),
    })
    return { channel, scheduled_message_id: id, post_at }
  },
})

const scheduledList = method({
  verb: 'GET',
  scopes: [],
  perMinute: 50,
  input: z.strictObject({ channel: Id.optional(), limit: z.coerce.number().int().optional() }),
  run: (args, { workspace }) => ({
    scheduled_messages: workspace.scheduled
      .filter((one) => args.channel === undefined || one.channel === args.channel)
      .map(({ id, channel, postAt, text }) => ({ id, channel_id: channel, post_at: postAt, text })),
    response_metadata: { next_cursor: '' },
  }),
})

const addReaction = method({
  verb: 'POST',
  scopes: ['reactions:write'],
  perMinute: 50,
  input: z.strictObject({ channel: Id, timestamp: Ts, name: z.string() }),
  run(args, call) {
    joinedChannel(args.channel, call)
    const { reactions } = messageAt(call.workspace, args.channel, args.timestamp)
    if (!/^[a-z0-9_+-]+(::skin-tone-[2-6])?$/.test(args.name))
      throw new SlackFailure('invalid_name')
    const users = reactions.get(args.name) ?? []
    if (users.includes(call.token.user)) throw new SlackFailure('already_reacted')
    reactions.set(args.name, [...users, call.token.user])
    return {}
  },
})

const Document = z.object({ type: z.literal('markdown'), markdown: z.string().max(1_048_576) })
const createCanvas = method({
  verb: 'POST',
  scopes: ['canvases:write'],
  perMinute: 20,
  input: z.strictObject({
    title: z.string().optional(),
    channel_id: Id.optional(),
    document_content: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(Document),
  }),
  run(args, call) {
    if (args.channel_id) writableChannel(args.channel_id, call)
    const { canvases } = call.workspace
    const id = `F0CANVAS${canvases.length + 1}`
    const { markdown } = args.document_content
    canvases.push({
      id,
      title: args.title ?? 'Untitled',
      markdown,
      channel: args.channel_id,
      notified: readCanvasMentions(call.workspace, markdown),
    })
    return { canvas_id: id }
  },
})

export const writes = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.scheduleMessage': schedule,
  'chat.scheduledMessages.list': scheduledList,
  'reactions.add': addReaction,
  'canvases.create': createCanvas,
} as const
