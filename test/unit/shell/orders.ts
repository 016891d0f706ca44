/** A small integration and a hub stand-in at the RPC edge, for tests of the pipeline in Node. */
import * as z from 'zod'
import type { AuditEvent } from '../../../shared/audit.ts'
import type { Caller, EndpointEnv } from '../../../shared/caller.ts'
import { ToolError } from '../../../shared/errors.ts'
import type {
  ApprovalAnswer,
  ApprovalStatus,
  HubApi,
  Outcome,
  Proposal,
} from '../../../shared/hub.ts'
import { defineIntegration, type Integration } from '../../../shared/integration.ts'
import type { CallIo, Shell } from '../../../shared/pipeline.ts'
import { AuditTrail } from '../../../shared/trail.ts'
import { makeShell } from '../../../shared/shell.ts'
import { defineTool, page, type ToolContext } from '../../../shared/tool.ts'

export const upstream = {
  contacted: [] as string[],
  rows: [{ id: 1, note: 'paid' }] as { id: number; note: string; secret?: string }[],
  more: undefined as string | undefined,
  fail: undefined as unknown,
  hang: false,
  /** What the author puts on record. */
  log: {} as Record<string, unknown>,
}

const touch = async (what: string, ctx: ToolContext) => {
  upstream.contacted.push(`${what} ${ctx.cursor ?? ''}`.trim())
  ctx.log(upstream.log)
  if (upstream.hang) await new Promise(() => undefined)
  if (upstream.fail) throw upstream.fail
}

const listOrders = defineTool({
  name: 'list_orders',
  title: 'List orders',
  description: 'Orders of a customer.',
  scope: 'orders:read',
  effect: 'read',
  deadlineMs: 200,
  input: z.object({ customer: z.string().min(1), limit: z.int().max(100).default(10) }),
  output: page(z.object({ id: z.number(), note: z.string() })),
  async run(_, ctx) {
    await touch('list', ctx)
    return { items: upstream.rows, ...(upstream.more !== undefined && { cursor: upstream.more }) }
  },
})

const refundOrder = defineTool({
  name: 'refund_order',
  title: 'Refund order',
  description: 'Refund one order.',
  scope: 'orders:write',
  effect: 'update',
  deadlineMs: 200,
  input: z.object({ orderId: z.int() }),
  output: z.object({ refunded: z.number() }),
  async preview({ orderId }, ctx) {
    await touch('preview', ctx)
    return { summary: `Refund order ${orderId}\u202E`, facts: { amount: 120 } }
  },
  async run({ orderId }, ctx) {
    await touch(`refund as ${ctx.callId}`, ctx)
    return { refunded: orderId }
  },
})

export const orders = defineIntegration({
  id: 'orders',
  title: 'Orders',
  instructions: 'Orders.',
  scopes: { 'orders:read': 'See orders', 'orders:write': 'Refund orders' },
  limits: { customers: { title: 'Customers', kind: 'list', argument: 'customer' } },
  tools: [listOrders, refundOrder],
})

export const hub = {
  verdict: { allowed: true, reason: 'A rule allows it.', rule: 'r1', limits: {}, version: 'p1' },
  mode: 'ask' as 'ask' | 'never',
  down: false,
  silent: false,
  /** How often it can't be told how a write ended. */
  deaf: 0,
  lease: { ms: 30_000, kept: async () => true },
  /** What the lease is for, in place of what was proposed. */
  running: {} as Partial<NonNullable<ApprovalAnswer['run']>> & { tool?: string },
  proposals: [] as Proposal[],
  outcomes: [] as Outcome[],
  recorded: [] as AuditEvent[],
}

const status = (
  proposal: Pick<Proposal, 'id' | 'tool'>,
  state: ApprovalStatus['state'],
): ApprovalStatus => ({
  id: proposal.id,
  state,
  tool: proposal.tool,
  summary: 'Refund order 7',
  url: `https://hub.test/approvals/${proposal.id}`,
  expiresAt: '2026-01-01T00:30:00.000Z',
})
function running(proposal: Proposal): ApprovalAnswer {
  const { tool = proposal.tool, ...over } = hub.running
  const { args, preview } = proposal
  const run = { lease: 'lease-1', leaseMs: hub.lease.ms, args, preview, limits: {}, ...over }
  return { status: status({ ...proposal, tool }, 'running'), run }
}
const up = async () => {
  if (hub.silent) await new Promise(() => undefined)
  if (hub.down) throw new Error('RPC: the hub is down: password=hunter2')
}

export const hubApi: HubApi = {
  validateToken: async () => null,
  checkWrite: async () => (await up(), hub.verdict),
  async propose(_, __, proposal) {
    await up()
    hub.proposals.push(proposal)
    return hub.mode === 'never' ? running(proposal) : { status: status(proposal, 'proposed') }
  },
  async redeem(_, __, id) {
    await up()
    const proposal = hub.proposals.find((one) => one.id === id)
    return proposal ? running(proposal) : null
  },
  heartbeat: () => hub.lease.kept(),
  async finish(_, outcome) {
    if (hub.deaf-- > 0) throw new Error('RPC: the hub is down: password=hunter2')
    hub.outcomes.push(outcome)
    const { result, error } = outcome
    const proposal = hub.proposals.find((one) => one.id === outcome.id)
    if (!proposal) throw new Error('unknown')
    return {
      ...status(proposal, outcome.state),
      ...(result && { result }),
      ...(error && { error }),
    }
  },
  async record(_, batch) {
    hub.recorded.push(...batch)
  },
}

export const caller = (over: Partial<Caller> = {}): Caller => ({
  principal: {
    userId: 'ada%40example.com',
    email: 'ada@example.com',
    name: 'Ada',
    groups: [],
    clientId: 'client-1',
  },
  scopes: ['orders:read', 'orders:write'],
  slice: {
    version: 'p1',
    tools: {
      list_orders: { rule: 'r1', mode: 'never', limits: { customers: ['acme', 'bolt'] } },
      refund_order: { rule: 'r1', mode: 'ask', limits: {} },
    },
    quotas: [],
    off: [],
  },
  token: 'token',
  expiresAt: undefined,
  country: 'PT',
  ...over,
})

export function freshShell(integration: Integration = orders): Shell {
  Object.assign(upstream, {
    contacted: [],
    rows: [{ id: 1, note: 'paid' }],
    more: undefined,
    fail: undefined,
    hang: false,
    log: {},
  })
  Object.assign(hub, {
    mode: 'ask',
    down: false,
    silent: false,
    deaf: 0,
    running: {},
    proposals: [],
    outcomes: [],
    recorded: [],
  })
  hub.verdict = { ...hub.verdict, allowed: true }
  hub.lease = { ms: 30_000, kept: async () => true }
  const env = {
    ENDPOINT_URL: 'https://orders.test',
    HUB_URL: 'https://hub.test',
    CURSOR_SECRET: 'a cursor secret of 32 characters or more',
    HUB: hubApi,
    AUDIT: { writeDataPoint: () => undefined },
    BURST: { limit: async () => ({ success: true }) },
    VERSION: { id: 'v1', tag: '', timestamp: '' },
  }
  const shell = makeShell(integration, env as unknown as EndpointEnv)
  return { ...shell, trail: new AuditTrail(hubApi, shell.resource, shell.env.AUDIT, 0) }
}

/** What a message brings along; `settled` waits for everything that was left to run after the answer. */
export function callIo(over: Partial<CallIo> = {}) {
  const waiting: Promise<unknown>[] = []
  const io: CallIo = {
    caller: caller(),
    signal: new AbortController().signal,
    waitUntil: (promise) => waiting.push(promise),
    ...over,
  }
  const settled = async () => {
    for (let done = 0; done < waiting.length; done++) await waiting[done]
  }
  return { io, settled }
}

export { ToolError }
