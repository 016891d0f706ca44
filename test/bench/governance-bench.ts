/**
 * What governance costs: `node test/bench/governance-bench.ts [--rows 100000]`. Rows a second into
 * the ledger (one by one, in batches, by 50 writers), the verification of all of them, and the
 * steps of a write at the hub.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { argumentsHash } from '../../shared/hash.ts'
import type { ApprovalAnswer, HubApi } from '../../shared/hub.ts'
import { verifyLedger } from '../../shared/ledger-verification.ts'
import { Browser } from '../local/browser.ts'
import { connect } from '../local/sign-in.ts'
import { startStack } from '../local/stack.ts'
import { someEvent } from '../unit/audit/events.ts'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } })
const rows = Number(values.rows)
const writers = 50
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-governance-'))
const stack = await startStack({
  portBase: 8780,
  stateDir: folder,
  workers: ['hub', 'postgres'],
  fixtures: [{ id: 'relay', main: 'test/browser/relay.ts', like: 'postgres', port: 8789 }],
})
const { hub = '', relay = '' } = stack.urls
const resource = `${stack.urls.postgres}/mcp`

try {
  await ledger()
  await writes()
} finally {
  await stack.close()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)

async function call<T>(method: keyof HubApi, ...args: unknown[]): Promise<T> {
  const body = JSON.stringify([method, resource, ...args])
  const response = await patient(new Request(relay, { method: 'POST', body }))
  if (!response.ok) throw new Error(`${method}: ${await response.text()}`)
  return (await response.json()) as T
}

/** So many rows by 50 writers at once, each with its own isolate's numbers. */
async function append(count: number, batch: number): Promise<number> {
  const each = Math.ceil(count / writers)
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: writers }, async () => {
      const isolate = crypto.randomUUID()
      for (let sequence = 0; sequence < each; sequence += batch) {
        const length = Math.min(batch, each - sequence)
        await call(
          'record',
          Array.from({ length }, (_, i) => someEvent({ isolate, sequence: sequence + i })),
        )
      }
    }),
  )
  return (each * writers) / ((performance.now() - startedAt) / 1_000)
}

async function ledger(): Promise<void> {
  say('rows a second, one by one', await append(2_000, 1))
  say('rows a second, batches of 100', await append(rows - 2_000, 100))
  const browser = new Browser({ fetch: patient })
  await browser.submit(await browser.open(`${hub}/sign-in`), { email: 'admin@example.com' })
  let startedAt = performance.now()
  const text = await browser.open(`${hub}/audit/export?integration=postgres`)
  say('export, ms', performance.now() - startedAt)
  startedAt = performance.now()
  const verdict = await verifyLedger(text.html.split('\n'))
  say(`verification of ${verdict.rows} rows, ms`, performance.now() - startedAt)
  if (!verdict.ok || verdict.rows < rows || verdict.warnings.length > 0)
    throw new Error(JSON.stringify(verdict))
  startedAt = performance.now()
  await browser.open(`${hub}/audit?text=needle`)
  say('audit page over all of them, ms', performance.now() - startedAt)
}

/** The steps of a write at the hub, without its upstream. */
async function writes(): Promise<void> {
  const { access_token: token } = await connect({
    resource,
    email: 'engineer@example.com',
    scopes: ['postgres:read', 'postgres:write'],
  })
  const browser = new Browser({ fetch: patient })
  await browser.submit(await browser.open(`${hub}/sign-in`), { email: 'engineer@example.com' })
  const args = { statement: "UPDATE orders SET status = 'refunded' WHERE id = 7", database: 'shop' }
  const preview = { summary: 'Update 1 row', facts: { rows: 1 } }
  const took: Record<string, number[]> = {}
  const timed = async <T>(step: string, run: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    const answer = await run()
    ;(took[step] ??= []).push(performance.now() - startedAt)
    return answer
  }
  for (let i = 0; i < 100; i++) {
    const id = crypto.randomUUID()
    const proposal = {
      id,
      tool: 'execute_database_write',
      args,
      argumentsHash: argumentsHash(args),
      preview,
      country: '',
      workerVersion: '',
    }
    await timed('checkWrite', () => call('checkWrite', token, { tool: proposal.tool, args }))
    await timed('propose', () => call<ApprovalAnswer>('propose', token, proposal))
    const page = await timed('page', () => browser.open(`${hub}/approvals/${id}`))
    await timed('decide', () => browser.submit(page, { verdict: 'approve' }))
    const { run } = await timed('redeem', () => call<ApprovalAnswer>('redeem', token, id, 0))
    if (!run) throw new Error('not run')
    await timed('heartbeat', () => call('heartbeat', id, run.lease))
    await timed('finish', () =>
      call('finish', { id, lease: run.lease, state: 'done', durationMs: 1 }),
    )
  }
  for (const [step, times] of Object.entries(took)) {
    const sorted = times.sort((a, b) => a - b)
    say(`${step}, p50 ms`, sorted[50] ?? 0)
  }
}

/** workerd closes an idle connection when it likes; everything asked here may be asked again. */
function patient(request: Request): Promise<Response> {
  const again = request.clone()
  return fetch(request).catch(() => fetch(again))
}

function say(what: string, value: number): void {
  console.log(`${what.padEnd(40)} ${value.toFixed(value < 100 ? 2 : 0).padStart(9)}`)
}
