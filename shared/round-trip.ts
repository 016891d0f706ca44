/**
 * A call that turns to its person on the way and comes back: at the approval's link, or with the
 * answers to a form. What it brings back is a signed state (`mcp.ts` signs it, and binds it to
 * person and client) and the client's responses.
 */
import * as z from 'zod'
import { Answer } from './ask.ts'
import { argumentsHash } from './hash.ts'
import type { CallIo } from './pipeline.ts'

const CallState = z.object({
  /** The tool and arguments it belongs to; with others it is worthless. */
  call: z.string(),
  approval: z.string().optional(),
  /** What was answered in earlier rounds. */
  answers: z.record(z.string(), Answer).optional(),
})
export type CallState = z.infer<typeof CallState>

export const stateOf = (name: string, args: unknown, kept: Omit<CallState, 'call'>): CallState => ({
  call: callHash(name, args),
  ...kept,
})

const callHash = (name: string, args: unknown) => argumentsHash([name, args])

/** What a call goes on with. undefined: the state is another call's. */
export function broughtBack(
  name: string,
  args: unknown,
  verified: unknown,
  responses: Readonly<Record<string, unknown>>,
): Pick<CallIo, 'resume' | 'answers'> | undefined {
  const state = verified === undefined ? undefined : CallState.safeParse(verified).data
  if (verified !== undefined && state?.call !== callHash(name, args)) return undefined
  if (state?.approval !== undefined) return { resume: state.approval }
  const answers = { ...state?.answers }
  for (const [key, response] of Object.entries(responses)) {
    const answer = Answer.safeParse(response)
    if (answer.success) answers[key] = answer.data // what is none leaves its question open
  }
  return { answers }
}

interface DeclaredCapabilities {
  readonly elicitation?: { readonly url?: unknown; readonly form?: unknown } | undefined
}

/** How a client can turn to its person. An `elicitation` that names no mode means forms (MCP 2025-11-25, elicitation). */
export function waysToAsk(declared: DeclaredCapabilities | undefined): {
  readonly link: boolean
  readonly form: boolean
} {
  const elicitation = declared?.elicitation
  const link = elicitation?.url !== undefined
  return { link, form: elicitation?.form !== undefined || (elicitation !== undefined && !link) }
}
