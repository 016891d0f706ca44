/**
 * `npm run bench`: ratios measured side by side in one run, targets alternating. Compare ratios,
 * not milliseconds: machines differ. `-- --only governed,dbhub,heap,bundles,policy,governance` runs parts of it.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { listWorkers } from '../local/workers.ts'
import { startStack } from '../local/stack.ts'
import { startServer } from '../postgres-server/server.ts'
import { bundleSizes } from './bundles.ts'
import type { Row } from './compare.ts'
import { measureDbhub, startDbhub, ungovernedLabel } from './dbhub.ts'
import { governedTargets, measureGoverned } from './governed.ts'
import { heapOverCalls, heapReader } from './heap.ts'
import { openCaller } from './target.ts'

const portBase = 8860
const barePort = portBase + 15
const dbhubPort = portBase + 16
const inspectorPort = portBase + 17
const ungovernedPort = portBase + 18
const { values } = parseArgs({
  options: { only: { type: 'string', default: 'governed,dbhub,heap,bundles,policy,governance' } },
})
const parts = values.only.split(',')
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
const unlimited = { postgres: { BURST_PER_MINUTE: '1000000000' } }
const ungoverned = {
  id: 'ungoverned',
  main: 'test/bench/ungoverned.ts',
  like: 'postgres',
  port: ungovernedPort,
}
const bare = { id: 'bare', main: 'test/bench/bare.ts', like: 'postgres', port: barePort }

const line = ({ label, clients, p50, p99, ratio, tokens }: Row) =>
  console.log(
    `  ${label.padEnd(50)} ${clients} client${clients === 1 ? ' ' : 's'}  p50 ${p50.toFixed(3).padStart(8)} ms  p99 ${p99.toFixed(1).padStart(7)} ms  × ${ratio.toFixed(2)}  ${String(tokens).padStart(6)} tokens`,
  )

async function governed(): Promise<void> {
  const startedAt = performance.now()
  const stack = await startStack({
    portBase,
    stateDir: join(folder, 'pglite'),
    workers: ['hub', 'postgres'],
    fixtures: [bare],
    settings: unlimited,
    ...(parts.includes('heap') && { inspectorPort }),
  })
  console.log(`\nReady in ${((performance.now() - startedAt) / 1000).toFixed(1)} s (limit 10)`)
  try {
    const bareUrl = `http://127.0.0.1:${barePort}`
    if (parts.includes('governed')) {
      console.log(
        '\nThe cheapest governed read with everything on, against the bare SDK handler (limits × 1.30 with one client, × 1.40 with eight)',
      )
      for (const row of await measureGoverned(stack, bareUrl)) line(row)
    }
    if (parts.includes('heap')) {
      const [, target] = await governedTargets(stack, bareUrl)
      if (!target) throw new Error('no target')
      const callers = await Promise.all(Array.from({ length: 8 }, () => openCaller(target)))
      const heap = await heapReader(inspectorPort, 'gatehouse-postgres')
      const sizes = await heapOverCalls(callers, heap.read, 15)
      console.log(
        `\nLowest heap of the endpoint within each thousand of 15,000 calls, KiB: ${sizes.join(' ')}`,
      )
      heap.close()
      for (const caller of callers) caller.close()
    }
  } finally {
    await stack.close()
  }
}

async function againstDbhub(): Promise<void> {
  const server = await startServer()
  const ownerUrl = server.url.replace(/@[^/]+/, '@shop.postgres.test')
  const stack = await startStack({
    portBase,
    stateDir: join(folder, 'server'),
    workers: ['hub', 'postgres'],
    databaseUrl: server.url,
    fixtures: [ungoverned],
    settings: { ...unlimited, ungoverned: { OWNER_URL: ownerUrl } },
  }).catch(async (error: unknown) => {
    await server.stop()
    throw error
  })
  const dbhub = await startDbhub(
    join(folder, 'dbhub'),
    stack.database?.ownerUrl ?? server.url,
    dbhubPort,
  ).catch(async (error: unknown) => {
    await stack.close()
    await server.stop()
    throw error
  })
  try {
    console.log(
      '\nAgainst @bytebase/dbhub 1.4.0 on the same PostgreSQL (limits: point query × 2.6 and × 2.0, grouping × 1.15, 1,000 rows × 1.1 with eight clients and at most 30 % of its tokens)',
    )
    const rows = await measureDbhub(stack, dbhub.url, `http://127.0.0.1:${ungovernedPort}/mcp`)
    for (const row of rows) line({ ...row, label: `${row.question}: ${row.label}` })
    console.log(
      '\nAgainst the ungoverned Worker of the same run. Where the limits above were set it took × 1.47 and × 1.57 of dbhub for the point query and × 1.07 and × 1.09 for grouping, which leaves × 1.77 and × 1.27, × 1.07 and × 1.06',
    )
    for (const row of rows)
      if (row.label === 'Gatehouse')
        line({ ...row, label: row.question, ratio: row.ratios[ungovernedLabel] ?? Number.NaN })
  } finally {
    dbhub.stop()
    await stack.close()
    await server.stop()
  }
}

try {
  if (parts.includes('governed') || parts.includes('heap')) await governed()
  if (parts.includes('dbhub')) await againstDbhub()
  if (parts.includes('bundles')) {
    console.log('\nBundles, minified gzip')
    for (const { worker, gzipKiB, limit } of bundleSizes(listWorkers()))
      console.log(`  ${worker.padEnd(12)} ${gzipKiB.toFixed(0).padStart(4)} KiB (limit ${limit})`)
  }
  for (const part of ['policy', 'governance'].filter((one) => parts.includes(one)))
    execFileSync(process.execPath, [`test/bench/${part}-bench.ts`], { stdio: 'inherit' })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
