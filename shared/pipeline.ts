/**
 * A call, top to bottom. A missing scope is answered before, at the HTTP level (`endpoint.ts`,
 * with `missingScopes` from here), because it is an HTTP 403 and the MCP SDK comes after it.
 * Every refusal is audited like a success.
 */
import { runWrite, approvalResult, approvalTool } from './approval.ts'
import type { Answers, Questions } from './ask.ts'
import { callRow, factsOf, type EndedCall, type Facts, type Notes } from './call-row.ts'
import type { BurstLimit } from './burst.ts'
import type { Caller, EndpointEnv } from './caller.ts'
import { ToolError } from './errors.ts'
import { asToolError } from './failures.ts'
import type { HubApi } from './hub.ts'
import type { Integration } from './integration.ts'
import { outsideLimits } from './policy-limits.ts'
import { spendQuota } from './quota.ts'
import { runRead } from './read.ts'
import { renderError, type CallResult } from './render.ts'
import { listFieldOf, type BoundCall, type Limits, type Tool, type ToolContext } from './tool.ts'
import type { AuditTrail } from './trail.ts'

/** What an endpoint holds for every call: made once in an isolate or Session object. */
export interface Shell {
  readonly integration: Integration
  readonly tools: ReadonlyMap<string, Tool>
  readonly env: EndpointEnv
  readonly hub: HubApi
  /** The canonical resource URL, `https://…/mcp`: the audience of every token. */
  readonly resource: string
  readonly burst: BurstLimit
  readonly trail: AuditTrail
}

/** What one message brings along. */
export interface CallIo {
  readonly caller: Caller
  readonly signal: AbortSignal
  waitUntil(promise: Promise<unknown>): void
  /** Sends a progress notification, when the client asked for them. */
  progress?(done: number, total: number | undefined, message: string | undefined): void
  /** The approval a client comes back for after it was sent to the link. */
  readonly resume?: string
  /** What the person has answered so far to what this call asked. */
  readonly answers?: Answers
}

export interface CallOutcome {
  /** With `approval` or `questions`: for a client that can't be sent there or can't ask. */
  readonly result: CallResult
  /** Set when a person has to decide: where, and about what. A client that can open links is sent there. */
  readonly approval?: { readonly id: string; readonly url: string; readonly summary: string }
  /** Set when the call needs a person's answers; the client asks, and the call starts again with them. */
  readonly questions?: Questions
}

/** Runs one tool call. Never throws: each failure is an answer. */
export async function callTool(
  shell: Shell,
  io: CallIo,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<CallOutcome> {
  let bound: BoundCall | undefined
  const parse = (tool: Tool) => {
    const { cursor: _, ...rest } = args
    bound = tool.bind(listFieldOf(tool.output) === undefined ? args : rest)
    return bound.input
  }
  try {
    return await governed(shell, io, { name, args, parse }, async (ctx, notes, tool) => {
      if (!bound) throw new ToolError('internal', 'The call was not parsed.')
      if (name === approvalTool(shell.integration)?.name)
        return approvalResult(shell, io, bound.input, notes)
      if (tool.effect !== 'read') return runWrite(shell, io, ctx, tool, bound, notes)
      return runRead(shell, io, ctx, tool, bound, args.cursor, notes)
    })
  } catch (error) {
    return { result: renderError(asToolError(error, io.signal)) }
  }
}

export interface GovernedCall {
  /** The tool as the client spelt it, or what it named in place of one. */
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  /** Parses the arguments once the scope is known to suffice. @throws ToolError `invalid_input` */
  parse(tool: Tool): Readonly<Record<string, unknown>>
  /** What to say when there is no such tool. */
  readonly unknown?: string
}

/**
 * The governed frame around whatever is done in a tool's name: a call of it, or reading a resource
 * by it. It goes on after its client has gone, to its end or its abort, so that it is on record.
 * @throws ToolError
 */
export function governed<T>(
  shell: Shell,
  io: CallIo,
  call: GovernedCall,
  run: (ctx: ToolContext, notes: Notes, tool: Tool) => Promise<T>,
): Promise<T> {
  const work = inFrame(shell, io, call, run)
  io.waitUntil(work.catch(() => undefined))
  return work
}

async function inFrame<T>(
  shell: Shell,
  io: CallIo,
  call: GovernedCall,
  run: (ctx: ToolContext, notes: Notes, tool: Tool) => Promise<T>,
): Promise<T> {
  const startedAt = Date.now()
  const notes: Notes = { facts: {}, outcome: 'ok', errorCode: '', approvalId: '' }
  const tool = shell.tools.get(call.name)
  const audit = (answer: unknown) =>
    onRecord(shell, io, { ...call, ...notes, startedAt, tool, answer })
  try {
    if (!tool)
      throw new ToolError(
        'not_found',
        call.unknown ??
          `There is no tool ${JSON.stringify(call.name.slice(0, 64))}. List the tools to see what there is.`,
      )
    if (!io.caller.scopes.includes(tool.scope))
      throw new ToolError(
        'forbidden',
        `This connection lacks the scope ${tool.scope}. Reconnect and grant it.`,
      )
    const input = call.parse(tool)
    const limits = allowedLimits(shell, io.caller, tool, input)
    await withinBurst(shell, io.caller, startedAt)
    await spendQuota(shell, io.caller, tool, startedAt)
    const ctx = toolContext(shell, io, {
      callId: crypto.randomUUID(),
      limits,
      facts: notes.facts,
      deadlineMs: tool.deadlineMs,
    })
    const answer = await run(ctx, notes, tool)
    audit(answer)
    return answer
  } catch (thrown) {
    const error = asToolError(thrown, io.signal)
    Object.assign(notes.facts, factsOf(error.details))
    notes.outcome = refusals.has(error.code) ? 'refused' : 'failed'
    notes.errorCode = error.code
    audit(undefined)
    throw error
  }
}

/** Puts a call or a refusal on record, once its answer has left: what follows at once still delays it. */
export function onRecord(shell: Shell, io: CallIo, call: Omit<EndedCall, 'endedAt'>): void {
  const ended = { ...call, facts: { ...call.facts }, endedAt: Date.now() }
  const sequence = shell.trail.next() // at once, so that a row lost on its way is a gap
  const answered = new Promise((resolve) => setTimeout(resolve, 0))
  io.waitUntil(answered.then(() => shell.trail.add(callRow(shell, io.caller, ended), sequence, io)))
}

const refusals = new Set(['invalid_input', 'not_found', 'forbidden', 'quota_exceeded'])

/** The scopes a message needs when its token lacks one: the whole list for the step-up challenge, else undefined. */
export function missingScopes(
  shell: Shell,
  caller: Caller,
  tool: Tool | undefined,
): string[] | undefined {
  if (!tool || !mayUse(shell, caller, tool.name) || caller.scopes.includes(tool.scope))
    return undefined
  return [...new Set([...caller.scopes, tool.scope])]
}

/** Whether policy lets this person use the tool at all (argument limits and quotas aside). */
export function mayUse(shell: Shell, caller: Caller, name: string): boolean {
  const allowed = caller.slice.tools
  if (Object.hasOwn(allowed, name)) return true
  if (name !== approvalTool(shell.integration)?.name) return false
  return shell.integration.tools.some(
    (tool) => tool.effect !== 'read' && Object.hasOwn(allowed, tool.name),
  )
}

/** Policy: the tool for this person, then its arguments. @throws ToolError `forbidden` */
function allowedLimits(
  shell: Shell,
  caller: Caller,
  tool: Tool,
  input: Readonly<Record<string, unknown>>,
): Limits {
  if (!mayUse(shell, caller, tool.name)) {
    const off = caller.slice.off.includes(tool.name)
    throw new ToolError(
      'forbidden',
      off
        ? `${tool.name} is switched off by an administrator for now.`
        : `Policy does not let ${caller.principal.email} use ${tool.name}. An administrator of Gatehouse can change that.`,
    )
  }
  const limits = caller.slice.tools[tool.name]?.limits ?? {}
  const outside = outsideLimits(shell.integration, limits, input)
  if (outside) throw new ToolError('forbidden', outside)
  return limits
}

/** @throws ToolError `quota_exceeded` */
async function withinBurst(shell: Shell, caller: Caller, now: number): Promise<void> {
  const waitMs = await shell.burst.take(caller.principal.userId, now, shell.env.BURST)
  if (waitMs > 0)
    throw new ToolError('quota_exceeded', 'Too many calls in a short time.', {
      retryAfterSeconds: waitMs / 1000,
      details: { quota: 'burst' },
    })
}

interface ContextParts {
  readonly callId: string
  readonly limits: Limits
  readonly facts: Facts
  readonly deadlineMs: number
}

/** The author's view of a call; its signal ends at the deadline or with the client. */
export function toolContext(
  shell: Shell,
  io: Pick<CallIo, 'caller' | 'signal' | 'progress'>,
  parts: ContextParts,
): ToolContext {
  return {
    principal: io.caller.principal,
    callId: parts.callId,
    limits: parts.limits,
    signal: AbortSignal.any([io.signal, AbortSignal.timeout(parts.deadlineMs)]),
    env: shell.env,
    cursor: undefined,
    progress(done, total, message) {
      io.progress?.(done, total, message)
    },
    log(more) {
      Object.assign(parts.facts, factsOf(more))
    },
  }
}
