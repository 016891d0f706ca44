import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless'
import { ToolError } from '../../shared/errors.ts'
import { boundedFetch, type FetchOptions } from './answer-limit.ts'
import type { Access } from './databases.ts'
import { failure, isLoginRefused, isUnreached } from './failures.ts'
import { settings, type Statement } from './session.ts'

/** A statement's result with every value as PostgreSQL's text. */
export interface Result {
  readonly fields: readonly Field[]
  readonly rows: readonly (readonly (string | null)[])[]
}
export interface Field {
  readonly name: string
  /** OID of its type. A domain comes as the type below it. */
  readonly dataTypeID: number
}

/** Values stay text: JavaScript's numbers and dates can't hold all of PostgreSQL's. */
export const rawTypes = { getTypeParser: () => (text: string) => text }

neonConfig.fetchFunction = boundedFetch

/** How long before a read that got no answer is sent once more. */
const retryAfterMs = 250

/**
 * Runs statements as one read-only transaction in one HTTP request, as the caller's role.
 * @param prefixLength characters that we put before the caller's own statement, for error positions
 * @returns a result for each statement
 * @throws ToolError in our words
 */
export async function read(
  access: Access,
  statements: readonly Statement[],
  prefixLength = 0,
): Promise<readonly Result[]> {
  try {
    return await withEitherLogin(access, (url) =>
      retriedOnce(access, () => batch(access, url, statements)),
    )
  } catch (error) {
    throw access.signal.aborted ? access.signal.reason : failure(error, access, prefixLength)
  }
}

/** `read` of a single statement. */
export async function readOne(access: Access, statement: Statement): Promise<Result> {
  const [result] = await read(access, [statement])
  return result!
}

async function batch(
  access: Access,
  url: string,
  statements: readonly Statement[],
): Promise<readonly Result[]> {
  const sql = neon(url, {
    arrayMode: true,
    fullResults: true,
    readOnly: true,
    isolationLevel: 'RepeatableRead',
    fetchOptions: { signal: access.signal, network: access.network } satisfies FetchOptions,
  })
  const queries = [settings(access), ...statements].map(({ text, parameters }) =>
    sql.query(text, [...(parameters ?? [])], { types: rawTypes }),
  )
  try {
    const [, ...results] = await sql.transaction(queries)
    return results
  } catch (error) {
    // The driver wraps what our own fetch throws.
    if (error instanceof NeonDbError && error.sourceError instanceof ToolError)
      throw error.sourceError
    throw error
  }
}

/** During a rotation one of two connection strings is refused; which one worked is on record. */
export async function withEitherLogin<T>(
  access: Access,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const [current, other] = access.urls
  try {
    return await work(current!)
  } catch (error) {
    if (other === undefined || !isLoginRefused(error)) throw error
    access.log({ credential: `${access.secret}_NEXT` })
    return work(other)
  }
}

/** Once more when no answer came. Only a read may be repeated, and the server's own refusals are not. */
async function retriedOnce<T>({ signal }: Access, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (signal.aborted || !isUnreached(error)) throw error
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs))
    signal.throwIfAborted()
    return work()
  }
}
