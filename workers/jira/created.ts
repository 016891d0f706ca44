/**
 * Jira's search lags behind what was just made. An isolate remembers what it made a moment ago
 * and asks Jira to look at it directly (`reconcileIssues`). Best effort: another isolate doesn't
 * know, and finds the issue a little later.
 */
const keepMs = 60_000
const most = 50 // Jira takes no more in one search

export class JustCreated {
  readonly #at = new Map<number, number>()

  add(id: string, nowMs: number): void {
    const number = Number(id)
    if (Number.isSafeInteger(number)) this.#at.set(number, nowMs)
  }

  /** Ids of the last minute, the newest first. */
  ids(nowMs: number): number[] {
    for (const [id, at] of this.#at) if (nowMs - at > keepMs) this.#at.delete(id)
    return [...this.#at.keys()].reverse().slice(0, most)
  }
}

export const justCreated = new JustCreated()
