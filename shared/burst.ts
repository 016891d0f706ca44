/** One window of a person's calls in this isolate. */
interface Window {
  startedAt: number
  count: number
}

/** People whose calls are counted in one isolate at a time. */
const keptWindows = 10_000

/** The Rate Limiting binding, counted at Cloudflare's location rather than in one isolate. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>
}

/**
 * The burst limit of one isolate. It counts in memory, which costs nothing, and asks the Rate
 * Limiting binding only once a person has used half of the limit here: awaiting the binding at
 * every call more than doubles the cost of a small call.
 */
export class BurstLimit {
  readonly #limit: number
  readonly #windowMs: number
  readonly #windows = new Map<string, Window>()

  constructor(limit: number, windowMs: number) {
    this.#limit = limit
    this.#windowMs = windowMs
  }

  /** @returns 0 when the call may go on, else after how many milliseconds it may. */
  async take(key: string, now: number, limiter: RateLimiter): Promise<number> {
    let window = this.#windows.get(key)
    if (!window || now - window.startedAt >= this.#windowMs) {
      window = { startedAt: now, count: 0 }
      this.#windows.delete(key)
      this.#windows.set(key, window) // at the end: the first is the oldest, most likely over
      for (const oldest of this.#windows.keys()) {
        if (this.#windows.size <= keptWindows) break
        this.#windows.delete(oldest)
      }
    }
    window.count++
    const waitMs = window.startedAt + this.#windowMs - now
    if (window.count > this.#limit) return waitMs
    if (window.count * 2 <= this.#limit) return 0
    // Without the binding's word the count of this isolate has to do.
    const { success } = await limiter.limit({ key }).catch(() => ({ success: true }))
    return success ? 0 : waitMs
  }
}
