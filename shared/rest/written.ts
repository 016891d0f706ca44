import { OutcomeUnknown, ToolError } from '../errors.ts'
import type { Asked } from './verdict.ts'

/** Calls in which something may have been written, known by their signal, and where to look for it. */
const written = new WeakMap<AbortSignal, string>()

/**
 * Runs one request of a call. A `ToolError` says that nothing was done, and the shell believes it;
 * so once a write of the same call went through, a later failure is an `OutcomeUnknown` as well.
 */
export async function remembering<T>(
  signal: AbortSignal,
  { safe, howToFindOut }: Pick<Asked, 'safe' | 'howToFindOut'>,
  send: () => Promise<T>,
): Promise<T> {
  try {
    const answer = await send()
    if (!safe) written.set(signal, howToFindOut)
    return answer
  } catch (error) {
    if (!safe && error instanceof OutcomeUnknown) written.set(signal, howToFindOut)
    const before = written.get(signal)
    if (before === undefined || !(error instanceof ToolError)) throw error
    const { code, details } = error
    throw new OutcomeUnknown(before, {
      details: { ...details, afterWrite: true, code },
      cause: error,
    })
  }
}
