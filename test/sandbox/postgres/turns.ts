import { setTimeout as wait } from 'node:timers/promises'

/** Too many wait already, or this one waited too long. */
export class NoTurn extends Error {}

/** Lets one in at a time, in the order of asking; the queue is bounded in length and in time. */
export class Turns {
  readonly #maxWaiting: number
  readonly #maxWaitMs: number
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(maxWaiting: number, maxWaitMs: number) {
    this.#maxWaiting = maxWaiting
    this.#maxWaitMs = maxWaitMs
  }

  /** @returns a function that ends the turn. @throws NoTurn */
  async take(): Promise<() => void> {
    if (this.#waiting >= this.#maxWaiting) throw new NoTurn()
    const before = this.#last
    const { promise, resolve: end } = Promise.withResolvers<void>()
    this.#last = before.then(() => promise)
    this.#waiting += 1
    const late = new AbortController()
    try {
      const inTime = await Promise.race([
        before.then(() => true),
        wait(this.#maxWaitMs, false, { signal: late.signal }),
      ])
      if (inTime) return end
      end() // gives the turn up before it came
      throw new NoTurn()
    } finally {
      this.#waiting -= 1
      late.abort()
    }
  }
}
