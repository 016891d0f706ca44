import * as z from 'zod'
import { defineTool, type ToolContext } from '../../../shared/tool.ts'
import { read, search } from '../client.ts'
import { Person, namesOf, personById } from '../people.ts'
import { self } from '../self.ts'

const Found = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().optional(),
  external: z.literal(true).optional().describe('From outside this company'),
  app: z.literal(true).optional(),
  deactivated: z.literal(true).optional(),
})

export const findSlackUser = defineTool({
  name: 'find_slack_user',
  title: 'Find Slack user',
  description: 'Find a person by e-mail address, name or user id. Mention them as <@id>.',
  scope: 'slack:read',
  effect: 'read',
  input: z.object({ query: z.string().min(2).max(200) }),
  output: z.object({ items: z.array(Found) }),
  async run({ query }, ctx) {
    const { team_id: own } = await self(ctx)
    const people = await matching(ctx, query.trim())
    return { items: people.map((one) => found(one, own)) }
  },
})

async function matching(ctx: ToolContext, query: string): Promise<Person[]> {
  const id = /^<?@?([UW][A-Z0-9]{2,20})>?$/.exec(query)?.[1]
  if (id !== undefined) return [await personById(ctx, id)].filter((one) => one !== null)
  if (/^\S+@\S+\.\S+$/.test(query)) {
    const Answer = z.object({ user: Person })
    const { user } = await read(ctx, 'users.lookupByEmail', Answer, { email: query })
    return [user]
  }
  const ids = await byName(ctx, query.replace(/^@/, ''))
  return [...(await namesOf(ctx, ids)).values()]
}

/** Slack has no look-up by name; its search has one, without reading the whole directory. */
async function byName(ctx: ToolContext, name: string): Promise<string[]> {
  const User = z.object({ user_id: z.string() })
  const Answer = z.object({ results: z.object({ users: z.array(User).default([]) }) })
  const { results } = await search(ctx, Answer, { query: name, content_types: 'users', limit: 10 })
  return results.users.map((one) => one.user_id)
}

function found(person: Person, ownTeam: string): z.infer<typeof Found> {
  const outside = person.is_stranger || (person.team_id !== '' && person.team_id !== ownTeam)
  return {
    id: person.id,
    name: person.shownName,
    ...(person.title && { title: person.title }),
    ...(outside && { external: true as const }),
    ...(person.is_bot && { app: true as const }),
    ...(person.deleted && { deactivated: true as const }),
  }
}
