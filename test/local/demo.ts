/**
 * `npm run demo`: the scenario of three systems, played by a real MCP client. "Check the orders
 * table for orders with status failed in the last 24 hours. If there are more than 5, create a
 * high-priority Jira bug in ENG and post a summary to #operations." `-- --ask` lets you decide.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { verifyLedger } from '../../shared/ledger-verification.ts'
import { Browser } from './browser.ts'
import { DemoClient, type Envelope } from './demo-client.ts'
import { startStack } from './stack.ts'

const { values: flags } = parseArgs({
  options: {
    ask: { type: 'boolean', default: false },
    'port-base': { type: 'string', default: '9700' },
  },
})
const person = 'engineer@example.com'
const startedAt = Date.now()
let step = 0
const say = (line: string) => console.log(`${String(++step).padStart(2)}. ${line}`)
const detail = (text: string) =>
  console.log(
    text
      .split('\n')
      .map((line) => `      ${line}`)
      .join('\n'),
  )

const stateDir = mkdtempSync(join(tmpdir(), 'gatehouse-demo-'))
const stack = await startStack({
  portBase: Number(flags['port-base']),
  stateDir,
  workers: ['hub', 'postgres', 'jira', 'slack'],
})
const hub = stack.urls.hub ?? ''
const browser = new Browser({ stopAt: (url) => url.startsWith('http://localhost:33418/') })

/** A person decides: at the link, signed in at the hub. */
async function decide(proposal: Envelope): Promise<void> {
  if (flags.ask) {
    console.log(`\n      Decide here, then this goes on: ${proposal.approval_url}\n`)
    return
  }
  let page = await browser.open(proposal.approval_url ?? '')
  if (/name="email"/.test(page.html)) page = await browser.submit(page, { email: person })
  page = await browser.submit(page, { verdict: 'approve' })
  detail(`approved at ${proposal.approval_url} (HTTP ${page.status})`)
}

/** Proposes a write, has it decided, and collects what came of it. */
async function write(
  client: DemoClient,
  tool: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const proposal = await client.write(tool, args)
  say(`${tool} → ${proposal.status}: ${proposal.summary}`)
  if (proposal.status !== 'approval_required')
    throw new Error(`${tool} was not proposed: ${JSON.stringify(proposal)}`)
  await decide(proposal)
  let answer = await client.collect(proposal.approval_id ?? '')
  for (let waits = 0; flags.ask && answer.status === 'approval_required' && waits < 30; waits++)
    answer = await client.collect(proposal.approval_id ?? '')
  if (answer.status !== 'done')
    throw new Error(`${tool} ended as ${answer.status}: ${JSON.stringify(answer)}`)
  say(`${client.id}: done`)
  return answer.result ?? {}
}

async function scenario(): Promise<void> {
  const clients = new Map<string, DemoClient>()
  for (const id of ['postgres', 'jira', 'slack']) {
    clients.set(id, await DemoClient.connect(id, `${stack.urls[id]}/mcp`, person, browser))
    say(`${person} connected ${id}: signed in, consented, ${clients.get(id)?.tools.length} tools`)
  }
  const [postgres, jira, slack] = [...clients.values()] as [DemoClient, DemoClient, DemoClient]

  const schema = await postgres.read('get_table_schema', { table_name: 'orders' })
  say(`get_table_schema orders: ${(schema.columns as unknown[]).length} columns`)
  const query = `SELECT failure_reason, count(*) AS orders, sum(total_cents) AS cents FROM orders WHERE status = 'failed' AND created_at > now() - interval '24 hours' GROUP BY failure_reason ORDER BY orders DESC`
  const { rows } = (await postgres.read('query_database', { query })) as {
    rows: [string, number, number][]
  }
  const failed = rows.reduce((sum, [, orders]) => sum + Number(orders), 0)
  say(`query_database: ${failed} failed orders in the last 24 hours`)
  detail(rows.map(([reason, orders]) => `${String(orders).padStart(4)}  ${reason}`).join('\n'))
  if (failed <= 5) throw new Error('The sample should have more than 5 failed orders.')

  const lines = rows.map(([reason, orders]) => `| ${reason} | ${orders} |`).join('\n')
  const ticket = await write(jira, 'create_jira_ticket', {
    project_key: 'ENG',
    issue_type: 'Bug',
    priority: 'High',
    summary: `${failed} orders failed in the last 24 hours`,
    description: `**${failed}** orders have the status \`failed\` since yesterday.\n\n| reason | orders |\n|---|---|\n${lines}`,
  })
  detail(JSON.stringify(ticket))
  const message = await write(slack, 'post_slack_message', {
    channel: '#operations',
    text: `**${failed} orders failed** in the last 24 hours. Most common: ${rows[0]?.[0]}. Ticket: [${String(ticket.key)}](${String(ticket.url)})`,
  })
  detail(JSON.stringify(message))

  const issue = await jira.read('get_jira_issue', { issue_key: ticket.key })
  say(`the Jira issue as it is now`)
  detail(JSON.stringify(issue, null, 1).slice(0, 900))
  const history = (await slack.read('get_slack_channel_history', {
    channel: '#operations',
    limit: 1,
  })) as Record<string, unknown[]>
  say(`the Slack message as #operations shows it`)
  detail(JSON.stringify((history.messages ?? history.items)?.[0]).slice(0, 600))
  for (const client of clients.values()) await client.close()
  await auditTrail()
}

/** The trail as an auditor gets it: exported from the hub, read by eye, verified by its hashes. */
async function auditTrail(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_500)) // reads are recorded after their answers
  const auditor = new Browser()
  const signIn = await auditor.open(`${hub}/audit`)
  await auditor.submit(signIn, { email: 'admin@example.com' })
  const exported = (await auditor.open(`${hub}/audit/export?span=hour`)).html.split('\n')
  const rows = exported
    .filter((line) => line.includes('"type":"row"'))
    .map((line) => JSON.parse(line) as { arrivedAt: number; event: Record<string, string> })
  for (const { event } of rows.sort((a, b) => a.arrivedAt - b.arrivedAt))
    detail(
      `${String(event.integration).padEnd(9)} ${String(event.kind).padEnd(10)} ${String(event.user).padEnd(21)} ${(event.tool ?? '').padEnd(26)} ${event.outcome}`,
    )
  const verdict = await verifyLedger(exported)
  if (!verdict.ok || verdict.rows === 0)
    throw new Error(`The audit trail does not verify: ${JSON.stringify(verdict)}`)
  say(
    `audit trail: ${verdict.rows} rows in ${verdict.ledgers.length} ledgers, every hash and link verified`,
  )
}

try {
  await scenario()
  console.log(`\nThe whole scenario took ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`)
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await stack.close()
  rmSync(stateDir, { recursive: true, force: true })
}
