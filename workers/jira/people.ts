import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import { path } from '../../shared/path.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { walk } from './adf/document.ts'
import type { AdfDocument } from './adf/document.ts'
import { jira } from './client.ts'
import { User } from './issue.ts'

/** Atlassian's account ids: `5b10ac8d82e05b22cc7d4ef5`, `712020:0e5c…`. */
const isAccountId = (text: string): boolean => /^[A-Za-z0-9:_-]{1,128}$/.test(text)

export const Assignee = z.string().refine(isAccountId, 'must be me, none or an account id')

const FoundUser = z.object({ ...User.shape, emailAddress: z.string().optional() })

/**
 * The Jira account of the person who asks, by e-mail: what "me" and `currentUser()` mean here.
 * @throws ToolError `not_found` when it can't be told for certain
 */
export async function myAccountId(ctx: ToolContext): Promise<string> {
  const email = ctx.principal.email.toLowerCase()
  const found = await jira(ctx).get(path`/rest/api/3/user/search`, z.array(FoundUser), {
    query: { query: email, maxResults: 10 },
  })
  const exact = found.filter((user) => user.emailAddress?.toLowerCase() === email)
  // Jira hides addresses by each person's own setting; it still finds by the whole address
  const [me, other] = exact.length > 0 ? exact : found.filter((user) => !user.emailAddress)
  if (me && !other) return me.accountId
  throw new ToolError(
    'not_found',
    'Your Jira account can\'t be told from your e-mail address, so "me" has no meaning here. Find the account id with search_jira_users and use that.',
  )
}

const UserPage = z.object({ values: z.array(z.object({ ...User.shape, active: z.boolean() })) })

/** Names by account id. @throws ToolError `invalid_input` for an account that doesn't exist or is closed */
export async function namesOf(
  ctx: ToolContext,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(accountIds)]
  if (ids.length === 0) return new Map()
  if (ids.length > 20) throw new ToolError('invalid_input', 'At most 20 people can be mentioned.')
  for (const id of ids) if (!isAccountId(id)) throw unknownPerson()
  const { values } = await jira(ctx).get(path`/rest/api/3/user/bulk`, UserPage, {
    query: { accountId: ids, maxResults: ids.length },
  })
  const names = new Map(
    values.filter(({ active }) => active).map((user) => [user.accountId, user.displayName]),
  )
  if (ids.some((id) => !names.has(id))) throw unknownPerson()
  return names
}

const unknownPerson = () =>
  new ToolError(
    'invalid_input',
    'A person that is named here has no active Jira account. Find account ids with search_jira_users.',
  )

/**
 * Gives each mention the name that Jira has for the account, whatever the Markdown called it, and
 * returns those names: they belong into the preview, because Jira notifies these people.
 */
export async function nameMentions(ctx: ToolContext, document: AdfDocument): Promise<string[]> {
  const mentions = [...walk(document.content)].filter((node) => node.type === 'mention')
  const idOf = (node: { attrs?: Record<string, unknown> | undefined }) => String(node.attrs?.['id'])
  const names = await namesOf(ctx, mentions.map(idOf))
  for (const node of mentions) {
    node.attrs = { ...node.attrs, text: `@${names.get(idOf(node)) ?? ''}` }
  }
  return [...new Set(names.values())]
}
