/**
 * The audit event as a Workers Analytics Engine data point, one a call, for charts and questions
 * at scale. It is sampled and forgotten after three months, so the ledger is the record.
 *
 * Limits of the vendor, kept here by construction: 20 blobs of 16 KB together, 20 doubles, one
 * index of 96 bytes.
 */
import type { AuditEvent } from './audit.ts'

/** The dataset in wrangler.toml, and the table in SQL. */
export const dataset = 'gatehouse_audit'

/**
 * The layout: `blob1` is the first, and so on. Columns are only ever added at the end, because
 * three months of points keep the meaning they were written with. The number is the most bytes
 * (UTF-8) a column may take; together they stay below 16 KB.
 */
const blobs = [
  ['kind', 32],
  ['integration', 64],
  ['tool', 128],
  ['effect', 16],
  ['user', 320],
  ['client', 1_024],
  ['outcome', 32],
  ['errorCode', 64],
  ['approvalId', 64],
  ['argumentsHash', 64],
  ['country', 8],
  ['workerVersion', 64],
  ['policyVersion', 64],
  ['rule', 128],
  ['id', 64],
  ['isolate', 36],
  ['arguments', 4_200],
  ['facts', 2_048],
] as const
const doubles = ['durationMs', 'responseBytes', 'at', 'sequence', 'rows', 'truncated'] as const

export type Column = (typeof blobs)[number][0] | (typeof doubles)[number]

/** The name a column has in SQL, for example `blob3` for `tool`. */
export function sqlColumn(column: Column): string {
  const blob = blobs.findIndex(([name]) => name === column)
  return blob >= 0 ? `blob${blob + 1}` : `double${doubles.findIndex((name) => name === column) + 1}`
}

/** Every column with its name in SQL, for the documentation and the queries. */
export const columns: readonly { readonly column: Column; readonly sql: string }[] = [
  ...blobs.map(([column]) => column),
  ...doubles,
].map((column) => ({ column, sql: sqlColumn(column) }))

export interface DataPoint {
  readonly indexes: [string]
  readonly blobs: string[]
  readonly doubles: number[]
}

/** The event in the layout above. Pure; too long values are cut at a character, never refused. */
export function toDataPoint(event: AuditEvent): DataPoint {
  const { rule, rows, items, truncated } = event.facts
  const texts: Record<(typeof blobs)[number][0], string> = {
    ...event,
    rule: typeof rule === 'string' ? rule : '',
    facts: JSON.stringify(event.facts),
  }
  const numbers: Record<(typeof doubles)[number], number> = {
    ...event,
    rows: firstNumber(rows, items),
    truncated: truncated === true ? 1 : 0,
  }
  return {
    indexes: [cutBytes(indexOf(event), 96)],
    blobs: blobs.map(([name, bytes]) => cutBytes(texts[name], bytes)),
    doubles: doubles.map((name) => numbers[name]),
  }
}

/**
 * Sampling keeps about as many points of each index value as of any other. Tool and outcome
 * together make a few hundred values: a rare refusal or write is kept whole beside a tool that
 * answers a thousand times a second. A name that no tool has (effect `none`) is a caller's
 * invention and would make values without end, so it counts as one.
 */
function indexOf({ kind, integration, tool, effect, outcome }: AuditEvent): string {
  return `${integration}/${effect === 'none' ? kind : tool}/${outcome}`
}

const firstNumber = (...values: unknown[]): number =>
  values.find((value) => typeof value === 'number') ?? 0

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** At most so many bytes of UTF-8, never half a character. */
function cutBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text
  const encoded = encoder.encode(text)
  if (encoded.length <= bytes) return text
  let end = bytes
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--
  return decoder.decode(encoded.subarray(0, end))
}

/** Writes one point. Never throws: statistics may be lost, a call may not. */
export function writeAuditPoint(
  dataset: Pick<AnalyticsEngineDataset, 'writeDataPoint'>,
  event: AuditEvent,
): void {
  try {
    dataset.writeDataPoint(toDataPoint(event))
  } catch (error) {
    console.warn('audit: the data point was not written', error instanceof Error ? error.name : '')
  }
}
