import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool, page, type ToolContext } from '../../../shared/tool.ts'
import { channelById, mayUse } from '../channels.ts'
import { Next, search } from '../client.ts'
import { mrkdwnToMarkdown } from '../markup/mrkdwn.ts'
import { peopleIn } from '../markup/texts.ts'
import { namesOf } from '../people.ts'
import { self } from '../self.ts'
import { secondsOf, timeOf } from '../timestamps.ts'

const word = z.string().default('')
const Hit = z.object({
  author_name: word,
  author_user_id: word,
  team_id: word,
  channel_id: z.string(),
  message_ts: z.string(),
  content: word,
  is_author_bot: z.boolean().default(false),
  permalink: word,
})
type Hit = z.infer<typeof Hit>

const Answer = z.object({
  results: z.object({ messages: z.array(Hit).default([]) }),
  response_metadata: Next,
})

const Result = z.object({
  channel: z.string(),
  ts: z.string(),
  at: z.string(),
  author: z.string(),
  external: z.literal(true).optional(),
  app: z.literal(true).optional(),
  text: z.string(),
  url: z.string(),
})

/** Pages of Slack's that are read for one page of ours, when policy leaves nothing of the first. */
const pages = 3

export const searchSlack = defineTool({
  name: 'search_slack',
  title: 'Search Slack',
  description:
    'Search messages by words or meaning, in the public channels that policy allows you.',
  scope: 'slack:read',
  effect: 'read',
  input: z.object({
    query: z.string().min(2).max(300),
    since: z.string().max(40).optional().describe('ISO 8601'),
    until: z.string().max(40).optional(),
  }),
  output: page(Result),
  async run({ query, since, until }, ctx) {
    let cursor = ctx.cursor
    for (let tries = 1; ; tries++) {
      const answer = await search(ctx, Answer, {
        query,
        channel_types: 'public_channel',
        content_types: 'messages',
        after: since === undefined ? undefined : secondsOf('since', since),
        before: until === undefined ? undefined : secondsOf('until', until),
        limit: 20,
        cursor,
      })
      cursor = answer.response_metadata
      const items = await allowed(ctx, answer.results.messages)
      if (items.length > 0 || cursor === undefined || tries === pages)
        return { items, ...(cursor !== undefined && { cursor }) }
    }
  },
})

/**
 * The hits in public channels that policy allows. Slack was asked for public ones only and the
 * token can find no others; here the channel itself says so once more.
 */
async function allowed(ctx: ToolContext, hits: readonly Hit[]): Promise<z.infer<typeof Result>[]> {
  const { team_id: own } = await self(ctx)
  const names = new Map<string, string>()
  for (const id of new Set(hits.map((hit) => hit.channel_id))) {
    const channel = await channelById(ctx, id).catch((error: unknown) => {
      if (error instanceof ToolError && error.code === 'not_found') return undefined
      throw error
    })
    if (channel && !channel.is_private && mayUse(ctx, channel)) names.set(id, `#${channel.name}`)
  }
  const shown = hits.filter((hit) => names.has(hit.channel_id))
  const people = await namesOf(
    ctx,
    shown.flatMap((hit) => [hit.author_user_id, ...peopleIn(hit.content)]),
  )
  const shownNames = new Map(Array.from(people, ([id, one]) => [id, one.shownName]))
  return shown.map((hit) => ({
    channel: names.get(hit.channel_id) ?? hit.channel_id,
    ts: hit.message_ts,
    at: timeOf(hit.message_ts),
    author: shownNames.get(hit.author_user_id) || hit.author_name || hit.author_user_id,
    ...(hit.team_id !== '' && hit.team_id !== own && { external: true as const }),
    ...(hit.is_author_bot && { app: true as const }),
    text: mrkdwnToMarkdown(hit.content, { people: shownNames }),
    url: hit.permalink,
  }))
}
