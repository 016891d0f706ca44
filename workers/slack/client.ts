import * as z from 'zod'
import { configuration } from '../../shared/configuration.ts'
import { path, type Path } from '../../shared/path.ts'
import { restClient } from '../../shared/rest.ts'
import { bearer } from '../../shared/rest/credential.ts'
import type { QueryValues } from '../../shared/rest/options.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { explain } from './failures.ts'

const Config = z.object({
  SLACK_API_URL: z.url().default('https://slack.com/api'),
  SLACK_BOT_TOKEN: z.string().min(1),
  /** The other slot, while the token is being rotated. */
  SLACK_BOT_TOKEN_NEXT: z.string().min(1).optional(),
  /** Whether private channels are offered at all; the app needs the `groups:` scopes for them. */
  SLACK_PRIVATE_CHANNELS: z.stringbool().default(false),
})

export const settings = configuration(Config)

/** A user token with the scope `search:read.public` and no other: what it can find, everybody can. */
const SearchConfig = z.object({
  SLACK_API_URL: Config.shape.SLACK_API_URL,
  SLACK_SEARCH_TOKEN: z.string().min(1),
  SLACK_SEARCH_TOKEN_NEXT: z.string().min(1).optional(),
})

/** Slack counts each method by itself, so a 429 stops one method and no other. */
const common = {
  name: 'Slack',
  explain,
  budget: { perSecond: 20, burst: 60, concurrent: 6, retryAfter: 'route' },
} as const

const bot = restClient(Config, (config) => ({
  ...common,
  baseUrl: config.SLACK_API_URL,
  account: 'bot',
  credentials: [bearer(config.SLACK_BOT_TOKEN), bearer(config.SLACK_BOT_TOKEN_NEXT)],
}))

const searcher = restClient(SearchConfig, (config) => ({
  ...common,
  baseUrl: config.SLACK_API_URL,
  account: 'search',
  credentials: [bearer(config.SLACK_SEARCH_TOKEN), bearer(config.SLACK_SEARCH_TOKEN_NEXT)],
}))

/** Every method of Slack that this endpoint calls, and how. */
const reading = {
  'auth.test': path`/auth.test`,
  'conversations.info': path`/conversations.info`,
  'conversations.history': path`/conversations.history`,
  'conversations.replies': path`/conversations.replies`,
  'users.conversations': path`/users.conversations`,
  'users.info': path`/users.info`,
  'users.lookupByEmail': path`/users.lookupByEmail`,
  'usergroups.list': path`/usergroups.list`,
  'files.info': path`/files.info`,
  'chat.scheduledMessages.list': path`/chat.scheduledMessages.list`,
} as const satisfies Record<string, Path>
const writing = {
  'chat.postMessage': path`/chat.postMessage`,
  'chat.update': path`/chat.update`,
  'chat.scheduleMessage': path`/chat.scheduleMessage`,
  'reactions.add': path`/reactions.add`,
  'canvases.create': path`/canvases.create`,
} as const satisfies Record<string, Path>

/** Where the next page starts, as every list of Slack says it; '' and absent mean the end. */
export const Next = z
  .object({ next_cursor: z.string().default('') })
  .optional()
  .transform((metadata) => metadata?.next_cursor || undefined)

/** Asks Slack something. @throws ToolError in our own words */
export const read = <S extends z.ZodType>(
  ctx: ToolContext,
  method: keyof typeof reading,
  answer: S,
  params: QueryValues = {},
): Promise<z.output<S>> => bot(ctx).get(reading[method], answer, { query: params })

/**
 * Changes something in Slack. Arguments go as a form, which every method takes.
 * @throws ToolError when nothing was changed, OutcomeUnknown when that can't be known
 */
export const write = <S extends z.ZodType>(
  ctx: ToolContext,
  method: keyof typeof writing,
  answer: S,
  params: QueryValues,
  howToFindOut: string,
): Promise<z.output<S>> => bot(ctx).post(writing[method], answer, { form: params, howToFindOut })

export const search = <S extends z.ZodType>(
  ctx: ToolContext,
  answer: S,
  params: QueryValues,
): Promise<z.output<S>> =>
  searcher(ctx).post(path`/assistant.search.context`, answer, { form: params, safe: true })
