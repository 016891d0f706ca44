const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** “3 hours ago”; pages show it beside the exact time in UTC. @param at milliseconds since 1970 */
export function ago(at: number, now: number): string {
  for (const [unit, ms] of units)
    if (Math.abs(now - at) >= ms) return words.format(Math.round((at - now) / ms), unit)
  return 'just now'
}
