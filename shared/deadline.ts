/** Settles with the work or, at the signal, without it: what ignores its signal can't hold the call. */
export function withDeadline<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    // Also when nobody waits any more: a failure that nobody hears is logged with its words.
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
