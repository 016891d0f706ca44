/** The read half of the pipeline: the position, the run, then what leaves: visible, within the budget, marked as data. */
import { InputNeeded, answersOnRecord, cannotAsk } from './ask.ts'
import { fitToBudget } from './budget.ts'
import type { Notes } from './call-row.ts'
import { openCursor, signCursor, type Position } from './cursor.ts'
import { withDeadline } from './deadline.ts'
import { ToolError } from './errors.ts'
import type { CallIo, CallOutcome, Shell } from './pipeline.ts'
import { outsideLimits } from './policy-limits.ts'
import {
  contentBlock,
  cursorArgument,
  renderAnswer,
  renderError,
  type CallResult,
  type Frame,
} from './render.ts'
import { keepAnswer } from './resources.ts'
import {
  Media,
  hasMedia,
  listFieldOf,
  type BoundCall,
  type Tool,
  type ToolContext,
} from './tool.ts'
import { mayHide, visibleValue } from './visible.ts'

/** 1 MB of bytes as base64, with what stands around them. */
const mostMediaChars = 1_400_000

/** A read tool's call: its answer, or what a person has to say first. */
export async function runRead(
  shell: Shell,
  io: CallIo,
  ctx: ToolContext,
  tool: Tool,
  bound: BoundCall,
  cursor: unknown,
  notes: Notes,
): Promise<CallOutcome> {
  if (!tool.asks) return { result: await read(shell, io, ctx, tool, bound, cursor, notes) }
  const { answers = {} } = io
  if (io.answers) notes.facts.answers = answersOnRecord(answers)
  // An answer is an argument that came later, so what policy says of arguments holds for it.
  for (const { content = {} } of Object.values(answers)) {
    const outside = outsideLimits(shell.integration, ctx.limits, content)
    if (outside) throw new ToolError('forbidden', outside)
  }
  try {
    return { result: await read(shell, io, { ...ctx, answers }, tool, bound, cursor, notes) }
  } catch (thrown) {
    if (!(thrown instanceof InputNeeded)) throw thrown
    notes.outcome = 'input_required'
    return { result: renderError(cannotAsk(thrown.questions)), questions: thrown.questions }
  }
}

async function read(
  shell: Shell,
  io: CallIo,
  ctx: Parameters<BoundCall['run']>[0],
  tool: Tool,
  bound: BoundCall,
  cursor: unknown,
  notes: Notes,
): Promise<CallResult> {
  const list = listFieldOf(tool.output)
  const binding = { userId: io.caller.principal.userId, tool: tool.name, args: bound.input }
  const position = await positionOf(shell, binding, cursor)
  const answer = await withDeadline(
    bound.run({ ...ctx, cursor: position.at ?? undefined }),
    ctx.signal,
  )
  const json = JSON.stringify(answer)
  const seen = tool.trusted || !mayHide(json) ? answer : visibleValue(answer)
  const frame = {
    source: tool.trusted ? undefined : shell.integration.title,
    boundary: crypto.randomUUID().slice(-12),
  }
  if (list === undefined) return renderWhole(shell, io, tool, seen, frame, notes)
  const items = (seen[list] as unknown[]).slice(position.skip)
  const whole = seen === answer && position.skip === 0
  const fitted = fitToBudget({ ...seen, [list]: items }, list, whole ? json.length : undefined)
  const next = nextPosition(position, fitted.kept, items.length, seen.cursor)
  notes.facts.items = fitted.kept ?? items.length
  notes.facts.truncated = next !== undefined
  const { cursor: _, ...rest } = fitted.answer
  const page = { ...rest, truncated: next !== undefined }
  return renderAnswer(
    next ? { ...page, cursor: await signCursor(shell.env.CURSOR_SECRET, binding, next) } : page,
    frame,
  )
}

/** An answer without a list: cut only where it must be, with the uncut one behind links. */
async function renderWhole(
  shell: Shell,
  io: CallIo,
  tool: Tool,
  answer: Record<string, unknown>,
  frame: Frame,
  notes: Notes,
): Promise<CallResult> {
  const { media, ...rest } = answer
  const shown = hasMedia(tool.output) ? rest : answer
  const shows = shown === rest ? Media.array().parse(media) : []
  if (JSON.stringify(shows).length > mostMediaChars)
    throw new ToolError('upstream_rejected', 'What is to be shown here is larger than 1 MB.')
  const fitted = fitToBudget(shown, undefined)
  if (fitted.clipped) notes.facts.truncated = true
  const parts = fitted.clipped ? await keepAnswer(shell, io, tool, JSON.stringify(shown)) : []
  const result = renderAnswer(fitted.answer, frame, parts)
  result.content.push(...shows.map(contentBlock))
  return result
}

/** @throws ToolError `invalid_input` */
async function positionOf(
  shell: Shell,
  binding: Parameters<typeof openCursor>[1],
  cursor: unknown,
): Promise<Position> {
  const given = cursorArgument.safeParse(cursor)
  if (!given.success)
    throw new ToolError('invalid_input', 'cursor: must be the cursor of an earlier answer.')
  return given.data === undefined
    ? { at: null, skip: 0 }
    : openCursor(shell.env.CURSOR_SECRET, binding, given.data)
}

/** A page cut to the budget goes on inside itself; a whole one where the tool said. */
function nextPosition(
  now: Position,
  kept: number | undefined,
  shown: number,
  toolCursor: unknown,
): Position | undefined {
  if (kept !== undefined && kept < shown) return { at: now.at, skip: now.skip + kept }
  return typeof toolCursor === 'string' ? { at: toolCursor, skip: 0 } : undefined
}
