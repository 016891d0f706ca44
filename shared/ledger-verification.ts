/**
 * Verifies an export of the ledger, line by line, in constant memory. It believes nothing but the
 * hashes: a line that isn't exactly its canonical JSON is refused, so not a byte can differ.
 */
import * as z from 'zod'
import { canonicalJson } from './hash.ts'
import { Erased, Head, LedgerRow, Opening, Selection, hashLine } from './ledger.ts'

const Line = z.discriminatedUnion('type', [Selection, Opening, LedgerRow, Head, Erased])

export interface Problem {
  /** The line of the file, counted from 1. */
  readonly line: number
  readonly ledger: string
  /** The row's own number, 0 for a line that is no row. */
  readonly seq: number
  readonly what: string
}
export interface Verdict {
  /** True when nothing was changed, removed, inserted or moved. */
  readonly ok: boolean
  readonly rows: number
  /** The ledgers in the file, each with the head it adds up to: compare them with what you noted earlier. */
  readonly ledgers: readonly Pick<Head, 'ledger' | 'rows' | 'head' | 'sealed'>[]
  /** The first line that is wrong. */
  readonly problem?: Problem
  /** What is no break of the chain but worth knowing: rows that never arrived. */
  readonly warnings: readonly string[]
}

/** What the file must contain, from elsewhere: heads that somebody noted at the time. */
export interface Anchors {
  /** Heads (hashes of rows or openings) that must occur. */
  readonly heads?: readonly string[]
}

/** The state of one integration's chain. */
interface Chain {
  ledger: string
  head: string
  rows: number
  arrivedAt: number
  /** Its `head` line has come. */
  ended: boolean
}

export async function verifyLedger(
  lines: Iterable<string> | AsyncIterable<string>,
  anchors: Anchors = {},
): Promise<Verdict> {
  const verification = new Verification(anchors)
  let number = 0
  for await (const line of lines) {
    number++
    if (line === '') continue
    const problem = verification.take(line)
    if (problem) return verification.verdict({ line: number, ...problem })
  }
  const problem = verification.end()
  return verification.verdict(problem && { line: number, ...problem })
}

type Found = Omit<Problem, 'line'> | undefined

class Verification {
  readonly #chains = new Map<string, Chain>()
  readonly #ledgers: Verdict['ledgers'][number][] = []
  readonly #isolates = new Map<string, { first: number; last: number; count: number }>()
  readonly #wanted: Set<string>
  #open: Chain | undefined
  #rows = 0
  #selection = false

  constructor({ heads = [] }: Anchors) {
    this.#wanted = new Set(heads)
  }

  take(text: string): Found {
    const line = parse(text)
    if (typeof line === 'string') return this.#here(line)
    if (line.type === 'selection') {
      this.#selection = true
      return undefined
    }
    const seq = line.type === 'row' ? line.seq : 0
    const bad = (what: string) => ({ ledger: line.ledger, seq, what })
    if (line.type === 'row' || line.type === 'day') {
      if (hashLine(line) !== line.hash)
        return bad('was changed: its hash is not that of its content')
      this.#wanted.delete(line.hash)
    }
    if (this.#selection) {
      if (line.type === 'row') this.#count(line)
      return undefined
    }
    if (line.type === 'day') return this.#begin(line)
    if (line.type === 'erased') return this.#skip(line)
    const chain = this.#open
    if (!chain || chain.ledger !== line.ledger || chain.ended)
      return bad('stands outside its ledger: the line that opens it is missing or elsewhere')
    return line.type === 'row' ? this.#follow(chain, line) : this.#close(chain, line)
  }

  end(): Found {
    const unfinished = this.#unfinished()
    if (unfinished) return unfinished
    const [missing] = this.#wanted
    return missing === undefined
      ? undefined
      : this.#here(
          `is the end, and the head ${missing} that was noted earlier is nowhere in the file`,
        )
  }

  verdict(problem: Problem | undefined): Verdict {
    const ledgers = this.#ledgers
    const base = { rows: this.#rows, ledgers, warnings: this.#warnings() }
    return problem ? { ...base, ok: false, problem } : { ...base, ok: true }
  }

  #begin(line: Opening): Found {
    const unfinished = this.#unfinished()
    if (unfinished) return unfinished
    const integration = line.ledger.split('/')[0] ?? ''
    const before = this.#chains.get(integration)
    const bad = (what: string) => ({ ledger: line.ledger, seq: 0, what })
    if (before && before.ledger >= line.ledger)
      return bad('comes after a ledger of the same or a later day')
    if (before && (line.previousLedger !== before.ledger || line.previous !== before.head))
      return bad(
        `does not continue ${before.ledger}: that day, or a day between, was changed or removed`,
      )
    this.#open = { ledger: line.ledger, head: line.hash, rows: 0, arrivedAt: 0, ended: false }
    this.#chains.set(integration, this.#open)
    return undefined
  }

  #skip(line: Erased): Found {
    const unfinished = this.#unfinished()
    if (unfinished) return unfinished
    const { ledger, head, rows } = line
    this.#open = { ledger, head, rows, arrivedAt: 0, ended: true }
    this.#chains.set(ledger.split('/')[0] ?? '', this.#open)
    return undefined
  }

  #follow(chain: Chain, row: LedgerRow): Found {
    const bad = (what: string) => ({ ledger: row.ledger, seq: row.seq, what })
    const expected = chain.rows + 1
    if (row.seq > expected)
      return bad(
        `follows a hole: ${expected === row.seq - 1 ? `row ${expected} is` : `rows ${expected} to ${row.seq - 1} are`} missing before it`,
      )
    if (row.seq < expected) return bad('is out of order, or there twice')
    if (row.previous !== chain.head)
      return bad(`does not follow the line before it: row ${expected - 1} or this one was replaced`)
    if (row.arrivedAt < chain.arrivedAt) return bad('arrived before the row before it')
    Object.assign(chain, { head: row.hash, rows: row.seq, arrivedAt: row.arrivedAt })
    this.#count(row)
    return undefined
  }

  #close(chain: Chain, { rows, head, sealed, ledger }: Head): Found {
    const bad = (what: string) => ({ ledger, seq: 0, what })
    if (rows !== chain.rows)
      return bad(
        `says ${rows} rows, but there are ${chain.rows}: lines were removed from the end or added`,
      )
    if (head !== chain.head) return bad('does not match the last row: the last row was replaced')
    chain.ended = true
    this.#ledgers.push({ ledger, rows, head, sealed })
    return undefined
  }

  /** A ledger must be closed by its head before another opens and before the file ends. */
  #unfinished(): Found {
    const chain = this.#open
    return chain && !chain.ended
      ? {
          ledger: chain.ledger,
          seq: chain.rows,
          what: 'is the last of its ledger, but the head is missing after it: lines were removed from the end',
        }
      : undefined
  }

  #here(what: string): Found {
    return { ledger: this.#open?.ledger ?? '', seq: 0, what }
  }

  #count({ event: { isolate, sequence } }: LedgerRow): void {
    this.#rows++
    const known = this.#isolates.get(isolate)
    if (!known) this.#isolates.set(isolate, { first: sequence, last: sequence, count: 1 })
    else {
      known.first = Math.min(known.first, sequence)
      known.last = Math.max(known.last, sequence)
      known.count++
    }
  }

  /** Each isolate numbers its rows, so a number in between that nobody has is a row that never arrived. */
  #warnings(): string[] {
    if (this.#selection)
      return [
        'These are chosen rows: each is genuine or not, but rows between them may be missing. Export whole days to verify the chain.',
      ]
    return [...this.#isolates]
      .map(([isolate, { first, last, count }]) => ({
        isolate,
        first,
        last,
        lost: last - first + 1 - count,
      }))
      .filter(({ lost }) => lost > 0)
      .map(
        ({ isolate, first, last, lost }) =>
          `${lost} ${lost === 1 ? 'row' : 'rows'} of isolate ${isolate} between its numbers ${first} and ${last} never reached the ledger.`,
      )
  }
}

/** The line, or what is wrong with it. */
function parse(text: string): z.infer<typeof Line> | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'is not JSON'
  }
  const line = Line.safeParse(value)
  if (!line.success) return 'is no line of a ledger'
  try {
    // Not the parsed value: a key that the schema does not know must not slip through unseen.
    if (canonicalJson(value) !== text) return 'is not in canonical form: it was edited'
  } catch {
    return 'is not in canonical form: it was edited'
  }
  // The hash is over everything that stands in the line, known to this version or not.
  return value as z.infer<typeof Line>
}
