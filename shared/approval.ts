/**
 * The write half of the pipeline: policy asked afresh, the preview, the proposal, and (once a
 * person has decided, or where policy says `never`) the run. The hub holds the states and the
 * single lease; this side never runs a write without it.
 */
import * as z from 'zod'
import { envelopeOf } from './approval-envelope.ts'
import { fitToBudget } from './budget.ts'
import { factsOf, type Notes } from './call-row.ts'
import { withDeadline } from './deadline.ts'
import { OutcomeUnknown, ToolError } from './errors.ts'
import { nameOf } from './failures.ts'
import { argumentsHash } from './hash.ts'
import { ApprovalAnswer, ApprovalStatus, WriteVerdict, parseRpc, type Outcome } from './hub.ts'
import type { Integration } from './integration.ts'
import { toolContext, type CallIo, type CallOutcome, type Shell } from './pipeline.ts'
import { renderAnswer } from './render.ts'
import { listFieldOf, defineTool, type BoundCall, type Tool, type ToolContext } from './tool.ts'
import { visibleValue } from './visible.ts'

const tools = new WeakMap<Integration, Tool>()
const never = () => Promise.reject(new Error('The shell answers this tool itself.'))
const longestWaitSeconds = 50
/** How long the hub may take to judge or record a write, beside the wait for a person. */
const hubDeadlineMs = 15_000

/** `get_<integration>_approval_result`, which every endpoint with writes has; undefined for one without. */
export function approvalTool(integration: Integration): Tool | undefined {
  const write = integration.tools.find((tool) => tool.effect !== 'read')
  if (!write) return undefined
  const known = tools.get(integration)
  if (known) return known
  const tool = defineTool({
    name: `get_${integration.id}_approval_result`,
    title: `Get ${integration.title} approval result`,
    description: `Result of a proposed ${integration.title} change. Waits for the person's decision; an approved change runs now, once.`,
    scope: write.scope,
    effect: 'update',
    input: z.object({
      approval_id: z.uuid(),
      wait_seconds: z.number().int().min(0).max(longestWaitSeconds).default(longestWaitSeconds),
    }),
    output: z.looseObject({}),
    trusted: false,
    preview: never,
    run: never,
  })
  tools.set(integration, tool)
  return tool
}

/** A write tool's call: checked, previewed, proposed; run at once only where policy asks nobody. */
export async function runWrite(
  shell: Shell,
  io: CallIo,
  ctx: ToolContext,
  tool: Tool,
  bound: BoundCall,
  notes: Notes,
): Promise<CallOutcome> {
  if (io.resume !== undefined) return redeemed(shell, io, io.resume, longestWaitSeconds, notes)
  const { resource, hub } = shell
  const { token } = io.caller
  const args = { ...bound.input }
  const verdict = parseRpc(
    WriteVerdict,
    await asked(hub.checkWrite(resource, token, { tool: tool.name, args })),
  )
  if (!verdict.allowed)
    throw new ToolError('forbidden', verdict.reason, { details: { rule: verdict.rule ?? '' } })
  const preview = visibleValue(
    await withDeadline(bound.preview({ ...ctx, limits: verdict.limits }), ctx.signal),
  )
  const proposal = {
    id: ctx.callId,
    tool: tool.name,
    args,
    argumentsHash: argumentsHash(args),
    preview,
    country: io.caller.country,
    workerVersion: shell.env.VERSION?.id ?? '',
  }
  return settled(
    shell,
    io,
    parseRpc(ApprovalAnswer, await asked(hub.propose(resource, token, proposal))),
    notes,
  )
}

/** The approval result tool: waits for the decision and runs what was approved. */
export async function approvalResult(
  shell: Shell,
  io: CallIo,
  input: Readonly<Record<string, unknown>>,
  notes: Notes,
): Promise<CallOutcome> {
  return redeemed(shell, io, String(input.approval_id), Number(input.wait_seconds), notes)
}

async function redeemed(
  shell: Shell,
  io: CallIo,
  id: string,
  waitSeconds: number,
  notes: Notes,
): Promise<CallOutcome> {
  notes.approvalId = id
  const waitMs = waitSeconds * 1000
  const raw = await asked(shell.hub.redeem(shell.resource, io.caller.token, id, waitMs), waitMs)
  if (raw === null)
    throw new ToolError(
      'not_found',
      'There is no approval of this id among those this connection asked for.',
    )
  return settled(shell, io, parseRpc(ApprovalAnswer, raw), notes)
}

async function settled(
  shell: Shell,
  io: CallIo,
  answer: ApprovalAnswer,
  notes: Notes,
): Promise<CallOutcome> {
  const { status, run, refused } = answer
  notes.approvalId = status.id
  if (refused) throw new ToolError(refused.code, refused.message)
  if (run) return outcomeOf(shell, await execute(shell, io, status, run, notes), notes)
  const outcome = outcomeOf(shell, status, notes)
  if (status.state !== 'proposed') return outcome
  return { ...outcome, approval: { id: status.id, url: status.url, summary: status.summary } }
}

/** Runs an approved call under its lease, client or no client. Whatever may have reached the upstream ends as done, failed or unknown. */
async function execute(
  shell: Shell,
  io: CallIo,
  status: ApprovalStatus,
  run: NonNullable<ApprovalAnswer['run']>,
  notes: Notes,
): Promise<ApprovalStatus> {
  const startedAt = Date.now()
  const lost = new AbortController()
  const beat = setInterval(() => {
    const kept = shell.hub.heartbeat(shell.resource, status.id, run.lease)
    void kept.then(
      (still) => still || lost.abort(),
      () => undefined,
    )
  }, run.leaseMs / 3)
  const outcome: Outcome = { id: status.id, lease: run.lease, state: 'unknown', durationMs: 0 }
  try {
    const tool = shell.tools.get(status.tool)
    if (!tool)
      throw new ToolError(
        'internal',
        'The tool of this approval is not part of this version of the endpoint.',
      )
    const bound = tool.bind(run.args)
    const ctx = toolContext(
      shell,
      { caller: io.caller, signal: lost.signal },
      { callId: status.id, limits: run.limits, facts: notes.facts, deadlineMs: tool.deadlineMs },
    )
    const result = await withDeadline(bound.run(ctx, { preview: run.preview }), ctx.signal)
    const fitted = fitToBudget(visibleValue(result), listFieldOf(tool.output))
    outcome.result =
      fitted.kept === undefined ? fitted.answer : { ...fitted.answer, truncated: true }
    outcome.state = 'done'
  } catch (thrown) {
    // Only an author's ToolError says that the upstream did not take it; anything else leaves it open.
    if (thrown instanceof ToolError) {
      outcome.state = 'failed'
      outcome.error = { code: thrown.code, message: thrown.message }
      Object.assign(notes.facts, factsOf(thrown.details))
    } else {
      notes.facts.error = nameOf(thrown)
      if (thrown instanceof OutcomeUnknown) {
        outcome.error = { code: 'upstream_unavailable', message: thrown.howToFindOut }
        Object.assign(notes.facts, factsOf(thrown.details))
      }
    }
  } finally {
    clearInterval(beat)
  }
  outcome.durationMs = Date.now() - startedAt
  return finished(shell, status, outcome)
}

/** Tells the hub how it ended, three times if need be. Without an answer the lease lapses there into `unknown`. */
async function finished(
  shell: Shell,
  status: ApprovalStatus,
  outcome: Outcome,
): Promise<ApprovalStatus> {
  for (const pauseMs of [200, 1_000, 0]) {
    try {
      return parseRpc(ApprovalStatus, await shell.hub.finish(shell.resource, outcome))
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  const note = `As far as this endpoint saw it, it ended as ${outcome.state}. The hub could not be told, so it is on record as unknown.`
  return {
    ...status,
    state: 'unknown',
    note,
    ...(outcome.result && { result: outcome.result }),
    ...(outcome.error && { error: outcome.error }),
  }
}

function outcomeOf(shell: Shell, status: ApprovalStatus, notes: Notes): CallOutcome {
  const envelope = envelopeOf(status, approvalTool(shell.integration)?.name ?? '')
  notes.outcome = envelope.status
  notes.errorCode = status.error?.code ?? ''
  // The summary names things of the system behind, and a note is a person's: data, like the result.
  const frame = { source: shell.integration.title, boundary: crypto.randomUUID().slice(-12) }
  return { result: renderAnswer(visibleValue(envelope), frame) }
}

/**
 * The hub must answer before a write goes on.
 * @param waitMs how long it was asked to wait for a person
 * @throws ToolError when it can't be asked: nothing has been changed then
 */
async function asked<T>(call: Promise<T>, waitMs = 0): Promise<T> {
  try {
    return await withDeadline(call, AbortSignal.timeout(waitMs + hubDeadlineMs))
  } catch (cause) {
    throw new ToolError(
      'upstream_unavailable',
      'The hub could not decide or record this write, so nothing was changed. Try again in a minute.',
      { cause, details: { hub: 'unavailable' } },
    )
  }
}
