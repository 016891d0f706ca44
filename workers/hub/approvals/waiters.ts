/** At one approval, and altogether: more than so many are answered at once instead of waiting. */
const perApproval = 20
const altogether = 1_000

/** Those who wait for an approval to move. Waiting holds nothing but memory, and each wait ends by itself. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>()
  #count = 0

  /** Resolves when the approval moves or the time is over, whichever comes first. */
  async wait(id: string, ms: number): Promise<void> {
    const here = this.#waiting.get(id) ?? new Set()
    if (here.size >= perApproval || this.#count >= altogether || ms <= 0) return
    this.#waiting.set(id, here)
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        if (!here.delete(done)) return
        this.#count--
        if (here.size === 0 && this.#waiting.get(id) === here) this.#waiting.delete(id)
        resolve()
      }
      const timer = setTimeout(done, ms)
      here.add(done)
      this.#count++
    })
  }

  /** How many wait for this approval. */
  at(id: string): number {
    return this.#waiting.get(id)?.size ?? 0
  }

  /** Lets everybody who waits for this approval go. */
  wake(id: string): void {
    for (const done of this.#waiting.get(id) ?? []) done()
  }
}
