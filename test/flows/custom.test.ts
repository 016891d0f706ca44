import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../local/browser.ts'
import { DemoClient, type Envelope } from '../local/demo-client.ts'
import { startStack, type Stack } from '../local/stack.ts'

/** The template Worker governed in full, although it has no code for that: the shell suffices for an author. */
let stack: Stack
let engineer: DemoClient
const browsers: Record<string, Browser> = {}

const browserOf = (email: string): Browser =>
  (browsers[email] ??= new Browser({ stopAt: (url) => url.startsWith('http://localhost:33418/') }))

beforeAll(async () => {
  stack = await startStack({ portBase: 'free', workers: ['hub', 'custom'] })
  const resource = `${stack.urls.custom}/mcp`
  const me = 'engineer@example.com'
  engineer = await DemoClient.connect('custom', resource, me, browserOf(me))
}, 120_000)
afterAll(async () => {
  await engineer?.close()
  await stack?.close()
})

async function decide(email: string, proposal: Envelope, verdict: 'approve' | 'deny') {
  const browser = browserOf(email)
  let page = await browser.open(proposal.approval_url ?? '')
  if (page.html.includes('name="email"')) page = await browser.submit(page, { email })
  return browser.submit(page, { verdict })
}

const refundsOnPage = async () => {
  const page = await fetch(stack.upstreams.find(({ worker }) => worker === 'custom')?.url ?? '')
  return (await page.text()).match(/A-\d+(?=<\/td>)/g) ?? []
}

describe('the custom endpoint', () => {
  test('lists and shows orders, without the field that its author did not name', async () => {
    const page = await engineer.read('list_orders', { limit: 2 })
    expect(page).toMatchObject({ truncated: true, items: [{ id: 'A-1120' }, { id: 'A-1119' }] })
    const next = await engineer.read('list_orders', { limit: 2, cursor: page.cursor })
    expect(next).toMatchObject({ items: [{ id: 'A-1118' }, { id: 'A-1117' }] })
    expect(JSON.stringify([page, next])).not.toContain('cardLastFour')
  })

  test('refunds a small order once its proposer approves', async () => {
    const proposal = await engineer.write('refund_order', { order_id: 'A-1001', reason: 'broken' })
    expect(proposal).toMatchObject({
      status: 'approval_required',
      summary: 'Refund 9 EUR to Ada Byron: broken',
    })
    expect(await refundsOnPage()).not.toContain('A-1001')
    await decide('engineer@example.com', proposal, 'approve')
    const done = await engineer.collect(proposal.approval_id ?? '')
    expect(done).toMatchObject({ status: 'done', result: { id: 'A-1001', status: 'refunded' } })
    expect(await engineer.collect(proposal.approval_id ?? '')).toMatchObject({ status: 'done' })
    expect(await refundsOnPage()).toEqual(['A-1001'])
  })

  test('leaves a large one to an administrator, whatever its proposer presses', async () => {
    const order = { order_id: 'A-1005', reason: 'never arrived' }
    expect(await engineer.read('get_order', { order_id: 'A-1005' })).toMatchObject({ total: 159 })
    const proposal = await engineer.write('refund_order', order)
    const forced = await decide('engineer@example.com', proposal, 'approve')
    expect(forced.status).toBe(409)
    expect(forced.html).toContain('Somebody else has to decide.')
    await decide('admin@example.com', proposal, 'approve')
    expect(await engineer.collect(proposal.approval_id ?? '')).toMatchObject({
      status: 'done',
      result: { id: 'A-1005', status: 'refunded' },
    })
  })

  test('refunds nothing that was denied', async () => {
    const order = { order_id: 'A-1002', reason: 'changed my mind' }
    const proposal = await engineer.write('refund_order', order)
    await decide('engineer@example.com', proposal, 'deny')
    expect(await engineer.collect(proposal.approval_id ?? '')).toMatchObject({ status: 'denied' })
    expect(await refundsOnPage()).not.toContain('A-1002')
  })
})
