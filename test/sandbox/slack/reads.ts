/** The reading methods. Shapes: Slack's archived API document (2021) and docs.slack.dev. */
import * as z from 'zod'
import { SlackFailure, channelFor, joinedChannel, method, pageOf, type Call } from './method.ts'
import { channelJson, fileJson, messageJson, userJson } from './shapes.ts'
import { messagesOf, type Message } from './workspace.ts'

export const Id = z.string().regex(/^[A-Z][A-Z0-9]{2,20}$/)
export const Ts = z.string().regex(/^\d{1,12}\.\d{6}$/)
const Time = z.string().regex(/^\d{1,12}(\.\d{1,6})?$/)
const cursor = z.string().optional()
const limit = (most: number) => z.coerce.number().int().min(1).max(most)
export const flag = z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })

const types = z.string().default('public_channel')
const kindOf = (channel: { isPrivate?: boolean }) =>
  channel.isPrivate ? 'private_channel' : 'public_channel'

const authTest = method({
  verb: 'GET',
  scopes: [],
  perMinute: 600,
  input: z.strictObject({}),
  run: (_, { workspace, token }) => ({
    url: workspace.url,
    team: 'Acme',
    team_id: workspace.teamId,
    user: workspace.users.get(token.user)?.name,
    user_id: token.user,
    ...(token.botId && { bot_id: token.botId }),
  }),
})

const channelPage = z.strictObject({
  types,
  exclude_archived: flag.default(false),
  limit: limit(999).default(100),
  cursor,
})

const usersConversations = method({
  verb: 'GET',
  scopes: ['channels:read', 'groups:read'],
  perMinute: 50,
  input: channelPage.extend({ user: Id.optional() }),
  run(args, call) {
    const { workspace, token } = call
    const mine = [...workspace.channels.values()].filter(
      (one) =>
        one.members.includes(args.user ?? token.user) &&
        args.types.split(',').includes(kindOf(one)) &&
        !(args.exclude_archived && one.isArchived),
    )
    const { rows, response_metadata } = pageOf(mine, args.limit, args.cursor)
    return { channels: rows.map((one) => channelJson(one, call)), response_metadata }
  },
})

const conversationsInfo = method({
  verb: 'GET',
  scopes: ['channels:read', 'groups:read'],
  perMinute: 50,
  input: z.strictObject({ channel: Id, include_num_members: flag.default(false) }),
  run: (args, call) => ({
    channel: channelJson(channelFor(args.channel, call), call, args.include_num_members),
  }),
})

const window = z.strictObject({
  channel: Id,
  oldest: Time.optional(),
  latest: Time.optional(),
  inclusive: flag.default(false),
  limit: limit(999).default(100),
  cursor,
})

function within(messages: readonly Message[], args: z.infer<typeof window>): Message[] {
  const { oldest = '0', latest = '99999999999', inclusive } = args
  return messages.filter(({ ts }) => {
    const after = Number(ts) > Number(oldest) || (inclusive && Number(ts) === Number(oldest))
    return after && (Number(ts) < Number(latest) || (inclusive && Number(ts) === Number(latest)))
  })
}

const history = method({
  verb: 'GET',
  scopes: ['channels:history', 'groups:history'],
  perMinute: 50,
  input: window,
  run(args, call) {
    const channel = joinedChannel(args.channel, call)
    const tops = messagesOf(call.workspace, channel.id).filter((one) => !one.threadTs)
    const { rows, response_metadata } = pageOf(
      within(tops, args).reverse(),
      args.limit,
      args.cursor,
    )
    return {
      messages: rows.map((one) => messageJson(one, channel, call)),
      has_more: response_metadata.next_cursor !== '',
      response_metadata,
    }
  },
})

const replies = method({
  verb: 'GET',
  scopes: ['channels:history', 'groups:history'],
  perMinute: 50,
  input: window.extend({ ts: Ts }),
  run(args, call) {
    const channel = joinedChannel(args.channel, call)
    const all = messagesOf(call.workspace, channel.id)
    const named = all.find((one) => one.ts === args.ts)
    if (!named) throw new SlackFailure('thread_not_found')
    const parent = named.threadTs ?? named.ts
    const thread = all.filter((one) => one.ts === parent || one.threadTs === parent)
    // Of a reply's own ts, Slack gives the reply alone.
    const asked = named.threadTs ? [named] : within(thread, args)
    const { rows, response_metadata } = pageOf(asked, args.limit, args.cursor)
    return {
      messages: rows.map((one) => messageJson(one, channel, call)),
      has_more: response_metadata.next_cursor !== '',
      response_metadata,
    }
  },
})

const usersInfo = method({
  verb: 'GET',
  scopes: ['users:read'],
  perMinute: 100,
  input: z.strictObject({ user: Id }),
  run(args, call) {
    const user = call.workspace.users.get(args.user)
    if (!user) throw new SlackFailure('user_not_found')
    return { user: userJson(user, call) }
  },
})

const lookupByEmail = method({
  verb: 'GET',
  scopes: ['users:read.email'],
  perMinute: 50,
  input: z.strictObject({ email: z.string() }),
  run(args, call) {
    const wanted = args.email.toLowerCase()
    const user = [...call.workspace.users.values()].find((one) => one.email === wanted)
    if (!user || user.teamId !== call.workspace.teamId) throw new SlackFailure('users_not_found')
    return { user: userJson(user, call) }
  },
})

const usergroups = method({
  verb: 'GET',
  scopes: ['usergroups:read'],
  perMinute: 20,
  input: z.strictObject({ include_users: flag.default(false), include_count: flag.default(false) }),
  run: (args, { workspace }) => ({
    usergroups: workspace.groups.map(({ id, handle, name, users }) => ({
      id,
      team_id: workspace.teamId,
      handle,
      name,
      description: '',
      date_delete: 0,
      ...(args.include_count && { user_count: users.length }),
      ...(args.include_users && { users }),
    })),
  }),
})

const filesInfo = method({
  verb: 'GET',
  scopes: ['files:read'],
  perMinute: 100,
  input: z.strictObject({ file: Id }),
  run(args, call) {
    const file = call.workspace.files.get(args.file)
    const seen = file?.channels.some((id) =>
      call.workspace.channels.get(id)?.members.includes(call.token.user),
    )
    if (!file || !seen) throw new SlackFailure('file_not_found')
    return {
      file: fileJson(file, call),
      ...(file.content !== undefined && { content: file.content, is_truncated: false }),
    }
  },
})

const searchContext = method({
  verb: 'POST',
  scopes: ['search:read.public'],
  perMinute: 20,
  input: z.strictObject({
    query: z.string(),
    channel_types: z.string().default('public_channel'),
    content_types: z.string().default('messages'),
    after: z.coerce.number().int().optional(),
    before: z.coerce.number().int().optional(),
    limit: limit(20).default(20),
    cursor,
  }),
  run(args, call) {
    const { workspace } = call
    if (args.content_types === 'users') return { results: { users: usersNamed(args.query, call) } }
    const words = args.query
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => !word.includes(':'))
    const hits = [...workspace.channels.values()].flatMap((channel) => {
      // Slack gives a user token private channels too, were they asked for and its scopes allow it.
      if (!args.channel_types.split(',').includes(kindOf(channel))) return []
      if (channel.isPrivate && !call.token.scopes.includes('search:read.private')) return []
      return messagesOf(workspace, channel.id)
        .filter(({ text, ts }) => {
          const at = Number(ts)
          const inTime = at > (args.after ?? 0) && at < (args.before ?? Infinity)
          return inTime && words.some((word) => text.toLowerCase().includes(word))
        })
        .map((message) => ({ channel, message }))
    })
    hits.sort((a, b) => (a.message.ts < b.message.ts ? 1 : -1))
    const { rows, response_metadata } = pageOf(hits, args.limit, args.cursor)
    return { results: { messages: rows.map((hit) => hitJson(hit, call)) }, response_metadata }
  },
})

function usersNamed(name: string, { workspace, token }: Call) {
  if (!token.scopes.includes('search:read.users'))
    throw new SlackFailure('missing_scope', { needed: 'search:read.users' })
  return [...workspace.users.values()]
    .filter((user) => user.realName.toLowerCase().includes(name.toLowerCase()))
    .map(({ id, name, realName, teamId }) => ({
      user_id: id,
      name,
      real_name: realName,
      team_id: teamId,
    }))
}

const hitJson = (
  { channel, message }: { channel: { id: string; name: string }; message: Message },
  { workspace }: Call,
) => ({
  author_name: workspace.users.get(message.user)?.realName ?? message.username ?? '',
  author_user_id: message.user,
  team_id: workspace.users.get(message.user)?.teamId ?? workspace.teamId,
  channel_id: channel.id,
  channel_name: channel.name,
  message_ts: message.ts,
  content: message.text,
  is_author_bot: message.botId !== undefined,
  permalink: `${workspace.url}archives/${channel.id}/p${message.ts.replace('.', '')}`,
})

export const reads = {
  'auth.test': authTest,
  'users.conversations': usersConversations,
  'conversations.info': conversationsInfo,
  'conversations.history': history,
  'conversations.replies': replies,
  'users.info': usersInfo,
  'users.lookupByEmail': lookupByEmail,
  'usergroups.list': usergroups,
  'files.info': filesInfo,
  'assistant.search.context': searchContext,
} as const
