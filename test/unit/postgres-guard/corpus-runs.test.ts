import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { expect, it } from 'vitest'
import { corpus } from './corpus.ts'

it(
  'every reporting query is one that PostgreSQL plans on the sample',
  { timeout: 60_000 },
  async () => {
    const sample = join(import.meta.dirname, '../../sandbox/postgres/sample.sql')
    const database = await PGlite.create()
    await database.exec(readFileSync(sample, 'utf8'))
    const failing: Record<string, unknown> = {}
    for (const { name, sql } of corpus)
      await database.query(`EXPLAIN ${sql}`).catch((error: unknown) => (failing[name] = error))
    await database.close()
    expect(failing).toEqual({})
  },
)
