/**
 * Durations are kept in steps that grow by a tenth, so that counts of many days and integrations
 * add up and a percentile of them is off by at most 5 %.
 */
const growth = Math.log(1.1)

/** The step a duration falls into: 0 below half a millisecond. */
export const latencyStep = (ms: number): number =>
  Math.round(Math.log(Math.max(ms, 0) + 1) / growth)

/** The duration in the middle of a step, in milliseconds. */
export const latencyOf = (step: number): number => Math.exp(step * growth) - 1

/** The duration that `share` (0.5, 0.95) of the calls stay below; undefined without calls. */
export function percentile(counts: ReadonlyMap<number, number>, share: number): number | undefined {
  const steps = [...counts].sort(([a], [b]) => a - b)
  const total = steps.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [step, count] of steps) {
    seen += count
    if (seen >= total * share) return latencyOf(step)
  }
  return undefined
}
