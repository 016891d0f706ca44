import {
  approvalResultTool,
  nothingOff,
  scopesFor,
  sliceFor,
  type Person,
} from '../../shared/policy.ts'
import type { Scope } from '../../shared/tool.ts'
import { policy } from './policy.ts'

/** One scope on the consent page. */
export interface OfferedScope {
  readonly scope: Scope
  /** What it allows, in the integration's words. */
  readonly text: string
  /** The titles of the tools that policy gives this person under it. */
  readonly tools: readonly string[]
  /** How its changes come about; undefined for a scope that only reads. */
  readonly changes: 'asked' | 'at_once' | undefined
  readonly ticked: boolean
}

export interface Offer {
  readonly integration: string
  readonly title: string
  readonly scopes: readonly OfferedScope[]
  /** Asked for, and not this person's to give. */
  readonly withheld: readonly string[]
}

/**
 * What a person may be asked to grant: of the scopes a client requested, those that policy gives
 * them; all of theirs when it requested none of this integration's. Writes are ticked only when
 * they were requested by name.
 */
export function offerFor(person: Person, integration: string, requested: readonly string[]): Offer {
  const entry = policy.catalogue[integration]
  const slice = sliceFor(policy, person, integration, nothingOff)
  const asked = requested.filter((scope) => scope in (entry?.scopes ?? {}))
  const scopes = scopesFor(policy, person, integration)
    .filter((scope) => asked.length === 0 || asked.includes(scope))
    .map((scope): OfferedScope => {
      const tools = Object.entries(entry?.tools ?? {})
        .filter(([name, tool]) => tool.scope === scope && name in slice.tools)
        .filter(([name]) => name !== approvalResultTool(integration))
      const modes = tools
        .filter(([, tool]) => tool.effect !== 'read')
        .map(([name]) => slice.tools[name]?.mode)
      return {
        scope,
        text: entry?.scopes[scope] ?? scope,
        tools: tools.map(([, tool]) => tool.title),
        changes: modes.length === 0 ? undefined : modes.includes('never') ? 'at_once' : 'asked',
        ticked: asked.length > 0 || modes.length === 0,
      }
    })
  return {
    integration,
    title: entry?.title ?? integration,
    scopes,
    withheld: asked.filter((scope) => !scopes.some((offered) => offered.scope === scope)),
  }
}
