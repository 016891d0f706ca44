/** Stops asking an upstream that doesn't answer, and finds out when it does again. Pure: time is an argument. */

/** What one request said of the upstream. `unclear`: nothing (the caller went away). */
export type Health = 'up' | 'down' | 'limited' | 'unclear'

const failuresToOpen = 5
const firstPauseMs = 5_000
const longestPauseMs = 60_000

export class Breaker {
  private failures = 0
  private pauseMs = firstPauseMs
  /** When it opened and until when nothing is tried; undefined while closed. */
  private open: { since: number; until: number } | undefined
  private probing = false

  /** Since when it has been down, while it is. */
  get downSince(): number | undefined {
    return this.open?.since
  }

  /** `no` until the pause is over, then `probe` for one request, `wait` while that is under way. */
  state(now: number): 'go' | 'no' | 'probe' | 'wait' {
    if (!this.open) return 'go'
    if (now < this.open.until) return 'no'
    return this.probing ? 'wait' : 'probe'
  }

  /** When the next attempt is made, while it is down. */
  get until(): number | undefined {
    return this.open?.until
  }

  /** The request that tries whether it is back. */
  probe(): void {
    this.probing = true
  }

  report(now: number, health: Health, probe: boolean): void {
    if (probe) this.probing = false
    if (health === 'unclear') return
    if (health !== 'down') {
      this.failures = 0
      this.pauseMs = firstPauseMs
      this.open = undefined
      return
    }
    if (this.open) {
      if (!probe) return // sent before it opened: no news
      this.pauseMs = Math.min(this.pauseMs * 2, longestPauseMs)
      this.open = { since: this.open.since, until: now + this.pauseMs }
      return
    }
    this.failures += 1
    if (this.failures >= failuresToOpen) this.open = { since: now, until: now + this.pauseMs }
  }
}
