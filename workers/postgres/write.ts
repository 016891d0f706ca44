import { ToolError } from '../../shared/errors.ts'
import type { Preview } from '../../shared/tool.ts'
import { commit } from './commit.ts'
import type { Access } from './databases.ts'
import { failure, isServerError } from './failures.ts'
import type { GuardedWrite } from './guard/guarded.ts'
import { runAndMeasure, type RowChange } from './row-change.ts'
import { forDecision, rowsElsewhere, shownRows, summaryOf, type ShownRows } from './shown-rows.ts'
import { connected, type Transaction } from './transaction.ts'
import { findTarget, type Target } from './write-target.ts'
import { generatedColumns, generatedIn, versionOf } from './write-version.ts'

/** A guarded statement, its text unchanged. */
export interface Write {
  readonly statement: string
  readonly guarded: GuardedWrite
}

/**
 * What the statement would change. It is run twice, each time rolled back: a column that comes out
 * differently gets its values when it runs (a sequence, now()), and nobody can be held to those.
 */
export async function previewWrite(access: Access, write: Write): Promise<Preview> {
  return connected(access, (transaction) =>
    inWords(access, async () => {
      const first = await attempt(transaction, access, write)
      if (first.change.rows === 0)
        throw new ToolError('invalid_input', 'This would change no row. Check the condition.')
      const { kind } = write.guarded
      if (kind !== 'delete') await transaction.rollback()
      const { target, change } =
        kind === 'delete' ? first : await attempt(transaction, access, write)
      const generated = generatedColumns(first.change, change)
      const version = await versionOf(change, generated)
      const shown = await shownRows(transaction, access, change)
      await transaction.rollback()
      return {
        summary: summaryOf(kind, access, target, change, generated),
        rows: { ...forDecision(shown, target, write.guarded), total: change.rows },
        target: { id: target.name, version },
        facts: { rows: change.rows, rows_elsewhere: rowsElsewhere(change) },
      }
    }),
  )
}

/**
 * Runs the approved statement and commits only if it does what was shown.
 * @throws ToolError `upstream_rejected` when it would do anything else: nothing is changed then
 * @throws OutcomeUnknown when the commit's answer is lost and nobody can say what became of it
 */
export async function runWrite(
  access: Access,
  write: Write,
  approved: NonNullable<Preview['target']>,
): Promise<{ target: Target; change: RowChange; shown: ShownRows }> {
  return connected(access, async (transaction) => {
    const done = await inWords(access, async () => {
      const { target, change } = await attempt(transaction, access, write)
      const version = await versionOf(change, generatedIn(approved.version))
      if (target.name !== approved.id || version !== approved.version) throw moved()
      return { target, change, shown: await shownRows(transaction, access, change) }
    })
    await commit(transaction, access)
    return done
  })
}

async function attempt(
  transaction: Transaction,
  access: Access,
  { guarded, statement }: Write,
): Promise<{ target: Target; change: RowChange }> {
  await transaction.begin()
  const target = await findTarget(transaction, access, guarded.table)
  const change = await runAndMeasure(transaction, access, target, guarded, statement)
  return { target, change }
}

const moved = (): ToolError =>
  new ToolError(
    'upstream_rejected',
    'The rows are not as they were when this was approved, or the statement would now write something else, so nothing was changed. Propose it again to see what it would do now.',
  )

/** Before the commit nothing is changed, so every failure is a plain refusal. */
async function inWords<T>(access: Access, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isServerError(error) && error.code === '40001') throw moved()
    if (!access.signal.aborted) throw failure(error, access)
    throw new ToolError(
      'upstream_unavailable',
      'The time allowed was over before the change was committed, so nothing was changed.',
    )
  }
}
