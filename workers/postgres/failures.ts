import * as z from 'zod'
import { ToolError, type ErrorCode } from '../../shared/errors.ts'
import { answerTooLarge } from './answer-limit.ts'
import type { Access } from './databases.ts'

/** An error of the server, as both drivers spell it. */
export interface ServerError {
  readonly code: string
  readonly message: string
  /** Character in the statement, from 1, as a decimal text. */
  readonly position?: string | undefined
  readonly constraint?: string | undefined
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sqlState = /^[0-9A-Z]{5}$/

export function isServerError(error: unknown): error is ServerError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    sqlState.test(error.code)
  )
}

/**
 * The login was refused: the other connection string may still be good. Nothing has run. Neon's
 * proxy checks passwords itself and sends no SQLSTATE (proxy/src/auth).
 */
export const isLoginRefused = (error: unknown): boolean =>
  isServerError(error)
    ? error.code.startsWith('28')
    : error instanceof Error && error.message.startsWith('password authentication failed')

/** Neon's proxy gives up on an answer beyond 10 MiB, like `boundedFetch`. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Server error (HTTP status 507)')

/**
 * No answer came: the connection failed, or Neon's proxy could not wake a compute that was asleep.
 * 08: connection, 57P03: still starting up.
 */
export const isUnreached = (error: unknown): boolean =>
  isServerError(error)
    ? error.code.startsWith('08') || error.code === '57P03'
    : error instanceof Error &&
      !isTooLarge(error) &&
      /^(?:Error connecting to database|Server error \(HTTP status 5)/.test(error.message)

interface Words {
  readonly code: ErrorCode
  readonly message: string
  readonly retryAfterSeconds?: number
}

const unavailable = (message: string, retryAfterSeconds = 5): Words => ({
  code: 'upstream_unavailable',
  message,
  retryAfterSeconds,
})
const rejected = (message: string): Words => ({ code: 'upstream_rejected', message })

/** In our words, by SQLSTATE or by its class: what the model can do about it. */
const words: Readonly<Record<string, (access: Access) => Words>> = {
  '57014': ({ timeoutMs }) =>
    rejected(
      `The statement ran longer than the ${timeoutMs / 1000} seconds allowed and was stopped. Narrow it: a shorter period, fewer joins, a condition on an indexed column.`,
    ),
  '25006': () => ({
    code: 'forbidden',
    message: 'This tool only reads, and the statement would have changed something.',
  }),
  '55P03': () =>
    unavailable('Somebody else holds a lock that this needs, and it was not released within 3 s.'),
  '40': () => unavailable('Another transaction changed the same rows at the same time.'),
  '23': () =>
    rejected('The change would violate a constraint of the table, so nothing was changed.'),
  '0A': () => rejected('The database does not support this statement.'),
  '54': () => rejected('The statement is too large or too complex for the database.'),
  '53': () => unavailable('The database has no room for this right now.', 30),
  '57': () => unavailable('The database is shutting down or starting up.', 10),
  '08': () => unavailable('The connection to the database broke.'),
  '28': ({ secret }) => ({
    code: 'misconfigured',
    message: `The database refuses the login in the secret ${secret}. Tell the administrator; trying again won't help.`,
  }),
  '3D': ({ secret }) => ({
    code: 'misconfigured',
    message: `The database named in the secret ${secret} does not exist. Tell the administrator; trying again won't help.`,
  }),
}

/**
 * A failure of the database for the model. The server's own message is shown for the classes 22
 * (data exception) and 42 (syntax, names, grants) alone: it is about the caller's own statement.
 * @param prefixLength characters that we put before the caller's statement
 */
export function failure(error: unknown, access: Access, prefixLength = 0): ToolError {
  if (error instanceof ToolError) return error
  if (isLoginRefused(error)) return refusal(words['28']!(access), { login: 'refused' })
  if (isTooLarge(error)) return answerTooLarge()
  if (!isServerError(error) && isOurs(error))
    return new ToolError(
      'internal',
      "Gatehouse could not make sense of the database's answer. It is on record; tell the administrator the time of the call.",
      { cause: error, details: { error: nameOf(error) } },
    )
  if (!isServerError(error))
    return new ToolError(
      'upstream_unavailable',
      `The database ${access.id} could not be reached. Try again in a few seconds; if it stays so, tell ${access.owner}.`,
      { cause: error, retryAfterSeconds: 5, details: { error: nameOf(error) } },
    )
  const { code: sqlstate } = error
  const details = { sqlstate }
  const known =
    roleProblem(error, access) ?? (words[sqlstate] ?? words[sqlstate.slice(0, 2)])?.(access)
  if (known) return refusal({ ...known, message: known.message + constraintOf(error) }, details)
  if (sqlstate === '42501')
    return new ToolError(
      'forbidden',
      `The database refused: ${said(error)}. The role ${access.role} lacks the grant; ${access.owner} can change that.`,
      { details },
    )
  if (/^(?:22|42)/.test(sqlstate))
    return new ToolError(
      'invalid_input',
      `The database refused: ${said(error)}${at(error, prefixLength)}. Correct the statement and call again.`,
      { details },
    )
  return new ToolError(
    'upstream_rejected',
    `The database refused the statement (SQLSTATE ${sqlstate}).`,
    { details },
  )
}

const refusal = (
  { code, message, retryAfterSeconds }: Words,
  details: Readonly<Record<string, string>>,
): ToolError =>
  new ToolError(code, message, {
    details,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  })

/** The first statement of ours sets the role: it fails when the role isn't there or isn't granted to the login. */
function roleProblem({ code, message }: ServerError, { role }: Access): Words | undefined {
  if (code !== '22023' && code !== '42501') return undefined
  if (!message.includes(`role "${role}"`)) return undefined
  return {
    code: 'misconfigured',
    message: `The database has no role ${role} that this endpoint may take. Tell the administrator to run roles.sql; trying again won't help.`,
  }
}

/** The server's message in one bounded line. */
export const said = ({ message }: ServerError): string =>
  message.replaceAll(/\s+/g, ' ').trim().slice(0, 300).toWellFormed().replace(/\.$/, '')

function at({ position }: ServerError, prefixLength: number): string {
  const character = Number(position) - prefixLength
  return Number.isInteger(character) && character > 0 ? `, at character ${character}` : ''
}

/** A constraint's name says which rule it is, and a name is no text of a row. */
const constraintOf = ({ code, constraint }: ServerError): string =>
  code.startsWith('23') && constraint !== undefined && /^\w{1,63}$/.test(constraint)
    ? ` Constraint: ${constraint}.`
    : ''

/** A bug of ours or an answer of another shape: trying again won't help. */
const isOurs = (error: unknown): boolean =>
  error instanceof z.ZodError ||
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof SyntaxError

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)
