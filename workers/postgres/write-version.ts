import * as z from 'zod'
import { canonicalJson } from '../../shared/hash.ts'
import type { RowChange } from './row-change.ts'

const Counts = z.object({ inserted: z.number(), updated: z.number(), deleted: z.number() })

/**
 * What a person approved, as far as it must be the same when it runs: which row versions are
 * replaced or removed, what is written, and how many rows elsewhere follow.
 */
const WriteVersion = z.object({
  rows: z.number(),
  before: z.string(),
  /** Columns whose values are made when it runs (sequences, now(), random): seen, but not held to. */
  generated: z.array(z.string()),
  /** A digest of all other columns of the new rows. */
  after: z.string(),
  elsewhere: z.record(z.string(), Counts),
})

/** Columns that two runs of the same statement wrote differently. */
export function generatedColumns(first: RowChange, second: RowChange): string[] {
  return [...first.columnDigests]
    .filter(([name, digest]) => second.columnDigests.get(name) !== digest)
    .map(([name]) => name)
}

/** The version as a text to keep with the approval. Only while the change's transaction is open. */
export async function versionOf(change: RowChange, generated: readonly string[]): Promise<string> {
  const held = [...change.columnDigests.keys()].filter((name) => !generated.includes(name))
  return canonicalJson({
    rows: change.rows,
    before: change.before,
    generated: [...generated],
    after: await change.digest(held),
    elsewhere: change.elsewhere,
  } satisfies z.infer<typeof WriteVersion>)
}

/** Columns the approved version doesn't hold the run to. @throws Error when it is none of ours */
export const generatedIn = (version: string): readonly string[] =>
  WriteVersion.parse(JSON.parse(version)).generated
