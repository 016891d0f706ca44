import { OutcomeUnknown, ToolError } from '../../../shared/errors.ts'
import type { ToolContext } from '../../../shared/tool.ts'

/** One tool call. @param user whose turn it is at the Upstream object */
export function callOf(env: object, user = 'ada@example.com') {
  const facts: Record<string, unknown> = {}
  const abort = new AbortController()
  const ctx: ToolContext = {
    principal: { userId: user, email: user, name: 'Ada', groups: [], clientId: 'test' },
    callId: crypto.randomUUID(),
    limits: {},
    signal: abort.signal,
    env,
    cursor: undefined,
    progress: () => {},
    log: (more) => void Object.assign(facts, more),
  }
  return { ctx, facts, abort }
}

/** `ok`, an error's code, or `unknown`; anything else is thrown on. */
export async function outcomeOf(running: Promise<unknown>): Promise<string> {
  try {
    await running
    return 'ok'
  } catch (error) {
    if (error instanceof ToolError) return error.code
    if (error instanceof OutcomeUnknown) return 'unknown'
    throw error
  }
}
