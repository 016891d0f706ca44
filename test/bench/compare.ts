/** Targets side by side in one run: each round calls every target in turn, so a drifting machine drifts for all. */
import { openCaller, type Caller, type Target } from './target.ts'

export interface Row {
  readonly label: string
  readonly clients: number
  readonly p50: number
  readonly p99: number
  /** Median over the rounds of this target's p50 against the first target's of the same round. */
  readonly ratio: number
  /** The same against each target, by its label. */
  readonly ratios: Readonly<Record<string, number>>
  readonly tokens: number
}

export interface Plan {
  readonly targets: readonly Target[]
  readonly clients: number
  readonly rounds: number
  readonly calls: number
  readonly warmUp: number
}

/** The first target is the base of the ratios. */
export async function compare(plan: Plan): Promise<Row[]> {
  const opened = await Promise.all(
    plan.targets.map(async (target) => ({
      target,
      callers: await Promise.all(Array.from({ length: plan.clients }, () => openCaller(target))),
      rounds: [] as Round[],
    })),
  )
  for (const { callers } of opened) await load(callers, plan.warmUp)
  for (let round = 0; round < plan.rounds; round++) {
    const order = round % 2 === 0 ? opened : [...opened].reverse()
    for (const one of order) one.rounds.push(await load(one.callers, plan.calls))
  }
  const against = (rounds: readonly Round[], base: readonly Round[]) =>
    median(rounds.map((r, i) => r.p50 / (base[i]?.p50 ?? Number.NaN)))
  for (const { callers } of opened) for (const caller of callers) caller.close()
  return opened.map(({ target, rounds }) => ({
    label: target.label,
    clients: plan.clients,
    p50: median(rounds.map((r) => r.p50)),
    p99: median(rounds.map((r) => r.p99)),
    ratio: against(rounds, opened[0]?.rounds ?? []),
    ratios: Object.fromEntries(
      opened.map((other) => [other.target.label, against(rounds, other.rounds)]),
    ),
    tokens: Math.round(median(rounds.map((r) => r.chars)) / 4),
  }))
}

interface Round {
  readonly p50: number
  readonly p99: number
  readonly chars: number
}

async function load(callers: readonly Caller[], calls: number): Promise<Round> {
  const times: number[] = []
  let chars = 0
  let left = calls
  await Promise.all(
    callers.map(async (caller) => {
      while (left-- > 0) {
        const answer = await caller.call()
        times.push(answer.ms)
        chars = answer.chars
      }
    }),
  )
  times.sort((a, b) => a - b)
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), chars }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
