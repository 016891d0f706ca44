/** When to try again: pure; the clock and the dice come in as arguments. */

export const maxAttempts = 3
/** Longer waits are the model's to decide on, not a call's to sit through. */
const patienceMs = 8_000
const firstPauseMs = 250

/** `retry-after` in milliseconds from now (RFC 9110, 10.2.3: seconds or a date); undefined when absent or senseless. */
export function retryAfterMs(value: string | null, nowMs: number): number | undefined {
  const text = value?.trim()
  if (!text) return undefined
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 86_400_000) : undefined
}

/**
 * The pause before the next attempt, or undefined to give up. What the upstream asks for is a
 * lower bound; otherwise pauses double, each drawn from its whole range so that callers spread.
 * @param random in [0, 1)
 */
export function pauseMs(
  attempt: number,
  askedMs: number | undefined,
  random: number,
): number | undefined {
  if (attempt >= maxAttempts) return undefined
  const range = firstPauseMs * 2 ** (attempt - 1)
  const ms = askedMs === undefined ? range * (0.5 + random / 2) : askedMs + range * random
  return ms > patienceMs ? undefined : ms
}

/** @throws the signal's reason when it ends the wait. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end)
      resolve()
    }, ms)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
