/** The endpoint inside workerd with a hub that says what a test wants, and the person's real Session object. */
import { createExecutionContext, evictDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import type { EndpointEnv, SessionApi } from '../../../shared/caller.ts'
import { endpoint } from '../../../shared/endpoint.ts'
import type { AuditEvent } from '../../../shared/audit.ts'
import type { HubApi, Proposal, Validation } from '../../../shared/hub.ts'
import custom from '../../../workers/custom/integration.ts'

const bindings = env as unknown as EndpointEnv
const resource = `${bindings.ENDPOINT_URL}/mcp`

let worker: ReturnType<typeof endpoint>
let running: ExecutionContext[]
let person = 0
let quotas: Validation['props']['slice']['quotas']
let over: Partial<Validation>
let recorded: AuditEvent[]
let asked: number
let proposals: Proposal[]
beforeEach(() => {
  worker = endpoint(custom)
  running = []
  person++
  quotas = []
  over = {}
  recorded = []
  asked = 0
  proposals = []
})

const allowed = { rule: 'r1', mode: 'ask' as const, limits: {} }
const validation = (): Validation => ({
  props: {
    email: `p${person}@example.com`,
    name: 'P',
    groups: [],
    slice: {
      version: 'p1',
      tools: { get_order: allowed, list_orders: allowed, refund_order: allowed },
      quotas,
      off: [],
    },
  },
  audience: resource,
  scope: ['custom:read', 'custom:write'],
  userId: `p${person}%40example.com`,
  clientId: 'client-1',
  ...over,
})
const hub = {
  validateToken: async () => (asked++, validation()),
  checkWrite: async () => ({ allowed: true, reason: '', limits: {}, version: 'p1' }),
  async propose(_resource, _token, proposal) {
    proposals.push(proposal)
    const { id, tool } = proposal
    const url = 'https://hub.test/approvals/1'
    const expiresAt = '2026-01-01T00:30:00.000Z'
    return { status: { id, state: 'proposed', tool, summary: 'x', url, expiresAt } }
  },
  record: async (_resource, batch) => void recorded.push(...batch),
} satisfies Partial<HubApi>

const shared = {
  ...bindings,
  ORDERS_BASE_URL: inject('ordersUrl'),
  HUB: hub,
} as unknown as EndpointEnv

async function call(name: string, args: object, token = `token-${person}`) {
  const request = new Request(resource, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      host: new URL(resource).host,
      authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2025-06-18',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: args },
    }),
  })
  const ctx = createExecutionContext()
  running.push(ctx)
  const response = await worker.fetch?.(
    request as Parameters<NonNullable<typeof worker.fetch>>[0],
    shared,
    ctx,
  )
  const text = (await response?.text()) ?? ''
  return { status: response?.status, text }
}
const perDay = (limit: number, tool?: string) => ({
  id: `q${limit}`,
  limit,
  per: 'day' as const,
  ...(tool !== undefined && { tool }),
})
const passed = (answers: readonly { text: string }[]) =>
  answers.filter(({ text }) => !text.includes('quota_exceeded')).length
const sideBySide = (count: number, name: string, args: object) =>
  Promise.all(Array.from({ length: count }, () => call(name, args)))

const order = { order_id: 'A-1001' }
const refund = { order_id: 'A-1001', reason: 'arrived broken' }

describe('a quota in the person’s own object', () => {
  it.each([1, 30, 45])('lets exactly %i of 60 parallel reads through', async (limit) => {
    quotas = [perDay(limit)]
    expect(passed(await sideBySide(60, 'get_order', order))).toBe(limit)
    expect(passed(await sideBySide(3, 'get_order', order))).toBe(0)
  })

  it('lets exactly 7 of 40 parallel writes be proposed', async () => {
    quotas = [perDay(7)]
    expect(passed(await sideBySide(40, 'refund_order', refund))).toBe(7)
    expect(proposals).toHaveLength(7)
  })

  it('counts reads and writes together, and survives its object’s eviction', async () => {
    quotas = [perDay(20)]
    const reads = passed(await sideBySide(8, 'get_order', order))
    const { SESSION } = bindings
    const id = SESSION.idFromName(`p${person}%40example.com`)
    await evictDurableObject(SESSION.get(id) as unknown as DurableObjectStub)
    const mixed = await Promise.all([
      sideBySide(20, 'get_order', order),
      sideBySide(20, 'refund_order', refund),
    ])
    expect(reads + passed(mixed.flat())).toBe(20)
  })

  it('has the refusal on record', async () => {
    quotas = [perDay(1, 'get_order')]
    await call('get_order', order)
    const refused = await call('get_order', order)
    expect(refused.text).toMatch(
      /quota_exceeded: Policy allows 1 calls a day of get_order, and they are used up\. Try again in \d+ seconds\./,
    )
    await Promise.all(running.map((ctx) => waitOnExecutionContext(ctx)))
    const rows = recorded.filter(({ user }) => user === `p${person}@example.com`)
    expect(rows.map(({ outcome }) => outcome)).toEqual(['ok', 'refused'])
    expect(rows[1]).toMatchObject({
      outcome: 'refused',
      errorCode: 'quota_exceeded',
      facts: { quota: 'q1' },
    })
  })
})

describe('a token', () => {
  it('that is remembered is refused from the second it expires', async () => {
    over = { expiresAt: Math.floor(Date.now() / 1000) + 1 }
    expect((await call('get_order', order)).status).toBe(200)
    while (Date.now() / 1000 <= Number(over.expiresAt)) await new Promise((r) => setTimeout(r, 50))
    expect((await call('get_order', order)).status).toBe(401)
    expect(asked).toBe(1)
  })

  it.each<[string, Partial<Validation>, number]>([
    ['for another resource', { audience: 'https://other.example.com/mcp' }, 401],
    ['for a resource below', { audience: `${resource}/x` }, 401],
    ['that has expired', { expiresAt: 1 }, 401],
    ['with a scope that is none', { scope: ['custom:read "'] }, 401],
    ['without scopes', { scope: [] }, 403],
    ['with another endpoint’s scopes', { scope: ['jira:read'] }, 403],
  ])('%s reaches no tool', async (_, wrong, status) => {
    over = wrong
    const answer = await call('get_order', order)
    expect(answer.status).toBe(status)
    expect(answer.text).not.toContain('customer')
  })
})

describe('the Session object', () => {
  it('takes an answer of any alphabet, in parts that a row holds', async () => {
    const session = bindings.SESSION.get(bindings.SESSION.idFromName('kept')) as SessionApi
    const parts = Array.from({ length: 50 }, (_, i) => `${i}${'漢'.repeat(59_998)}`)
    await session.keepAnswer('id', 'get_order', parts)
    expect(await session.answerPart('id', 50)).toEqual({ tool: 'get_order', text: parts[49] })
    expect(await session.answerPart('id', 51)).toBeNull()
  })
})
