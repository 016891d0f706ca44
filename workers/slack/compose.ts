/** What a person approves is what is sent: the same function makes the preview's text and the run's. */
import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { Preview, ToolContext } from '../../shared/tool.ts'
import { described, isExternal, versionOf, type Channel } from './channels.ts'
import { read } from './client.ts'
import { closingLine, longestMessage, outgoing, type Mentions, type Outgoing } from './outgoing.ts'
import { personById } from './people.ts'

const mostMentions = 20

export interface Composed extends Outgoing {
  /** The text without its closing line. */
  readonly body: string
}

/** @throws ToolError `invalid_input` when nothing is left to send, or too much */
export function composed(
  ctx: ToolContext,
  text: string,
  { make = outgoing, longest = longestMessage } = {},
): Composed {
  const made = make(text)
  if (made.text.trim() === '')
    throw new ToolError('invalid_input', 'The text is empty, or holds nothing that can be seen.')
  const whole = `${made.text.trimEnd()}\n\n${closingLine(ctx.principal, ctx.callId)}`
  if (whole.length > longest)
    throw new ToolError(
      'invalid_input',
      `With its closing line the text is ${whole.length} characters long and Slack takes ${longest}. Shorten it by ${whole.length - longest}, or split it.`,
    )
  return { ...made, body: made.text, text: whole }
}

type Change = NonNullable<Preview['changes']>[number]

/** The preview of something that is written into a channel. */
export async function previewOf(
  ctx: ToolContext,
  spec: {
    readonly summary: string
    readonly channel: Channel
    readonly sent?: Composed
    readonly before?: string
    readonly changes?: readonly Change[]
    /** More than the channel that must not have moved. */
    readonly version?: string
  },
): Promise<Preview> {
  const { channel, sent, before } = spec
  const mentions = sent?.mentions ?? { people: [], groups: [], mass: [] }
  const mass = mentions.mass.length + mentions.groups.length
  const external = isExternal(channel)
  return {
    summary: spec.summary,
    changes: [
      { field: 'Channel', to: described(channel) },
      ...(spec.changes ?? []),
      ...(await notifies(ctx, mentions, channel)),
      ...(sent && sent.removed.length > 0
        ? [{ field: 'Taken out', to: `invisible characters ${sent.removed.join(', ')}` }]
        : []),
    ],
    ...(sent && { text: { after: sent.text, ...(before !== undefined && { before }) } }),
    target: { id: channel.id, version: [versionOf(channel), spec.version ?? ''].join(' ').trim() },
    facts: {
      mentions: mentions.people.length,
      mass_mentions: mass,
      external,
      members: channel.num_members ?? 0,
      // Read by the policy engine: whatever a rule says, a person decides.
      always_ask: external || mass > 0 || mentions.people.length > 0,
    },
  }
}

/** One line for each that is notified, with names; an id that Slack doesn't know is refused. */
async function notifies(ctx: ToolContext, mentions: Mentions, channel: Channel): Promise<Change[]> {
  const field = 'Notifies'
  if (mentions.people.length > mostMentions)
    throw new ToolError('invalid_input', `At most ${mostMentions} people can be mentioned at once.`)
  const everybody = channel.num_members === undefined ? '' : ` (${channel.num_members} members)`
  const mass = mentions.mass.map((word) => ({
    field,
    to: `@${word}: everybody in the channel${everybody}`,
  }))
  const groups = mentions.groups.length > 0 ? await userGroups(ctx) : []
  return [
    ...mass,
    ...mentions.groups.map((id) => {
      const group = groups.find((one) => one.id === id)
      if (!group)
        throw new ToolError(
          'invalid_input',
          `There is no user group ${id}. Find it with list_slack_user_groups.`,
        )
      return { field, to: `@${group.handle} (${id}): ${group.user_count ?? 'all'} people` }
    }),
    ...(await Promise.all(
      mentions.people.map(async (id) => {
        const person = await personById(ctx, id)
        if (!person)
          throw new ToolError(
            'invalid_input',
            `There is nobody ${id} in Slack. Find people with find_slack_user.`,
          )
        return {
          field,
          to: `${person.shownName} (${id})${person.is_stranger ? ', from outside' : ''}`,
        }
      }),
    )),
  ]
}

const UserGroup = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  user_count: z.coerce.number().optional(),
  users: z.array(z.string()).default([]),
})

export async function userGroups(
  ctx: ToolContext,
  withUsers = false,
): Promise<z.infer<typeof UserGroup>[]> {
  const Answer = z.object({ usergroups: z.array(UserGroup) })
  const params = { include_count: true, include_users: withUsers }
  return (await read(ctx, 'usergroups.list', Answer, params)).usergroups
}

/**
 * Holds what is about to be sent against what was approved.
 * @throws ToolError `upstream_rejected` when the channel has moved or the text would be another
 */
export function asApproved(
  approved: { readonly preview: Preview },
  channel: Channel,
  text?: string,
  version = '',
): void {
  const { target, text: shown } = approved.preview
  const now = [versionOf(channel), version].join(' ').trim()
  if (target?.id !== channel.id || target.version !== now)
    throw new ToolError(
      'upstream_rejected',
      'Since the approval the channel or message has changed (renamed, made private, shared or edited). Nothing was sent; propose it again.',
    )
  if (shown?.after !== text)
    throw new ToolError(
      'upstream_rejected',
      'This is not the text that was approved. Nothing was sent; propose it again.',
    )
}

/** The first words of a text, for a summary line. */
export const firstWords = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 79).toWellFormed()}…` : line
}
