import { ToolError } from './errors.ts'

/** Any thrown thing as the model may see it: our own errors as they are, the rest without a word of theirs. */
export function asToolError(thrown: unknown, clientSignal: AbortSignal): ToolError {
  if (thrown instanceof ToolError) return thrown
  const named = nameOf(thrown)
  const details = { error: named }
  if (clientSignal.aborted)
    return new ToolError(
      'upstream_unavailable',
      'The client went away before the answer was there.',
      { details },
    )
  if (named === 'TimeoutError' || named === 'AbortError')
    return new ToolError(
      'upstream_unavailable',
      'The system behind did not answer within the time allowed. Ask for less, or try again later.',
      { details },
    )
  console.error('call failed:', named, framesOf(thrown))
  return new ToolError(
    'internal',
    'Gatehouse could not complete the call. It is on record; tell the administrator the time of the call.',
    { details },
  )
}

/** The name of an error's class. An upstream may have made the error, so only what can be one. */
export function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown
  return /^\w{1,64}$/.test(thrown.name) ? thrown.name : 'Error'
}

/** Where an error was thrown: the stack without the message, which may hold an upstream's words over several lines. */
function framesOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  const { stack = '', message } = thrown
  const after = stack.indexOf(message) + message.length
  return stack
    .slice(after)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .join(' ')
}
