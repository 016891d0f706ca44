/** The workspace's things as Slack writes them in JSON. */
import type { Call } from './method.ts'
import { messagesOf, type Channel, type Message, type SlackFile, type User } from './workspace.ts'

export const channelJson = (channel: Channel, { token, workspace }: Call, count = false) => ({
  id: channel.id,
  name: channel.name,
  name_normalized: channel.name,
  is_channel: !channel.isPrivate,
  is_group: channel.isPrivate === true,
  is_im: false,
  is_mpim: false,
  is_private: channel.isPrivate === true,
  is_archived: channel.isArchived === true,
  is_member: channel.members.includes(token.user),
  is_shared: channel.isExternal === true,
  is_ext_shared: channel.isExternal === true,
  is_org_shared: false,
  is_pending_ext_shared: false,
  context_team_id: workspace.teamId,
  internal_team_ids: [workspace.teamId],
  topic: { value: channel.topic ?? '', creator: '', last_set: 0 },
  purpose: { value: channel.purpose ?? '', creator: '', last_set: 0 },
  previous_names: channel.previousNames ?? [],
  ...(count && { num_members: channel.members.length }),
})

export const userJson = (user: User, { workspace, token }: Call) => ({
  id: user.id,
  team_id: user.teamId,
  name: user.name,
  deleted: user.deleted === true,
  real_name: user.realName,
  is_bot: user.bot === true,
  is_stranger: user.teamId !== workspace.teamId,
  tz: 'Europe/Berlin',
  profile: {
    real_name: user.realName,
    display_name: user.displayName,
    title: user.title ?? '',
    ...(token.scopes.includes('users:read.email') && user.email && { email: user.email }),
  },
})

export const fileJson = (file: SlackFile, { workspace }: Call) => ({
  id: file.id,
  name: file.name,
  title: file.title,
  mimetype: file.mimetype,
  filetype: file.filetype,
  size: file.size,
  user: file.user,
  created: file.created,
  mode: 'hosted',
  is_external: false,
  channels: file.channels.filter((id) => !workspace.channels.get(id)?.isPrivate),
  groups: file.channels.filter((id) => workspace.channels.get(id)?.isPrivate),
  ims: [],
  permalink: `${workspace.url}files/${file.user}/${file.id}/${file.name}`,
})

export function messageJson(message: Message, channel: Channel, call: Call) {
  const { workspace } = call
  const thread = messagesOf(workspace, channel.id).filter((one) => one.threadTs === message.ts)
  const author = workspace.users.get(message.user)
  return {
    type: 'message',
    ts: message.ts,
    text: message.text,
    ...(message.username
      ? { subtype: 'bot_message', username: message.username, bot_id: message.botId }
      : { user: message.user, team: author?.teamId ?? workspace.teamId }),
    ...(message.botId && !message.username && { bot_id: message.botId, app_id: 'A0GATE' }),
    ...(message.blocks && { blocks: message.blocks }),
    ...(message.attachments && { attachments: message.attachments }),
    ...(message.threadTs && { thread_ts: message.threadTs, parent_user_id: 'U0ADA' }),
    ...(thread.length > 0 && {
      thread_ts: message.ts,
      reply_count: thread.length,
      latest_reply: thread.at(-1)?.ts,
    }),
    ...(message.edited && { edited: { user: message.user, ts: message.edited } }),
    ...(message.reactions.size > 0 && {
      reactions: Array.from(message.reactions, ([name, users]) => ({
        name,
        users,
        count: users.length,
      })),
    }),
    ...(message.files.length > 0 && {
      files: message.files.flatMap((id) => {
        const file = workspace.files.get(id)
        return file ? [fileJson(file, call)] : []
      }),
    }),
  }
}
