/**
 * Remembers answers for a short while in this isolate, counted from the moment of asking. It keeps
 * values, never promises: one request must not wait for another's I/O in workerd.
 */
export class Remembered<T> {
  readonly #entries = new Map<string, { readonly askedAt: number; readonly value: T }>()
  readonly #maxAgeMs: number
  readonly #maxEntries: number

  constructor(maxAgeMs: number, maxEntries = 10_000) {
    this.#maxAgeMs = maxAgeMs
    this.#maxEntries = maxEntries
  }

  /** The value, at most `maxAgeMs` old; `ask` is called when there is none. */
  async get(key: string, ask: () => Promise<T>): Promise<T> {
    const now = Date.now()
    const known = this.#entries.get(key)
    if (known && now - known.askedAt < this.#maxAgeMs) return known.value
    const value = await ask()
    // Re-inserting moves the key to the end, so the first key is always the oldest.
    this.#entries.delete(key)
    this.#entries.set(key, { askedAt: now, value })
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) break
      this.#entries.delete(oldest)
    }
    return value
  }

  forget(key: string): void {
    this.#entries.delete(key)
  }
}
