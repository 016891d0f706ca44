/**
 * The closed set of ways a tool call can fail. Authentication is not among them: 401 and 403
 * `insufficient_scope` are answered at the HTTP level, and waiting for a person is no error.
 */
export const errorCodes = [
  'invalid_input',
  'not_found',
  'forbidden',
  'quota_exceeded',
  'upstream_rejected',
  'upstream_unavailable',
  'misconfigured',
  'internal',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export interface ToolErrorOptions {
  /** For the audit row only, never for the model or a page: status, upstream code. Redacted before it is stored. */
  details?: Readonly<Record<string, unknown>>
  /** When the call may be tried again, in seconds from now. */
  retryAfterSeconds?: number
  cause?: unknown
}

/**
 * The one error an integration throws. `message` is in our own words, for the model, and says
 * what to do next; text from an upstream must never become part of it.
 */
export class ToolError extends Error {
  override readonly name = 'ToolError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/**
 * A write may have happened, and nobody here can know: the connection broke after the request had
 * left, or the upstream failed half-way. The shell ends the approval as `unknown` and never runs
 * it again. No `ToolError`, because those mean that nothing was done.
 */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
  /** For the model and the person, in our own words: where to look whether it happened. */
  readonly howToFindOut: string
  /** For the audit row only, like those of a `ToolError`. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(howToFindOut: string, options: Pick<ToolErrorOptions, 'details' | 'cause'> = {}) {
    super(
      `It may have happened. ${howToFindOut}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.howToFindOut = howToFindOut
    this.details = options.details ?? {}
  }
}
