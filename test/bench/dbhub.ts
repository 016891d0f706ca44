/**
 * The same questions to the same PostgreSQL through Gatehouse and through dbhub, side by side; and
 * through a Worker without any governance, which tells what workerd and the way to the database
 * cost on this machine before anything of ours.
 */
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { connect } from '../local/sign-in.ts'
import type { Stack } from '../local/stack.ts'
import type { Row } from './compare.ts'
import { compareApart } from './load-process.ts'
import type { Target } from './target.ts'

const questions = {
  'point query': 'SELECT id, status, total_cents FROM orders WHERE id = 4711',
  // What the guard remembers of a text is of no use here.
  'point query, each time another': 'SELECT id, status, total_cents FROM orders WHERE id = {n}',
  grouping:
    'SELECT status, count(*) AS orders, sum(total_cents) AS cents FROM orders GROUP BY status ORDER BY orders DESC',
  '1,000 rows':
    'SELECT id, customer_id, status, total_cents, created_at FROM orders ORDER BY id LIMIT 1000',
}

export const ungovernedLabel = 'ungoverned Worker'

export interface DbhubRow extends Row {
  readonly question: string
}

/** @param folder where dbhub is installed to; it is no dependency of the project */
export async function startDbhub(
  folder: string,
  dsn: string,
  port: number,
): Promise<{ url: string; stop(): void }> {
  execFileSync('npm', [
    'install',
    '--silent',
    '--no-audit',
    '--no-fund',
    '--prefix',
    folder,
    '@bytebase/dbhub@1.4.0',
  ])
  const child = spawn(
    process.execPath,
    [
      join(folder, 'node_modules/@bytebase/dbhub/dist/index.js'),
      '--transport',
      'http',
      '--port',
      String(port),
      '--dsn',
      dsn,
    ],
    { stdio: 'ignore' },
  )
  const url = `http://127.0.0.1:${port}/mcp`
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(url, { method: 'POST' }).then(
      () => true,
      () => false,
    )
    if (up) return { url, stop: () => child.kill() }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill()
  throw new Error('dbhub did not start.')
}

export async function measureDbhub(
  stack: Stack,
  dbhubUrl: string,
  ungovernedUrl: string,
): Promise<DbhubRow[]> {
  const resource = `${stack.urls.postgres}/mcp`
  const { access_token: token } = await connect({ resource, email: 'engineer@example.com' })
  const rows: DbhubRow[] = []
  for (const [question, sql] of Object.entries(questions)) {
    const targets: Target[] = [
      { label: 'dbhub', url: dbhubUrl, era: '2025-11-25', tool: 'execute_sql', args: { sql } },
      {
        label: ungovernedLabel,
        url: ungovernedUrl,
        era: '2026-07-28',
        tool: 'execute_sql',
        args: { sql },
      },
      {
        label: 'Gatehouse',
        url: resource,
        era: '2026-07-28',
        tool: 'query_database',
        args: { query: sql, limit: 1000 },
        token,
      },
    ]
    const calls = question.startsWith('point query') ? 600 : 120
    for (const clients of [1, 8])
      for (const row of await compareApart({ targets, clients, rounds: 7, calls, warmUp: 80 }))
        rows.push({ ...row, question })
  }
  return rows
}
