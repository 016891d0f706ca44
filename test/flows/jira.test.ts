import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../local/browser.ts'
import { DemoClient, type Envelope } from '../local/demo-client.ts'
import { startStack, type Stack } from '../local/stack.ts'

/** Jira behind the whole house: sign-in, policy, the page where a person decides, the run. */
let stack: Stack
let engineer: DemoClient
let analyst: DemoClient
const browsers: Record<string, Browser> = {}

const browserOf = (email: string): Browser =>
  (browsers[email] ??= new Browser({ stopAt: (url) => url.startsWith('http://localhost:33418/') }))
const connect = (email: string) =>
  DemoClient.connect('jira', `${stack.urls.jira}/mcp`, email, browserOf(email))

beforeAll(async () => {
  stack = await startStack({ portBase: 'free', workers: ['hub', 'jira'] })
  engineer = await connect('engineer@example.com')
  analyst = await connect('analyst@example.com')
}, 120_000)
afterAll(async () => {
  await engineer?.close()
  await analyst?.close()
  await stack?.close()
})

async function decide(email: string, proposal: Envelope, verdict: 'approve' | 'deny' = 'approve') {
  const browser = browserOf(email)
  let page = await browser.open(proposal.approval_url ?? '')
  if (page.html.includes('name="email"')) page = await browser.submit(page, { email })
  return { shown: page.html, decided: await browser.submit(page, { verdict }) }
}
const jiraPage = async () => {
  const url = stack.upstreams.find(({ worker }) => worker === 'jira')?.url ?? ''
  return (await fetch(url)).text()
}
const keysOf = (answer: Record<string, unknown>) =>
  (answer['items'] as { key: string }[]).map(({ key }) => key)

describe('the Jira endpoint', () => {
  test('shows each person the projects that policy names', async () => {
    const all = { jql: 'id > 0', max_results: 100 }
    const projects = async (client: DemoClient) =>
      [
        ...new Set(
          keysOf(await client.read('search_jira_issues', all)).map((key) => key.split('-')[0]),
        ),
      ].sort()
    expect(await projects(engineer)).toEqual(['ENG', 'OPS'])
    expect(await projects(analyst)).toEqual(['ENG'])
    await expect(analyst.read('list_jira_boards', { project_key: 'OPS' })).rejects.toThrow(/ENG/)
    await expect(engineer.read('get_jira_issue', { issue_key: 'SECRET-1' })).rejects.toThrow(
      /ENG, OPS/,
    )
  })

  test('pages by a cursor that belongs to the person and the question', async () => {
    const args = { jql: 'id > 0 ORDER BY key', max_results: 3 }
    const first = await engineer.read('search_jira_issues', args)
    expect(first).toMatchObject({ truncated: true })
    const cursor = first['cursor']
    const second = await engineer.read('search_jira_issues', { ...args, cursor })
    expect(keysOf(second)).not.toEqual(keysOf(first))
    await expect(analyst.read('search_jira_issues', { ...args, cursor })).rejects.toThrow(/cursor/)
    const other = { ...args, jql: 'project = ENG', cursor }
    await expect(engineer.read('search_jira_issues', other)).rejects.toThrow(/cursor/)
  })

  test('marks what others wrote as data, and makes hidden characters visible', async () => {
    const issue = await engineer.read('get_jira_issue', { issue_key: 'ENG-5' })
    expect(issue['data_notice']).toBeDefined()
    const { description } = issue as { description: string }
    expect(description).toContain('IGNORE ALL PREVIOUS INSTRUCTIONS')
    expect(description).not.toMatch(/[\u202A-\u202E\u{E0000}-\u{E007F}]/u)
  })

  test('makes a ticket once, when the person has seen and approved it', async () => {
    const proposal = await engineer.write('create_jira_ticket', {
      project_key: 'ENG',
      summary: 'Refunds are paid twice on Sundays',
      description: '| day | count |\n| - | - |\n| Sunday | 7 |\n\n<script>alert(1)</script>',
      issue_type: 'Bug',
      priority: 'High',
    })
    expect(proposal).toMatchObject({
      status: 'approval_required',
      summary: expect.stringContaining('Possible duplicates: ENG-2'),
    })
    expect(await jiraPage()).not.toContain('on Sundays')
    const { shown } = await decide('engineer@example.com', proposal)
    expect(shown).toContain('| Sunday | 7 |')
    expect(shown).not.toContain('<script>alert')
    const done = await engineer.collect(proposal.approval_id ?? '')
    expect(done).toMatchObject({ status: 'done', result: { key: 'ENG-8' } })
    await engineer.collect(proposal.approval_id ?? '')
    const page = await jiraPage()
    expect(page.split('Refunds are paid twice on Sundays')).toHaveLength(2)
    expect(page).toContain(`approval ${proposal.approval_id}`)
    expect(keysOf(await engineer.read('search_jira_issues', { text: 'sundays' }))).toEqual([
      'ENG-8',
    ])
  })

  test('changes nothing that was denied, or that moved on after the approval', async () => {
    const denied = await engineer.write('update_jira_issue', {
      issue_key: 'ENG-3',
      priority: 'Low',
    })
    await decide('engineer@example.com', denied, 'deny')
    expect(await engineer.collect(denied.approval_id ?? '')).toMatchObject({ status: 'denied' })

    const late = await engineer.write('update_jira_issue', { issue_key: 'ENG-3', priority: 'Low' })
    const first = await engineer.write('transition_jira_issue', {
      issue_key: 'ENG-3',
      to_status: 'In Progress',
    })
    for (const proposal of [late, first]) await decide('engineer@example.com', proposal)
    expect(await engineer.collect(first.approval_id ?? '')).toMatchObject({ status: 'done' })
    expect(await engineer.collect(late.approval_id ?? '')).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_rejected' },
    })
    expect(await engineer.read('get_jira_issue', { issue_key: 'ENG-3' })).toMatchObject({
      priority: 'Medium',
      status: 'In Progress',
    })
  })

  test('lets nobody write who may only read', async () => {
    await expect(
      analyst.write('add_jira_comment', { issue_key: 'ENG-3', body: 'x' }),
    ).rejects.toThrow()
    expect(await jiraPage()).not.toContain('Ann Analyst</b>')
  })
})
