import { ToolError } from '../../../shared/errors.ts'
import { guardQuery, guardWrite } from '../../../workers/postgres/guard/guard.ts'
import type { GuardOptions } from '../../../workers/postgres/guard/guarded.ts'
import './parser-in-node.ts'

/** What the guard says to a query: `null` when it lets it pass, else its message. Any other error escapes. */
export async function objection(sql: string, options?: GuardOptions): Promise<string | null> {
  return message(() => guardQuery(sql, options))
}

/** The same for a write. */
export async function writeObjection(sql: string, options?: GuardOptions): Promise<string | null> {
  return message(() => guardWrite(sql, options))
}

async function message(judge: () => Promise<unknown>): Promise<string | null> {
  try {
    await judge()
    return null
  } catch (error) {
    if (error instanceof ToolError && error.code === 'invalid_input') return error.message
    throw error
  }
}

/** Those of the statements that the guard doesn't refuse, or only because they are no SQL at all. */
export async function passing(statements: Iterable<string>): Promise<string[]> {
  const passed: string[] = []
  for (const sql of statements) {
    const message = await objection(sql)
    if (message === null || message.includes('not valid SQL')) passed.push(sql)
  }
  return passed
}
