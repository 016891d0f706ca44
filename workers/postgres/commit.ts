import { OutcomeUnknown, ToolError } from '../../shared/errors.ts'
import { readOne } from './database.ts'
import type { Access } from './databases.ts'
import { failure, isServerError } from './failures.ts'
import type { Transaction } from './transaction.ts'

/** How often, and how long apart, the server is asked what became of a commit. */
const inquiries = 3
const inquiryMs = 4_000
const pauseMs = 1_000

/**
 * Commits, and when the answer is lost, asks the server by the transaction's number what became
 * of it (`pg_xact_status`), on another connection.
 * @throws ToolError when it was certainly not committed
 * @throws OutcomeUnknown when nobody can say
 */
export async function commit(transaction: Transaction, access: Access): Promise<void> {
  const { rows } = await transaction.run({ text: 'SELECT pg_current_xact_id()::text' })
  const number = rows[0]![0]!
  let lost: unknown
  try {
    if (await transaction.commit()) return
    throw notCommitted()
  } catch (error) {
    if (error instanceof ToolError) throw error
    if (isServerError(error) && isAnswer(error.code)) throw failure(error, access)
    lost = error
  }
  for (let inquiry = 0; inquiry < inquiries; inquiry += 1) {
    const status = await statusOf(access, number)
    if (status === 'committed') return
    if (status === 'aborted') throw notCommitted()
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  throw new OutcomeUnknown(
    `Whether the change was committed could not be learned. A person with access to ${access.id} can ask: SELECT pg_xact_status('${number}').`,
    { cause: lost, details: { transaction: number } },
  )
}

const notCommitted = (): ToolError =>
  new ToolError('upstream_rejected', 'The database did not commit, so nothing was changed.')

/** These classes end a session without saying what became of its commit: connection, operator, system, internal. */
const isAnswer = (sqlstate: string): boolean => !/^(?:08|57|58|XX)/.test(sqlstate)

/** undefined: not (yet) known. */
async function statusOf(access: Access, number: string): Promise<string | undefined> {
  try {
    const asked = { ...access, signal: AbortSignal.timeout(inquiryMs) }
    const { rows } = await readOne(asked, {
      text: 'SELECT pg_xact_status($1::xid8)',
      parameters: [number],
    })
    return rows[0]?.[0] ?? undefined
  } catch {
    return undefined
  }
}
