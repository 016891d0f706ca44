import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../local/browser.ts'
import { DemoClient, type Envelope } from '../local/demo-client.ts'
import { startStack, type Stack } from '../local/stack.ts'

/** Slack behind the whole house: sign-in, policy, the page where a person decides, the run. */
let stack: Stack
let engineer: DemoClient
const browsers: Record<string, Browser> = {}
const me = 'engineer@example.com'

const browserOf = (email: string): Browser =>
  (browsers[email] ??= new Browser({ stopAt: (url) => url.startsWith('http://localhost:33418/') }))

beforeAll(async () => {
  stack = await startStack({ portBase: 'free', workers: ['hub', 'slack'] })
  engineer = await DemoClient.connect('slack', `${stack.urls.slack}/mcp`, me, browserOf(me))
}, 120_000)
afterAll(async () => {
  await engineer?.close()
  await stack?.close()
})

async function decide(email: string, proposal: Envelope) {
  const browser = browserOf(email)
  let page = await browser.open(proposal.approval_url ?? '')
  if (page.html.includes('name="email"')) page = await browser.submit(page, { email })
  return browser.submit(page, { verdict: 'approve' })
}
const slackPage = async () => {
  const url = stack.upstreams.find(({ worker }) => worker === 'slack')?.url ?? ''
  return (await fetch(url)).text()
}
const post = (channel: string, text: string) =>
  engineer.write('post_slack_message', { channel, text })

describe('the Slack endpoint', () => {
  test('reads the channels that policy names, and says which they are when asked for another', async () => {
    const { items } = await engineer.read('get_slack_channel_history', {
      channel: '#operations',
      limit: 1,
    })
    expect(items).toMatchObject([{ author: 'Ada Byron', replies: 2 }])
    await expect(
      engineer.read('get_slack_channel_history', { channel: '#hr-private' }),
    ).rejects.toThrow(
      'not among those policy allows you here (#operations, #engineering, #incidents)',
    )
  })

  test('sends a message of Slack’s full length exactly as its proposer approved it', async () => {
    const text = `Summary\n\n${'- a line of the report, with ümlauts and 🧑‍💻 and a < b\n'.repeat(190)}`
    const proposal = await post('#operations', text)
    expect(proposal).toMatchObject({ status: 'approval_required' })
    expect(await slackPage()).not.toContain('a line of the report')
    await decide(me, proposal)
    const done = await engineer.collect(proposal.approval_id ?? '')
    expect(done).toMatchObject({ status: 'done', result: { channel: 'C0OPS' } })
    const page = await slackPage()
    expect(page).toContain(`approval ${proposal.approval_id}`)
    expect(page.split('a line of the report')).toHaveLength(191)
    expect(await engineer.collect(proposal.approval_id ?? '')).toMatchObject({ status: 'done' })
    expect((await slackPage()).split('a line of the report')).toHaveLength(191)
  })

  test('leaves what notifies everybody to an administrator', async () => {
    const proposal = await post('#operations', 'All hands <!channel>')
    const forced = await decide(me, proposal)
    expect(forced.status).toBe(409)
    await decide('admin@example.com', proposal)
    expect(await engineer.collect(proposal.approval_id ?? '')).toMatchObject({ status: 'done' })
    expect(await slackPage()).toContain('notifies channel')
  })

  test('writes in no channel where policy only reads', async () => {
    await expect(post('#engineering', 'x')).rejects.toThrow(
      'not among those policy allows you here (#operations)',
    )
  })
})
