import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { read } from './client.ts'
import { memory } from './memory.ts'

const words = z.string().default('')

/** A person as Slack's directory has them; the e-mail address is left out on purpose. */
export const Person = z
  .object({
    id: z.string(),
    team_id: words,
    name: words,
    real_name: words,
    deleted: z.boolean().default(false),
    is_bot: z.boolean().default(false),
    is_stranger: z.boolean().default(false),
    profile: z.object({ real_name: words, display_name: words, title: words }).optional(),
  })
  .transform(({ profile, ...user }) => ({
    ...user,
    // People choose it themselves: one line, so that none of it can pass for another.
    shownName: (
      user.real_name ||
      profile?.real_name ||
      profile?.display_name ||
      user.name ||
      user.id
    )
      .replace(/\s+/g, ' ')
      .slice(0, 100)
      .toWellFormed(),
    title: profile?.title ?? '',
  }))
export type Person = z.infer<typeof Person>

/** @returns null when Slack knows nobody of that id */
export async function personById(ctx: ToolContext, id: string): Promise<Person | null> {
  const { people } = memory(ctx)
  const known = people.get(id)
  if (known !== undefined) return known
  const found = await read(ctx, 'users.info', z.object({ user: Person }), { user: id }).then(
    ({ user }) => user,
    (error: unknown) => {
      if (error instanceof ToolError && error.code === 'not_found') return null
      throw error
    },
  )
  people.set(id, found)
  return found
}

/** At most this many are looked up for one answer; the rest keep their ids. */
const most = 30
const atOnce = 4

/**
 * Names for ids, as far as they can be had: a page of messages is worth more without a name than
 * no page at all, so a failed look-up leaves the id.
 */
export async function namesOf(
  ctx: ToolContext,
  ids: Iterable<string>,
): Promise<Map<string, Person>> {
  const { people } = memory(ctx)
  const wanted = [...new Set(ids)].filter((id) => /^[UW][A-Z0-9]{2,20}$/.test(id))
  const unknown = wanted.filter((id) => people.get(id) === undefined).slice(0, most)
  const pending = unknown.values()
  const work = async () => {
    for (const id of pending)
      if (
        !(await personById(ctx, id).then(
          () => true,
          () => false,
        ))
      )
        return
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return new Map(
    wanted.flatMap((id) => {
      const person = people.get(id)
      return person ? [[id, person] as const] : []
    }),
  )
}
