import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import { path } from '../../shared/path.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { jira } from './client.ts'
import { Status } from './issue.ts'

export const Transition = z.object({
  id: z.string(),
  name: z.string(),
  to: Status,
  fields: z
    .record(
      z.string(),
      z.object({ required: z.boolean(), hasDefaultValue: z.boolean().default(false) }),
    )
    .default({}),
})
export type Transition = z.infer<typeof Transition>

/** What the issue's workflow lets our service account do with it now. */
export async function transitionsOf(ctx: ToolContext, issueKey: string): Promise<Transition[]> {
  const answer = await jira(ctx).get(
    path`/rest/api/3/issue/${issueKey}/transitions`,
    z.object({ transitions: z.array(Transition) }),
    { query: { expand: 'transitions.fields' } },
  )
  return answer.transitions
}

/** Ids of the fields that this transition's screen insists on. */
export const requiredFields = ({ fields }: Transition): string[] =>
  Object.entries(fields)
    .filter(([, field]) => field.required && !field.hasDefaultValue)
    .map(([id]) => id)

/**
 * The one step that leads straight to a status. Several steps are several proposals: a person
 * approves each, because steps in between may notify people or start automations.
 * @throws ToolError `invalid_input`
 */
export function directTransition(
  transitions: readonly Transition[],
  status: string,
  given: readonly string[],
): Transition {
  const name = status.toLowerCase()
  const there = transitions.filter(({ to }) => to.name.toLowerCase() === name)
  const missing = (one: Transition) => requiredFields(one).filter((id) => !given.includes(id))
  const ready = there.find((one) => missing(one).length === 0)
  if (ready) return ready
  const [first] = there
  throw new ToolError(
    'invalid_input',
    first
      ? `This step needs ${missing(first).join(', ')}: give them in fields.`
      : 'No single step leads from the present status to that one. list_jira_transitions shows where it can go; go one step at a time.',
  )
}
