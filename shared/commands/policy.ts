/**
 * `npm run policy -- explain --user E --tool T [--group G]… [--args JSON] [--facts JSON] [--client C]`
 * says what policy would do with a call, and which rule does it. Exit code 1 when it is denied.
 *
 * It judges by the policy file of this checkout. Kill switches and a person's real groups are known
 * to the hub alone: `/admin` answers the same question with both.
 */
import { parseArgs } from 'node:util'
import * as z from 'zod'
import type { CompiledPolicy, Decision } from '../policy.ts'
import { decide } from '../policy.ts'

const usage = `npm run policy -- explain --user E --tool T [--group G]… [--args JSON] [--facts JSON] [--client C]

  --user     the person's e-mail
  --tool     the tool, for example query_database
  --group    a group they are in; once for each. The people of a development hub are known.
  --args     the call's arguments, as a JSON object
  --facts    what the preview of a write would say, as a JSON object: '{"rows": 120}'
  --client   the client's id`

const Json = z
  .string()
  .transform((text, ctx): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      ctx.addIssue({ code: 'custom', message: 'is not JSON' })
      return z.NEVER
    }
  })
  .pipe(z.record(z.string(), z.unknown()))

const Options = z.object({
  user: z.email().toLowerCase(),
  tool: z.string().min(1),
  group: z.array(z.string()).optional(),
  args: Json.default({}),
  facts: Json.default({}),
  client: z.string().optional(),
})

/** The hub's groups of the people that a development hub offers. */
type DevGroups = (email: string) => readonly string[] | undefined

/** What policy says, as lines for a terminal. @throws Error with what is wrong with the question. */
export function explain(
  argv: readonly string[],
  policy: CompiledPolicy,
  devGroups: DevGroups,
): { readonly lines: string[]; readonly denied: boolean } {
  const [verb, ...rest] = argv
  if (verb !== 'explain') throw new Error(usage)
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: rest,
    options: {
      user: text,
      tool: text,
      group: { type: 'string', multiple: true },
      args: text,
      facts: text,
      client: text,
    },
  })
  const options = Options.safeParse(values)
  if (!options.success) throw new Error(`${z.prettifyError(options.error)}\n\n${usage}`)
  const { user, tool, args, facts, client } = options.data
  const integration = Object.keys(policy.catalogue).find(
    (id) => tool in (policy.catalogue[id]?.tools ?? {}),
  )
  const groups = options.data.group ?? devGroups(user) ?? []
  const decision = decide(policy, {
    person: { email: user, groups },
    integration: integration ?? '',
    tool,
    args,
    facts,
    ...(client !== undefined && { clientId: client }),
  })
  return { denied: decision.outcome === 'deny', lines: linesOf(decision, user, groups, tool) }
}

const outcomes = {
  allow: 'allow     it runs, nobody is asked',
  ask: 'ask       a person decides at the hub, then it runs',
  four_eyes: 'four_eyes a second person decides at the hub, then it runs',
  deny: 'deny      it is refused',
} as const

function linesOf(
  decision: Decision,
  user: string,
  groups: readonly string[],
  tool: string,
): string[] {
  const { outcome, reason, rule, approvers, limits, version } = decision
  const who = approvers.map((one) =>
    one === 'self' ? user : 'group' in one ? `group ${one.group}` : one.person,
  )
  const line = (name: string, value: string) => `${name.padEnd(11)}${value}`
  return [
    line('person', `${user} (${groups.join(', ') || 'in no group'})`),
    line('tool', tool),
    line('outcome', outcomes[outcome]),
    line('because', reason),
    ...(rule === undefined ? [] : [line('rule', rule)]),
    ...(who.length === 0
      ? []
      : [
          line(
            'decided by',
            outcome === 'four_eyes' ? `${who.join(', ')}, never ${user}` : who.join(', '),
          ),
        ]),
    ...Object.entries(limits).map(([name, values]) => line(name, values.join(', ') || 'none')),
    line('policy', version),
  ]
}

/** Loads the hub's files at run time, so that nothing in shared/ depends on a Worker. */
async function main(): Promise<void> {
  const hub = new URL('../../workers/hub/', import.meta.url)
  const { policy } = (await import(new URL('policy.ts', hub).href)) as { policy: CompiledPolicy }
  const { devPerson } = (await import(new URL('sign-in/dev.ts', hub).href)) as {
    devPerson(email: string): { groups: readonly string[] } | undefined
  }
  const { lines, denied } = explain(
    process.argv.slice(2),
    policy,
    (email) => devPerson(email)?.groups,
  )
  console.log(lines.join('\n'))
  if (denied) process.exitCode = 1
}

if (import.meta.main) {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 2
  }
}
