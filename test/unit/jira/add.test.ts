import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { approvalId, askedBy, issueIn, jiraHarness, tool, type Harness } from './harness.ts'

let time = Date.parse('2026-11-20T12:00:00Z')
let jira: Harness
beforeEach(() => {
  jira = jiraHarness({ now: () => (time += 1000) })
})
afterEach(() => {
  expect(jira.findings()).toEqual([])
  vi.unstubAllGlobals()
})

const issue = (key: string) => issueIn(jira, key)

describe('add_jira_comment', () => {
  test('is internal in a service project unless the customer is meant', async () => {
    const preview = await jira.preview('add_jira_comment', { issue_key: 'OPS-1', body: 'We look.' })
    expect(preview).toEqual({
      summary: 'Comment on OPS-1 (internal): My invoice is missing',
      changes: [],
      text: { after: 'We look.' },
      facts: { public: false, mentions: 0 },
    })
    await jira.write('add_jira_comment', { issue_key: 'OPS-1', body: 'We look.' })
    expect(issue('OPS-1').comments.at(-1)).toMatchObject({ public: false })
  })

  test('to the customer always asks a person', async () => {
    const args = { issue_key: 'OPS-1', body: 'It is on its way.', visibility: 'public' }
    const preview = await jira.preview('add_jira_comment', args)
    expect(preview.summary).toBe(
      'Comment on OPS-1 (PUBLIC, the customer sees it): My invoice is missing',
    )
    expect(preview.facts).toEqual({ public: true, mentions: 0, always_ask: true })
    await jira.write('add_jira_comment', args)
    const made = issue('OPS-1').comments.at(-1)
    expect(made).toMatchObject({ public: true, properties: [{ key: 'gatehouse' }] })
    expect(made?.body.content.at(-1)).toEqual(askedBy)
  })

  test('in a software project has no customer', async () => {
    const preview = await jira.preview('add_jira_comment', {
      issue_key: 'ENG-2',
      body: 'x',
      visibility: 'public',
    })
    expect(preview).toMatchObject({
      summary: 'Comment on ENG-2: Refunds are paid twice',
      facts: { public: false },
    })
  })

  test('is refused when who can see it has changed since the approval', async () => {
    const args = { issue_key: 'OPS-1', body: 'x', visibility: 'public' }
    const preview = await jira.preview('add_jira_comment', { ...args, visibility: 'internal' })
    const run = tool('add_jira_comment').bind(args).run(jira.context(), { preview })
    await expect(run).rejects.toMatchObject({ code: 'upstream_rejected' })
  })

  test.each([
    [{ issue_key: 'SECRET-1', body: 'x' }, 'forbidden'],
    [{ issue_key: 'ENG-90', body: 'x' }, 'not_found'],
    [{ issue_key: 'ENG-2', body: '' }, 'invalid_input'],
    [{ issue_key: 'ENG-2', body: 'x'.repeat(30_001) }, 'invalid_input'],
  ])('%j: %s', async (args, code) => {
    const call = async () => jira.preview('add_jira_comment', args)
    await expect(call()).rejects.toMatchObject({ code })
  })
})

describe('link_jira_issues', () => {
  test.each([
    ['blocks', { inward: 'ENG-4', outward: 'ENG-3' }, 'ENG-4 blocks ENG-3'],
    ['is blocked by', { inward: 'ENG-3', outward: 'ENG-4' }, 'ENG-4 is blocked by ENG-3'],
    ['Blocks', { inward: 'ENG-4', outward: 'ENG-3' }, 'ENG-4 blocks ENG-3'],
  ])('%s goes in the direction of the words', async (relation, link, summary) => {
    const args = { issue_key: 'ENG-4', relation, to_issue_key: 'ENG-3' }
    expect(await jira.preview('link_jira_issues', args)).toMatchObject({
      summary,
      facts: { web: false },
    })
    await jira.write('link_jira_issues', args)
    expect(jira.site.links.at(-1)).toMatchObject({ type: 'Blocks', ...link })
    const { links } = await jira.read('get_jira_issue', { issue_key: 'ENG-4', include: ['links'] })
    expect(links).toContainEqual(
      expect.objectContaining({ key: 'ENG-3', relation: summary.split(/ENG-\d/)[1]?.trim() }),
    )
  })

  test('to a page carries the approval, so a repeated one would be the same', async () => {
    await jira.write('link_jira_issues', {
      issue_key: 'ENG-4',
      relation: 'specified in',
      url: 'https://docs.example.com/x',
      title: 'Spec',
    })
    expect(issue('ENG-4').remoteLinks).toEqual([
      { url: 'https://docs.example.com/x', title: 'Spec', globalId: `gatehouse:${approvalId}` },
    ])
  })

  test.each([
    [{ relation: 'blocks', to_issue_key: 'SECRET-1' }, 'forbidden'],
    [{ relation: 'blocks', to_issue_key: 'ENG-4' }, 'invalid_input'],
    [{ relation: 'loves', to_issue_key: 'ENG-3' }, 'invalid_input'],
    [{ relation: 'x' }, 'invalid_input'],
    [{ relation: 'x', to_issue_key: 'ENG-3', url: 'https://a.example' }, 'invalid_input'],
    [{ relation: 'x', url: 'javascript:alert(1)' }, 'invalid_input'],
  ])('%j: %s', async (args, code) => {
    const call = async () => jira.preview('link_jira_issues', { issue_key: 'ENG-4', ...args })
    await expect(call()).rejects.toMatchObject({ code })
  })
})

describe('move_jira_issues_to_sprint', () => {
  test('shows each issue, then moves them with one request', async () => {
    const args = { issue_keys: ['ENG-7', 'ENG-5', 'ENG-7'], sprint_id: 3 }
    expect(await jira.preview('move_jira_issues_to_sprint', args)).toMatchObject({
      summary: 'Move 2 issues to sprint ENG 43',
      rows: {
        total: 2,
        rows: [{ after: ['ENG-5', 'To Do', expect.any(String), 'sprint ENG 43'] }, {}],
      },
    })
    await jira.write('move_jira_issues_to_sprint', args)
    expect([issue('ENG-5').sprint, issue('ENG-7').sprint]).toEqual([3, 3])
    await jira.write('move_jira_issues_to_sprint', { issue_keys: ['ENG-7'] })
    expect(issue('ENG-7').sprint).toBeNull()
  })

  test.each([
    [{ issue_keys: ['ENG-7', 'SECRET-1'], sprint_id: 3 }, 'forbidden'],
    [{ issue_keys: ['ENG-90'], sprint_id: 3 }, 'not_found'],
    [{ issue_keys: ['ENG-999'], sprint_id: 3 }, 'not_found'],
    [{ issue_keys: ['ENG-7'], sprint_id: 4 }, 'not_found'], // a board of SECRET
    [{ issue_keys: ['ENG-7'], sprint_id: 1 }, 'invalid_input'], // closed
  ])('%j: %s', async (args, code) => {
    await expect(jira.preview('move_jira_issues_to_sprint', args)).rejects.toMatchObject({ code })
  })
})

describe('add_jira_worklog', () => {
  test('logs time with who asked', async () => {
    const args = {
      issue_key: 'ENG-4',
      minutes: 90,
      started: '2026-11-19T09:00:00+01:00',
      comment: 'Looked.',
    }
    expect(await jira.preview('add_jira_worklog', args)).toMatchObject({
      summary: 'Log 90 minutes on ENG-4: Show customers why an order failed',
      facts: { minutes: 90 },
    })
    await jira.write('add_jira_worklog', args)
    expect(issue('ENG-4').worklogs).toMatchObject([{ seconds: 5400 }])
    expect(issue('ENG-4').worklogs[0]?.comment?.content.at(-1)).toEqual(askedBy)
  })
})
