import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../sandbox/queries')

export interface ReportingQuery {
  readonly name: string
  readonly source: string
  /** The oldest PostgreSQL that runs it. */
  readonly needs: number
  readonly sql: string
}

/** The reporting queries collected before the guard was written. */
export const corpus: readonly ReportingQuery[] = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/^(?=-- name: )/m))
  .map((entry) => {
    const match =
      /^-- name: (.+)\n-- source: (.+)\n(?:-- needs: PostgreSQL (\d+)\n)?([\s\S]+)$/.exec(entry)
    if (!match) throw new Error(`A query lacks its header: ${entry.slice(0, 80)}`)
    const [, name = '', source = '', needs = '15', sql = ''] = match
    return { name, source, needs: Number(needs), sql }
  })
