import type { Caller } from './caller.ts'
import { argumentsHash } from './hash.ts'
import type { Shell } from './pipeline.ts'
import { redactArguments, redactText } from './redact.ts'
import type { Tool } from './tool.ts'
import type { NewAuditEvent } from './trail.ts'

/** Facts gathered while a call runs, for its audit row. */
export type Facts = Record<string, string | number | boolean>

/**
 * What an author says of a call or an error, for its audit row (redacted as it is built). The
 * approval's id and a status in words are for the shell to say.
 */
export function factsOf(values: Readonly<Record<string, unknown>>): Facts {
  const facts: Facts = {}
  for (const [key, value] of Object.entries(values)) {
    if (key === 'approval_id') continue
    if (typeof value === 'boolean' || (typeof value === 'string' && key !== 'status'))
      facts[key] = value
    if (typeof value === 'number' && Number.isFinite(value)) facts[key] = value
  }
  return facts
}

export interface EndedCall {
  readonly startedAt: number
  readonly endedAt: number
  /** As the client spelt it; only a known tool's own name is stored as such. */
  readonly name: string
  readonly tool: Tool | undefined
  readonly args: Readonly<Record<string, unknown>>
  readonly facts: Facts
  readonly answer: unknown
  readonly outcome: string
  readonly errorCode: string
}

/** The audit row of a call or a refusal. Built after the answer has left. */
export function callRow(shell: Shell, caller: Caller, call: EndedCall): NewAuditEvent {
  const { approval_id: approvalId, ...facts } = call.facts
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
    facts: redacted(facts),
    responseBytes: call.answer === undefined ? 0 : sizeOf(call.answer),
    durationMs: Math.max(0, call.endedAt - call.startedAt),
    approvalId: typeof approvalId === 'string' ? approvalId.slice(0, 64) : '',
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
