/** The kill switches: turned by an administrator at /admin or by `npm run kill`, on record either way. */
import * as z from 'zod'
import { recordHubEvent } from './audit.ts'
import { control, SwitchChange } from './control.ts'
import type { Background, HubEnv } from './env.ts'
import { policy } from './policy.ts'

/** What somebody asks for; who they are is known otherwise. */
export const SwitchRequest = SwitchChange.omit({ by: true }).extend({
  name: z.string().trim().max(2048),
})
export type SwitchRequest = z.infer<typeof SwitchRequest>

export type Turned = { readonly changed: boolean } | { readonly refused: string }

/**
 * Turns a switch. Writes feel it at once, reads within 10 seconds everywhere. It works while the
 * ledger is down too: stopping something must never wait for a record of it.
 */
export async function turnSwitch(
  env: HubEnv,
  background: Background,
  by: string,
  { kind, name, off, reason }: SwitchRequest,
): Promise<Turned> {
  const refused = nameProblem(kind, name)
  if (refused !== undefined) return { refused }
  const changed = await control(env).turn({
    kind,
    name: kind === 'everything' ? '' : name,
    off,
    by,
    reason,
  })
  if (changed) {
    const facts = { kind, ...(name && { name }), ...(reason && { reason }) }
    recordHubEvent(env, background, { kind: 'kill', user: by, outcome: off ? 'off' : 'on', facts })
  }
  return { changed }
}

/** A switch that names nothing would stop nothing, and nobody would notice. Undone is whatever is off. */
function nameProblem(kind: SwitchRequest['kind'], name: string): string | undefined {
  const { catalogue } = policy
  if (kind === 'everything') return undefined
  if (name === '') return `Say which ${kind}.`
  if (kind === 'integration' && !(name in catalogue)) return `There is no integration ${name}.`
  if (kind === 'tool' && !Object.values(catalogue).some(({ tools }) => name in tools))
    return `No integration has a tool ${name}.`
  if (kind === 'person' && !z.email().safeParse(name).success)
    return `${name} is no e-mail address.`
  return undefined
}
