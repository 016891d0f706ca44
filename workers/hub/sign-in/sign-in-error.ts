/** Why nobody was signed in. The page has our words for each; `message` is for the log. */
export type SignInProblem =
  /** The provider can't be reached or is overloaded. */
  | 'unavailable'
  /** The provider itself said no, or the person turned back there. */
  | 'declined'
  /** The answer belongs to no sign-in that this browser began. */
  | 'not_started_here'
  /** The answer does not prove who it is: wrong issuer, nonce, audience, signature or time. */
  | 'not_verified'
  /** The provider does not vouch for the e-mail address. */
  | 'email_unverified'
  /** The address is of a domain that this hub does not let in. */
  | 'domain'

export class SignInError extends Error {
  override readonly name = 'SignInError'
  readonly problem: SignInProblem
  readonly retryAfterSeconds: number

  constructor(
    problem: SignInProblem,
    message: string,
    { cause, retryAfterSeconds = 30 }: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause })
    this.problem = problem
    this.retryAfterSeconds = retryAfterSeconds
  }
}
