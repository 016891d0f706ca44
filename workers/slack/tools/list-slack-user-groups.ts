import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool } from '../../../shared/tool.ts'
import { userGroups } from '../compose.ts'
import { namesOf } from '../people.ts'

export const listSlackUserGroups = defineTool({
  name: 'list_slack_user_groups',
  title: 'List Slack user groups',
  description: 'User groups (like @oncall); with a handle, its members.',
  scope: 'slack:read',
  effect: 'read',
  input: z.object({ handle: z.string().max(80).optional() }),
  output: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        handle: z.string(),
        name: z.string(),
        people: z.number().optional(),
        members: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
      }),
    ),
  }),
  async run({ handle }, ctx) {
    const wanted = handle?.replace(/^@/, '').toLowerCase()
    const all = await userGroups(ctx, wanted !== undefined)
    const groups = all.filter(
      (one) => wanted === undefined || one.handle === wanted || one.id === handle,
    )
    if (wanted !== undefined && groups.length === 0)
      throw new ToolError(
        'not_found',
        'There is no user group of this handle. List them without one.',
      )
    const names = await namesOf(ctx, wanted === undefined ? [] : groups.flatMap((one) => one.users))
    return {
      items: groups.map(({ id, handle, name, user_count, users }) => ({
        id,
        handle,
        name,
        ...(user_count !== undefined && { people: user_count }),
        ...(wanted !== undefined && {
          members: users.map((user) => ({ id: user, name: names.get(user)?.shownName ?? user })),
        }),
      })),
    }
  },
})
