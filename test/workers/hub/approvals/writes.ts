import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { argumentsHash } from '../../../../shared/hash.ts'
import type { ApprovalAnswer, Outcome, Proposal } from '../../../../shared/hub.ts'
import type { Preview } from '../../../../shared/tool.ts'
import type { AuditEvent } from '../../../../shared/audit.ts'
import { approvals } from '../../../../workers/hub/approvals/stub.ts'
import { decideApproval } from '../../../../workers/hub/approvals/decisions.ts'
import { proposeWrite, redeemWrite } from '../../../../workers/hub/approvals/redemption.ts'
import { exportLedgers } from '../../../../workers/hub/ledger/export.ts'
import { connected, env, resource } from '../hub.ts'

export const tool = 'execute_database_write'
export const engineer = { email: 'engineer@example.com', groups: ['engineering'] }
export const admin = { email: 'admin@example.com', groups: ['admins', 'engineering'] }
export const analyst = { email: 'analyst@example.com', groups: ['analysts'] }

export const args = {
  statement: "UPDATE orders SET status = 'refunded' WHERE id = 7",
  database: 'shop',
}
export const preview: Preview = {
  summary: 'Update 1 row of orders',
  rows: {
    columns: ['id', 'status'],
    rows: [{ before: [7, 'paid'], after: [7, 'refunded'] }],
    total: 1,
  },
  target: { id: 'orders', version: '9' },
  facts: { rows: 1 },
}

/** Somebody whose client may write. */
export async function writer(email: string) {
  const { tokens, clientId, browser } = await connected(email, ['postgres:read', 'postgres:write'])
  const token = tokens.access_token
  return {
    token,
    clientId,
    browser,
    propose: (over: Partial<Proposal> = {}) => proposeWrite(env, resource, token, proposal(over)),
    redeem: (id: string, waitMs = 0) => redeemWrite(env, resource, token, id, waitMs),
  }
}
export type Writer = Awaited<ReturnType<typeof writer>>

export function proposal(over: Partial<Proposal> = {}): Proposal {
  const given = over.args ?? args
  return {
    id: crypto.randomUUID(),
    tool,
    args: given,
    argumentsHash: argumentsHash(given),
    preview,
    country: 'DE',
    workerVersion: 'v1',
    ...over,
  }
}

export const say = (
  person: typeof engineer,
  id: string,
  verdict: 'approve' | 'deny' | 'withdraw',
  note = '',
  hash = argumentsHash(args),
) => decideApproval(env, person, id, { verdict, note, argumentsHash: hash })

/** A proposal that the engineer has approved already. */
export async function approved(by: Writer): Promise<string> {
  const { status } = await by.propose()
  const decided = await say(engineer, status.id, 'approve')
  if (!decided || 'refused' in decided) throw new Error('not approved')
  return status.id
}

export async function running(by: Writer): Promise<{ id: string; lease: string }> {
  const id = await approved(by)
  const answer = await by.redeem(id)
  return { id, lease: leaseOf(answer) }
}

export function leaseOf(answer: ApprovalAnswer | null): string {
  if (!answer?.run) throw new Error(`no run: ${JSON.stringify(answer)}`)
  return answer.run.lease
}

export async function finish(outcome: Partial<Outcome> & Pick<Outcome, 'id' | 'lease'>) {
  return approvals(env).finish('postgres', { state: 'done', durationMs: 1, ...outcome })
}

export const object = () => env.APPROVALS.getByName('company')

/** Moves the object's clock, and lets it do what is due by then. The clock goes back when it is evicted. */
export async function at(ms: number): Promise<void> {
  await runInDurableObject(object(), (instance) => {
    instance.now = () => ms
  })
  await runDurableObjectAlarm(object())
}
export const later = (ms: number): Promise<void> => at(Date.now() + ms)
export const onTime = (): Promise<void> =>
  runInDurableObject(object(), (instance) => {
    instance.now = () => Date.now()
  })

/** What the ledger holds about one approval, as `kind outcome`, in order. */
export async function recorded(id: string): Promise<string[]> {
  return (await eventsOf(id)).map(({ kind, outcome }) => `${kind} ${outcome}`)
}
export async function eventsOf(id: string): Promise<AuditEvent[]> {
  const stream = exportLedgers(env, {
    fromDay: '2020-01-01',
    toDay: '2099-12-31',
    integration: 'postgres',
    filter: { approvalId: id },
  })
  const text = await new Response(stream).text()
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'row')
    .map(({ event }) => event)
}

/** Takes today's ledger of postgres down, as a broken disk would, and brings it back. */
export async function ledgerDown(): Promise<() => Promise<void>> {
  const ledger = env.LEDGER.getByName(`postgres/${new Date().toISOString().slice(0, 10)}`)
  const rename = (from: string, to: string) =>
    runInDurableObject(ledger, (_, { storage }) => {
      storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`)
    })
  await rename('rows', 'lost')
  return () => rename('lost', 'rows')
}

/** Whether a redemption waits inside the object; asking also lets the others have their turn. */
export async function isWaitedFor(id: string): Promise<boolean> {
  return runInDurableObject(object(), (instance) => instance.isWaitedFor(id))
}
