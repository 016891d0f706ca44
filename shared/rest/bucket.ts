/** A token bucket: `perSecond` in the long run, `burst` after a pause. Pure: time is an argument. */
export class Bucket {
  private tokens = Number.POSITIVE_INFINITY // full at first, whatever the burst
  private at = 0

  /** Takes tokens if there are so many, and `keep` besides. */
  take(now: number, perSecond: number, burst: number, count = 1, keep = 0): boolean {
    this.fill(now, perSecond, burst)
    if (this.tokens < count + keep) return false
    this.tokens -= count
    return true
  }

  /** Milliseconds until there is a token. */
  waitMs(now: number, perSecond: number, burst: number): number {
    this.fill(now, perSecond, burst)
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) / perSecond) * 1000)
  }

  private fill(now: number, perSecond: number, burst: number): void {
    const gained = (Math.max(0, now - this.at) / 1000) * perSecond
    this.tokens = Math.min(burst, this.tokens + gained)
    this.at = now
  }
}
