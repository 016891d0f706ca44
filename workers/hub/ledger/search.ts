import { utcDay, type LedgerRow } from '../../../shared/ledger.ts'
import type { HubEnv } from '../env.ts'
import type { Before, Filter } from './filter.ts'
import { ledgerIndex, type Listed } from './ledger-index.ts'
import { percentile } from './latency.ts'

export interface Search {
  readonly from: number
  /** Not included. */
  readonly to: number
  readonly integration?: string
  readonly filter: Filter
}

/** The place of a row in the order that a search shows: newest first, then by integration. */
export interface Place {
  readonly arrivedAt: number
  readonly ledger: string
  readonly seq: number
}

type Env = Pick<HubEnv, 'LEDGER' | 'LEDGER_INDEX'>

/** The newest rows, `limit` at most, older than `after`; `next` is where the following page begins. */
export async function searchRows(
  env: Env,
  search: Search,
  limit: number,
  after?: Place,
): Promise<{ readonly rows: LedgerRow[]; readonly next?: Place }> {
  const days = Map.groupBy(await ledgersOf(env, search), ({ day }) => day)
  const found: LedgerRow[] = []
  // A day's rows are all newer than those of the day before, so it need not be asked for more.
  for (const day of [...days.keys()].sort().reverse()) {
    const pages = await Promise.all(
      (days.get(day) ?? []).map(async ({ ledger }) =>
        env.LEDGER.getByName(ledger).newest(within(search), before(ledger, after), limit + 1),
      ),
    )
    found.push(...pages.flat().sort(byPlace))
    if (found.length > limit) break
  }
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return found.length > limit && last ? { rows, next: placeOf(last) } : { rows }
}

export const placeOf = ({ arrivedAt, ledger, seq }: LedgerRow): Place => ({
  arrivedAt,
  ledger,
  seq,
})

const byPlace = (a: LedgerRow, b: LedgerRow): number =>
  b.arrivedAt - a.arrivedAt || (a.ledger < b.ledger ? -1 : a.ledger > b.ledger ? 1 : b.seq - a.seq)

/** What of one ledger comes after a place in that order. */
function before(ledger: string, after: Place | undefined): Before {
  if (!after) return {}
  if (ledger === after.ledger) return { arrivedAt: after.arrivedAt, seq: after.seq }
  return { arrivedAt: ledger > after.ledger ? after.arrivedAt : after.arrivedAt - 1 }
}

/** What happened in one slice of time. Percentiles in milliseconds, of calls that ran. */
export interface Slice {
  readonly at: number
  readonly calls: number
  readonly refused: number
  readonly failed: number
  readonly proposed: number
  readonly approved: number
  readonly denied: number
  readonly p50: number | undefined
  readonly p95: number | undefined
}

/** The search's time in slices of a length that gives about fifty. */
export async function slicesOf(
  env: Env,
  search: Search,
): Promise<{ sliceMs: number; slices: Slice[] }> {
  const sliceMs = sliceLength(search.to - search.from)
  const from = Math.floor(search.from / sliceMs) * sliceMs
  const counted = await Promise.all(
    (await ledgersOf(env, search)).map(async ({ ledger }) =>
      env.LEDGER.getByName(ledger).counts(within(search), from, sliceMs),
    ),
  )
  const bySlice = Map.groupBy(counted.flat(), ({ slice }) => slice)
  const count = Math.ceil((search.to - from) / sliceMs)
  const slices = Array.from({ length: count }, (_, i): Slice => {
    const counts = bySlice.get(i) ?? []
    const sum = (wanted: (one: (typeof counts)[number]) => boolean) =>
      counts.filter(wanted).reduce((total, { count: n }) => total + n, 0)
    const decided = (outcome: string) =>
      sum((one) => one.kind === 'decision' && one.outcome === outcome)
    const latencies = new Map<number, number>()
    for (const { kind, outcome, latency, count: n } of counts)
      if (kind === 'call' && outcome !== 'refused')
        latencies.set(latency, (latencies.get(latency) ?? 0) + n)
    return {
      at: from + i * sliceMs,
      calls: sum(({ kind }) => kind === 'call'),
      refused: sum(({ kind, outcome }) => kind === 'call' && outcome === 'refused'),
      failed: sum(({ kind, outcome }) => kind === 'call' && outcome === 'failed'),
      proposed: sum(({ kind }) => kind === 'proposal'),
      approved: decided('approved'),
      denied: decided('denied'),
      p50: percentile(latencies, 0.5),
      p95: percentile(latencies, 0.95),
    }
  })
  return { sliceMs, slices }
}

const minute = 60_000
const lengths = [1, 5, 15, 30, 60, 180, 360, 720, 1_440].map((minutes) => minutes * minute)
const sliceLength = (span: number): number =>
  lengths.find((ms) => span / ms <= 50) ?? 1_440 * minute

const ledgersOf = async (env: Env, { from, to, integration }: Search): Promise<Listed[]> =>
  (await ledgerIndex(env as HubEnv).list(utcDay(from), utcDay(to - 1), integration)).filter(
    ({ erasedAt }) => erasedAt === null,
  )

const within = ({ filter, from, to }: Search): Filter => ({ ...filter, from, to })
