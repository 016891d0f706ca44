/**
 * From what a caller names to a channel that policy allows. A name becomes an id among the
 * channels the app is in; the channel of that id is then asked about itself, and policy is held
 * against what Slack says, never against what the caller wrote.
 */
import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { Limits, ToolContext } from '../../shared/tool.ts'
import { Next, read, settings } from './client.ts'
import { memory } from './memory.ts'

const flag = z.boolean().default(false)
const said = z
  .object({ value: z.string() })
  .optional()
  .transform((it) => it?.value ?? '')

export const Channel = z.object({
  id: z.string(),
  name: z.string().default(''),
  is_im: flag,
  is_mpim: flag,
  is_private: flag,
  is_archived: flag,
  is_member: flag,
  is_shared: flag,
  is_ext_shared: flag,
  is_pending_ext_shared: flag,
  internal_team_ids: z.array(z.string()).default([]),
  num_members: z.number().optional(),
  topic: said,
  purpose: said,
})
export type Channel = z.infer<typeof Channel>

/** Whether people of another company, or of another workspace, read along. */
export const isExternal = (channel: Channel): boolean =>
  channel.is_ext_shared || channel.is_pending_ext_shared || channel.is_shared

const id = /^[CG][A-Z0-9]{2,20}$/
const bare = (name: string): string => name.replace(/^#/, '')

/**
 * Policy lists ids, or names exactly as Slack spells them. `*` is every public channel of the
 * company's own: private and shared ones have to be named. A channel that was renamed leaves a
 * policy that knew its old name.
 */
export function allows(limits: Limits, channel: Channel, privateToo: boolean): boolean {
  if (channel.is_im || channel.is_mpim || (channel.is_private && !privateToo)) return false
  const allowed = limits.channels ?? []
  if (allowed.includes(channel.id)) return true
  if (channel.name !== '' && allowed.some((one) => bare(one) === channel.name)) return true
  return allowed.includes('*') && !channel.is_private && !isExternal(channel)
}

export const mayUse = (ctx: ToolContext, channel: Channel): boolean =>
  allows(ctx.limits, channel, settings(ctx).SLACK_PRIVATE_CHANNELS)

/** One answer for a channel that is forbidden and one that doesn't exist, so neither is told apart. */
function forbidden({ limits }: ToolContext): ToolError {
  const allowed = limits.channels ?? []
  const list = allowed.map((one) => (one === '*' ? 'public channels' : one)).join(', ')
  return new ToolError(
    'forbidden',
    `That channel is not among those policy allows you here (${list || 'none'}).`,
  )
}

/** What Slack says of the channel, at most a minute old, or `fresh`. */
export async function channelById(
  ctx: ToolContext,
  channelId: string,
  fresh = false,
): Promise<Channel> {
  const { channels } = memory(ctx)
  const known = fresh ? undefined : channels.get(channelId)
  if (known) return known
  const { channel } = await read(ctx, 'conversations.info', z.object({ channel: Channel }), {
    channel: channelId,
    include_num_members: true,
  })
  if (channel.id !== channelId)
    throw new ToolError('upstream_rejected', 'Slack answered about another channel. Try again.')
  channels.set(channel.id, channel)
  return channel
}

/**
 * The channel a caller means, if policy allows it and the app is in it.
 * @param named an id, `#name` or `<#C…|name>`
 * @param fresh on a write: nothing remembered is used
 * @throws ToolError `forbidden`, `not_found`
 */
export async function channelNamed(
  ctx: ToolContext,
  named: string,
  { fresh = false } = {},
): Promise<Channel> {
  const allowed = ctx.limits.channels ?? []
  const token = /^<#([A-Z0-9]+)(?:\|.*)?>$/.exec(named.trim())
  const asked = token?.[1] ?? bare(named.trim())
  const isId = id.test(asked)
  const name = isId ? undefined : asked.toLowerCase()
  // Names alone can be refused before Slack is asked anything.
  const known = isId ? allowed.includes(asked) : allowed.some((one) => bare(one) === name)
  const open = allowed.some((one) => one === '*' || (isId ? !id.test(one) : id.test(one)))
  if (!known && !open) throw forbidden(ctx)
  const channelId = name === undefined ? asked : await idOf(ctx, name)
  if (channelId === undefined) {
    if (!known) throw forbidden(ctx)
    throw new ToolError(
      'not_found',
      `The Slack app is in no channel #${name}. Ask somebody in it to type /invite and the name of the app, or check the spelling with find_slack_channel.`,
    )
  }
  const channel = await channelById(ctx, channelId, fresh).catch((error: unknown) => {
    throw !known && error instanceof ToolError && error.code === 'not_found'
      ? forbidden(ctx)
      : error
  })
  if (!mayUse(ctx, channel)) throw forbidden(ctx)
  ctx.log({ channel: channel.id })
  if (!channel.is_member)
    throw new ToolError(
      'forbidden',
      `The Slack app is not a member of #${channel.name}. Ask somebody in it to type /invite and the name of the app.`,
    )
  return channel
}

/** At most this many pages of this size are read for one call: a name beyond them needs its id. */
const pages = 5
const pageSize = 200

/** Channels the app is in, a page at a time. */
export async function* joinedChannels(
  ctx: ToolContext,
  from?: string,
): AsyncGenerator<{ channels: readonly Channel[]; next: string | undefined }> {
  const privateToo = settings(ctx).SLACK_PRIVATE_CHANNELS
  const Page = z.object({ channels: z.array(Channel), response_metadata: Next })
  let cursor = from
  for (let page = 0; page < pages; page++) {
    const { channels, response_metadata: next } = await read(ctx, 'users.conversations', Page, {
      types: privateToo ? 'public_channel,private_channel' : 'public_channel',
      limit: pageSize,
      cursor,
    })
    const { ids } = memory(ctx)
    for (const one of channels) ids.set(one.name, one.id)
    yield { channels, next }
    if (next === undefined) return
    cursor = next
  }
}

async function idOf(ctx: ToolContext, name: string): Promise<string | undefined> {
  const { ids } = memory(ctx)
  const known = ids.get(name)
  // A name can move to another channel, so what is remembered is only where to look first.
  const there = known && (await channelById(ctx, known).catch(() => undefined))
  if (there && there.name === name) return known
  ids.delete(name)
  for await (const { channels } of joinedChannels(ctx)) {
    const same = channels.filter((one) => one.name === name)
    if (same.length > 1)
      throw new ToolError('invalid_input', `Several channels are called #${name}. Use the id.`)
    if (same[0]) return same[0].id
  }
  return undefined
}

/** The channel for a person who has to decide: `#operations (C0OPS), public, 42 members`. */
export function described(channel: Channel): string {
  const parts = [
    channel.is_private ? 'private' : 'public',
    ...(isExternal(channel) ? ['shared with people outside this company or workspace'] : []),
    ...(channel.num_members === undefined ? [] : [`${channel.num_members} members`]),
  ]
  return `#${channel.name} (${channel.id}), ${parts.join(', ')}`
}

/** Changes when the channel is renamed, made private or shared: an approval of before is void then. */
export const versionOf = (channel: Channel): string =>
  [
    channel.name,
    channel.is_private ? 'private' : 'public',
    isExternal(channel) ? 'shared' : 'own',
  ].join(' ')
