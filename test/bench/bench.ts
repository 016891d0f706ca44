/** `npm run bench`: ratios measured side by side in one run. Compare ratios, not milliseconds: machines differ. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '../local/stack.ts'
import type { Row } from './compare.ts'
import { measureGoverned } from './governed.ts'

const portBase = 8860
const barePort = portBase + 15

function show(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`)
  for (const { label, clients, p50, p99, ratio, tokens } of rows)
    console.log(
      `  ${label.padEnd(30)} ${String(clients).padStart(2)} clients  p50 ${p50.toFixed(3)} ms  p99 ${p99.toFixed(2)} ms  × ${ratio.toFixed(2)}  ${tokens} tokens`,
    )
}

const stateDir = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
const stack = await startStack({
  portBase,
  stateDir,
  workers: ['hub', 'postgres'],
  fixtures: [{ id: 'bare', main: 'test/bench/bare.ts', like: 'postgres', port: barePort }],
  settings: { postgres: { BURST_PER_MINUTE: '1000000000' } },
})
try {
  show(
    'Governed read against the bare SDK handler (limits: 1.30 with one client, 1.40 with eight)',
    await measureGoverned(stack, `http://127.0.0.1:${barePort}`),
  )
} finally {
  await stack.close()
  rmSync(stateDir, { recursive: true, force: true })
}
