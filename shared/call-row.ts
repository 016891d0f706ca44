import type { Caller } from './caller.ts'
import { argumentsHash } from './hash.ts'
import type { Shell } from './pipeline.ts'
import { redactArguments, redactText } from './redact.ts'
import type { Tool } from './tool.ts'
import type { NewAuditEvent } from './trail.ts'

/** Facts gathered while a call runs, for its audit row. */
export type Facts = Record<string, string | number | boolean>

/** What a call leaves for its audit row while it runs: the author's facts and the shell's own word. */
export interface Notes {
  readonly facts: Facts
  /** `ok`, or the state that a write or a question ended in. */
  outcome: string
  /** A code of the shell, or ''. */
  errorCode: string
  /** Or ''. */
  approvalId: string
}

/** What can be on record of what an author says of a call or an error; it is redacted as the row is built. */
export function factsOf(values: Readonly<Record<string, unknown>>): Facts {
  const facts: Facts = {}
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'boolean' || typeof value === 'string') facts[key] = value
    if (typeof value === 'number' && Number.isFinite(value)) facts[key] = value
  }
  return facts
}

export interface EndedCall extends Readonly<Notes> {
  readonly startedAt: number
  readonly endedAt: number
  /** As the client spelt it; only a known tool's own name is stored as such. */
  readonly name: string
  readonly tool: Tool | undefined
  readonly args: Readonly<Record<string, unknown>>
  readonly answer: unknown
}

/** The audit row of a call or a refusal. Built after the answer has left. */
export function callRow(shell: Shell, caller: Caller, call: EndedCall): NewAuditEvent {
  return {
    id: crypto.randomUUID(),
    kind: 'call',
    at: call.startedAt,
    user: caller.principal.email,
    client: caller.principal.clientId,
    integration: shell.integration.id,
    tool: call.tool?.name ?? redactArguments({ unknown: call.name.slice(0, 64) }).slice(0, 120),
    effect: call.tool?.effect ?? 'none',
    arguments: redactArguments(call.args),
    argumentsHash: hashOf(call.args),
    outcome: call.outcome,
    errorCode: call.errorCode,
    facts: redacted(call.facts),
    responseBytes: call.answer === undefined ? 0 : sizeOf(call.answer),
    durationMs: Math.max(0, call.endedAt - call.startedAt),
    approvalId: call.approvalId.slice(0, 64),
    country: caller.country,
    workerVersion: shell.env.VERSION?.id ?? '',
    policyVersion: caller.slice.version,
  }
}

/** A fact's name is an author's; its text may be an upstream's. A person's answers were redacted as they came. */
const redacted = (facts: Facts): Facts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'string' && name !== 'answers' ? redactText(fact, 500) : fact,
    ]),
  )

/** Characters of the answer's text, the nearest thing to bytes that costs nothing. */
function sizeOf(answer: unknown): number {
  if (typeof answer === 'string') return answer.length
  const outcome = { ...(answer as object) } as {
    result?: { content?: readonly { text?: string }[] }
  }
  return outcome.result?.content?.[0]?.text?.length ?? 0
}

/** Arguments that JSON can't spell canonically were refused before; their row has no hash. */
function hashOf(args: unknown): string {
  try {
    return argumentsHash(args)
  } catch {
    return ''
  }
}
