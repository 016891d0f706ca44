import { canonicalJson } from '../../../shared/hash.ts'
import type { HubEnv } from '../env.ts'
import type { Filter } from './filter.ts'
import { ledgerIndex } from './ledger-index.ts'

/** Which days, of which integration or all; with a filter, chosen rows instead of whole days. */
export interface Range {
  readonly fromDay: string
  readonly toDay: string
  readonly integration?: string
  readonly filter?: Filter
}

/** The range as NDJSON, ledger by ledger, read while the receiver takes it: any size in constant memory. */
export function exportLedgers(
  env: Pick<HubEnv, 'LEDGER' | 'LEDGER_INDEX'>,
  range: Range,
): ReadableStream<Uint8Array> {
  const chunks = chunksOf(env, range)
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value.map((line) => `${line}\n`).join('')))
    },
    async cancel() {
      await chunks.return(undefined)
    },
  })
}

async function* chunksOf(
  env: Pick<HubEnv, 'LEDGER' | 'LEDGER_INDEX'>,
  { fromDay, toDay, integration, filter }: Range,
): AsyncGenerator<string[], undefined> {
  if (filter) yield [canonicalJson({ type: 'selection', filter: JSON.stringify(filter) })]
  const listed = await ledgerIndex(env as HubEnv).list(fromDay, toDay, integration)
  for (const { ledger, erasedAt, head, rows } of listed) {
    if (erasedAt !== null) {
      if (!filter) yield [canonicalJson({ type: 'erased', ledger, rows, head })]
      continue
    }
    const object = env.LEDGER.getByName(ledger)
    const opening = await object.opening()
    if (!opening) continue
    if (!filter) yield [canonicalJson(opening)]
    // The head is taken first and the rows only up to it, because more may arrive meanwhile.
    const end = await object.head()
    if (!end) continue
    let after = 0
    while (after < end.rows) {
      const page = await object.lines(after, filter)
      if (page.lines.length === 0) break
      yield page.lines.slice(0, filter ? undefined : end.rows - after)
      after = page.last
    }
    if (!filter) yield [canonicalJson(end)]
  }
  return undefined
}
