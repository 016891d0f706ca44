import type { Slice } from '../ledger/search.ts'
import { number } from './shown.tsx'

interface Series {
  readonly name: string
  /** The class of its colour. */
  readonly look: string
  readonly of: (slice: Slice) => number | undefined
}
const bars: readonly Series[] = [
  { name: 'answered', look: 'ok', of: ({ calls, refused, failed }) => calls - refused - failed },
  { name: 'refused', look: 'warn', of: ({ refused }) => refused },
  { name: 'failed', look: 'bad', of: ({ failed }) => failed },
]
const approvals: readonly Series[] = [
  { name: 'approved', look: 'ok', of: ({ approved }) => approved },
  {
    name: 'open or ended',
    look: 'warn',
    of: ({ proposed, approved, denied }) => Math.max(0, proposed - approved - denied),
  },
  { name: 'denied', look: 'bad', of: ({ denied }) => denied },
]
const lines: readonly Series[] = [
  { name: 'half of the calls below', look: '1', of: ({ p50 }) => p50 },
  { name: '95 % below', look: '2', of: ({ p95 }) => p95 },
]

const width = 400
const height = 150
const left = 58
const bottom = 24
const top = 8
const plotWidth = width - left - 4
const plotHeight = height - top - bottom

interface ChartsProps {
  readonly slices: readonly Slice[]
  readonly sliceMs: number
}

/** Calls, approvals and latency over time, drawn on the server; the same numbers as a table below. */
export function Charts({ slices, sliceMs }: ChartsProps) {
  return (
    <>
      <div class="charts">
        <Chart title="Calls" slices={slices} sliceMs={sliceMs} series={bars} />
        <Chart title="Approvals" slices={slices} sliceMs={sliceMs} series={approvals} />
        <Chart title="Latency" slices={slices} sliceMs={sliceMs} series={lines} unit="ms" />
      </div>
      <Numbers slices={slices} sliceMs={sliceMs} />
    </>
  )
}

interface ChartProps extends ChartsProps {
  readonly title: string
  readonly series: readonly Series[]
  /** Set for lines; bars count. */
  readonly unit?: 'ms'
}

function Chart({ title, slices, sliceMs, series, unit }: ChartProps) {
  const total = (slice: Slice) =>
    unit
      ? Math.max(...series.map(({ of }) => of(slice) ?? 0))
      : series.reduce((sum, { of }) => sum + (of(slice) ?? 0), 0)
  const highest = Math.max(...slices.map(total), 0)
  const ceiling = niceCeiling(highest)
  const all = slices.reduce((sum, slice) => sum + total(slice), 0)
  const summary = unit
    ? `${title}: up to ${number(Math.round(highest))} ms for 95 % of the calls.`
    : `${title}: ${series.map(({ name, of }) => `${number(slices.reduce((sum, slice) => sum + (of(slice) ?? 0), 0))} ${name}`).join(', ')}.`
  return (
    <section class="card">
      <h3>
        {title}
        {!unit && <span class="soft"> {number(all)}</span>}
      </h3>
      <p class="legend">
        {series.map(({ name, look }) => (
          <span class={`k-${look === '1' ? 'ok' : look === '2' ? 'warn' : look}`}>{name}</span>
        ))}
      </p>
      <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary}>
        {[0, 0.5, 1].map((share) => (
          <>
            <line class="axis" x1={left} x2={width - 4} y1={y(share)} y2={y(share)} />
            <text x={left - 6} y={y(share) + 4} text-anchor="end">
              {label(ceiling * share, unit)}
            </text>
          </>
        ))}
        {unit
          ? series.map((one) => <Line slices={slices} series={one} ceiling={ceiling} />)
          : slices.map((slice, i) => (
              <Bar slice={slice} at={i} of={slices.length} series={series} ceiling={ceiling} />
            ))}
        <text x={left} y={height - 6}>
          {tick(slices[0]?.at ?? 0, sliceMs)}
        </text>
        <text x={width - 4} y={height - 6} text-anchor="end">
          {tick((slices.at(-1)?.at ?? 0) + sliceMs, sliceMs)} UTC
        </text>
      </svg>
    </section>
  )
}

function Bar({
  slice,
  at,
  of,
  series,
  ceiling,
}: {
  slice: Slice
  at: number
  of: number
  series: readonly Series[]
  ceiling: number
}) {
  const step = plotWidth / of
  let below = 0
  return (
    <>
      {series.map((one) => {
        const value = one.of(slice) ?? 0
        if (value === 0) return null
        const from = below
        below += value
        const [high, low] = [y(below / ceiling), y(from / ceiling)]
        return (
          <rect
            class={`c-${one.look}`}
            x={round(left + at * step + step * 0.1)}
            width={round(Math.max(step * 0.8, 1))}
            y={round(high)}
            height={round(Math.max(low - high, 1))}
          />
        )
      })}
    </>
  )
}

/** A line that breaks where nothing was measured; a lonely point is a dot. */
function Line({
  slices,
  series,
  ceiling,
}: {
  slices: readonly Slice[]
  series: Series
  ceiling: number
}) {
  const step = plotWidth / slices.length
  const points = slices.map((slice, i) => {
    const value = series.of(slice)
    return value === undefined
      ? undefined
      : ([round(left + (i + 0.5) * step), round(y(value / ceiling))] as const)
  })
  const path = points
    .map((point, i) => (point ? `${points[i - 1] ? 'L' : 'M'}${point[0]} ${point[1]}` : ''))
    .join('')
  const lonely = points.filter((point, i) => point && !points[i - 1] && !points[i + 1])
  return (
    <>
      {path && <path class={`l-${series.look}`} d={path} />}
      {lonely.map(
        (point) =>
          point && <circle class={`dot-${series.look}`} cx={point[0]} cy={point[1]} r="2.5" />,
      )}
    </>
  )
}

function Numbers({ slices, sliceMs }: ChartsProps) {
  const busy = slices.filter(
    ({ calls, proposed, approved, denied }) => calls + proposed + approved + denied > 0,
  )
  return (
    <details>
      <summary>The same as numbers</summary>
      <div class="scroll" tabindex={0} role="region" aria-label="Numbers over time">
        <table class="dense">
          <thead>
            <tr>
              {[
                'From (UTC)',
                'Calls',
                'Refused',
                'Failed',
                'Proposed',
                'Approved',
                'Denied',
                'Half below',
                '95 % below',
              ].map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {busy.map(({ at, calls, refused, failed, proposed, approved, denied, p50, p95 }) => (
              <tr>
                <th scope="row">{new Date(at).toISOString().slice(0, 16).replace('T', ' ')}</th>
                {[calls, refused, failed, proposed, approved, denied].map((value) => (
                  <td>{number(value)}</td>
                ))}
                {[p50, p95].map((value) => (
                  <td>{value === undefined ? '–' : label(value, 'ms')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <small>
          In steps of {sliceMs / 60_000} minutes, by the time of arrival; steps without anything are
          left out. Latencies are exact to 5 %.
        </small>
      </p>
    </details>
  )
}

const y = (share: number): number => top + plotHeight * (1 - share)
const round = (value: number): number => Math.round(value * 10) / 10

/** 1, 2 or 5 times a power of ten, at least as high. */
function niceCeiling(value: number): number {
  if (value <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= value) ?? value
}

function label(value: number, unit?: 'ms'): string {
  if (unit !== 'ms') return value >= 1_000 ? `${round(value / 1_000)}k` : String(round(value))
  return value >= 1_000
    ? `${round(value / 1_000)} s`
    : `${value < 10 ? round(value) : Math.round(value)} ms`
}

const tick = (at: number, sliceMs: number): string => {
  const iso = new Date(at).toISOString()
  return sliceMs >= 86_400_000 ? iso.slice(5, 10) : iso.slice(5, 16).replace('T', ' ')
}
