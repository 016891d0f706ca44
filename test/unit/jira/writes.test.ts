import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { approvalId, jiraHarness, type Harness } from './harness.ts'

let time = Date.parse('2026-11-20T12:00:00Z')
let jira: Harness
beforeEach(() => {
  jira = jiraHarness({ now: () => (time += 1000) })
})
afterEach(() => {
  expect(jira.findings()).toEqual([])
  vi.unstubAllGlobals()
})

const issue = (key: string) => {
  const found = jira.site.issues.find((one) => one.key === key)
  if (!found) throw new Error(`There is no ${key}.`)
  return found
}
const askedBy = {
  type: 'paragraph',
  content: [
    {
      type: 'text',
      text: `Asked by Edgar Engineer (engineer@example.com) through Gatehouse, approval ${approvalId}`,
      marks: [{ type: 'em' }],
    },
  ],
}
const writesSoFar = () =>
  jira.requests.filter((one) => /^(POST|PUT)/.test(one) && !/search|bulkfetch/.test(one))
const refund = {
  project_key: 'ENG',
  summary: 'Refunds are paid twice again',
  description: 'See **log**.\n\n- [@who](accountid:5b10a2844c20165700ede21f)',
  issue_type: 'Bug',
  priority: 'High',
} as const

describe('create_jira_ticket', () => {
  test('shows what would be made, whom it notifies and what is like it, and makes nothing', async () => {
    const preview = await jira.preview('create_jira_ticket', {
      ...refund,
      labels: ['a', 'b'],
      assignee: 'me',
    })
    expect(preview).toEqual({
      summary: 'Create Bug in ENG: Refunds are paid twice again. Possible duplicates: ENG-2.',
      changes: [
        { field: 'project', to: 'ENG' },
        { field: 'type', to: 'Bug' },
        { field: 'summary', to: 'Refunds are paid twice again' },
        { field: 'priority', to: 'High' },
        { field: 'labels', to: 'a, b' },
        { field: 'assignee', to: 'Edgar Engineer' },
        { field: 'notifies', to: 'Olga Operations' },
        { field: 'possible duplicate', to: 'ENG-2 (In Progress) Refunds are paid twice' },
      ],
      text: { after: refund.description },
      facts: { duplicates: 1, mentions: 1, priority: 'High', always_ask: true },
    })
    expect(writesSoFar()).toEqual([])
  })

  test('makes it once, with who asked and which approval', async () => {
    const answer = await jira.write('create_jira_ticket', refund)
    expect(answer).toEqual({ key: 'ENG-8', url: 'https://example.atlassian.net/browse/ENG-8' })
    const made = issue('ENG-8')
    expect(made).toMatchObject({
      type: 'Bug',
      priority: 'High',
      summary: 'Refunds are paid twice again',
      properties: [
        { key: 'gatehouse', value: { approval: approvalId, askedBy: 'engineer@example.com' } },
      ],
    })
    expect(made.description?.content).toEqual([
      {
        type: 'paragraph',
        content: [
          { type: 'text', text: 'See ' },
          { type: 'text', text: 'log', marks: [{ type: 'strong' }] },
          { type: 'text', text: '.' },
        ],
      },
      {
        type: 'bulletList',
        content: [
          {
            type: 'listItem',
            content: [
              {
                type: 'paragraph',
                content: [
                  {
                    type: 'mention',
                    attrs: { id: '5b10a2844c20165700ede21f', text: '@Olga Operations' },
                  },
                ],
              },
            ],
          },
        ],
      },
      askedBy,
    ])
    expect(writesSoFar()).toEqual(['POST /rest/api/3/issue'])
  })

  test('takes the client’s parameters alone', async () => {
    const { description: _, priority: __, ...least } = refund
    expect(await jira.write('create_jira_ticket', least)).toMatchObject({ key: 'ENG-8' })
    expect(issue('ENG-8').description?.content).toEqual([askedBy])
  })

  test.each([
    ['a project that policy does not allow', { project_key: 'SECRET' }, 'forbidden'],
    ['a parent there', { parent_key: 'SECRET-1' }, 'forbidden'],
    ['a summary of two lines', { summary: 'a\nb' }, 'invalid_input'],
    ['no summary', { summary: '  ' }, 'invalid_input'],
    ['a type that nobody offers', { issue_type: 'Epic' }, 'invalid_input'],
    ['a field the screen lacks', { fields: { customfield_99999: 1 } }, 'invalid_input'],
    [
      'an option the field lacks',
      { fields: { customfield_10050: { value: 'Huge' } } },
      'invalid_input',
    ],
    ['a field that has an argument', { fields: { summary: 'x' } }, 'invalid_input'],
    ['the project by the back door', { fields: { project: { key: 'SECRET' } } }, 'invalid_input'],
    ['a reporter', { fields: { reporter: { id: 'x' } } }, 'invalid_input'],
    ['a person who has left', { assignee: '5b10a2844c20165700ede21c' }, 'invalid_input'],
    ['a mention of nobody', { description: '[@x](accountid:nobody)' }, 'invalid_input'],
    ['a mention that is no id', { description: '[@x](accountid:a/../b)' }, 'invalid_input'],
    ['a macro', { description: '> [!MACRO] toc' }, 'invalid_input'],
  ])('is refused with %s', async (_, change, code) => {
    const call = async () => jira.preview('create_jira_ticket', { ...refund, ...change })
    await expect(call()).rejects.toMatchObject({ code })
    expect(writesSoFar()).toEqual([])
  })

  test('names the fields that a project wants by id', async () => {
    const call = jira.preview('create_jira_ticket', { ...refund, project_key: 'OPS' })
    await expect(call).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'customfield_10050 is required. get_jira_create_fields shows what each field takes.',
    })
    const fields = { customfield_10050: { value: 'Critical' } }
    await jira.write('create_jira_ticket', { ...refund, project_key: 'OPS', fields })
    expect(issue('OPS-3').custom).toMatchObject({ customfield_10050: { value: 'Critical' } })
  })
})

describe('bulk_create_jira_tickets', () => {
  const issues = [
    { summary: 'First one', issue_type: 'Task' },
    { summary: 'Second one', issue_type: 'Bug', priority: 'Low', description: 'why' },
  ]
  test('shows a table and makes all with one request', async () => {
    const args = { project_key: 'ENG', issues }
    expect(await jira.preview('bulk_create_jira_tickets', args)).toEqual({
      summary: 'Create 2 issues in ENG',
      rows: {
        columns: ['type', 'priority', 'summary', 'labels', 'parent', 'description'],
        rows: [
          { after: ['Task', '', 'First one', '', '', ''] },
          { after: ['Bug', 'Low', 'Second one', '', '', 'why'] },
        ],
        total: 2,
      },
      changes: [],
      facts: { issues: 2, mentions: 0 },
    })
    expect(await jira.write('bulk_create_jira_tickets', args)).toEqual({
      created: [
        { row: 1, key: 'ENG-8' },
        { row: 2, key: 'ENG-9' },
      ],
      failed: [],
    })
    expect(writesSoFar()).toEqual(['POST /rest/api/3/issue/bulk'])
  })

  test('says which rows Jira refused, and which keys the others have', async () => {
    const network = globalThis.fetch
    // the label passes our check and not Jira's, as a rule of one site could have it
    vi.stubGlobal('fetch', async (request: Request) => {
      if (!request.url.endsWith('/bulk')) return network(request)
      const body = (await request.text()).replace('First one', '')
      return network(new Request(request.url, { method: 'POST', headers: request.headers, body }))
    })
    expect(await jira.write('bulk_create_jira_tickets', { project_key: 'ENG', issues })).toEqual({
      created: [{ row: 2, key: 'ENG-8' }],
      failed: [{ row: 1, fields: ['summary'] }],
    })
  })

  test('takes fifty at most', async () => {
    const many = Array.from({ length: 51 }, () => issues[0])
    const call = async () =>
      jira.preview('bulk_create_jira_tickets', { project_key: 'ENG', issues: many })
    await expect(call()).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('update_jira_issue', () => {
  test('shows the difference and sends nothing else', async () => {
    const args = {
      issue_key: 'ENG-4',
      priority: 'Low',
      summary: 'Show customers why an order failed',
      assignee: 'me',
      description: 'New words.',
    }
    const before = issue('ENG-4')
    const version = new Date(before.updated).toISOString().replace('Z', '+0000')
    expect(await jira.preview('update_jira_issue', args)).toEqual({
      summary:
        'Change priority, assignee, description of ENG-4: Show customers why an order failed',
      changes: [
        { field: 'priority', from: 'Medium', to: 'Low' },
        { field: 'assignee', from: 'nobody', to: 'Edgar Engineer' },
      ],
      text: { before: 'As a customer I want to know what to do next.', after: 'New words.' },
      target: { id: 'ENG-4', version },
      facts: { mentions: 0, fields: 3 },
    })
    await jira.write('update_jira_issue', args)
    expect(issue('ENG-4')).toMatchObject({ priority: 'Low', assignee: '5b10a2844c20165700ede21e' })
    expect(issue('ENG-4').changes.at(-1)).toMatchObject({
      items: [
        { field: 'priority', from: 'Medium', to: 'Low' },
        { field: 'assignee' },
        { field: 'description' },
      ],
      historyMetadata: {
        type: 'gatehouse:approval',
        actor: { id: 'engineer@example.com' },
        cause: { id: approvalId, type: 'gatehouse-approval' },
      },
    })
  })

  test('never rewrites a description that was not changed', async () => {
    const { description } = await jira.read('get_jira_issue', { issue_key: 'ENG-2' })
    const before = issue('ENG-2').description
    await jira.write('update_jira_issue', { issue_key: 'ENG-2', description, priority: 'Low' })
    expect(issue('ENG-2').description).toBe(before)
    const call = jira.preview('update_jira_issue', { issue_key: 'ENG-2', description })
    await expect(call).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('keeps what Markdown does not show in the blocks that stay', async () => {
    const { description } = await jira.read('get_jira_issue', { issue_key: 'ENG-2' })
    const before = issue('ENG-2').description?.content ?? []
    const edited = String(description).replace('## What happens', '## What happened')
    await jira.write('update_jira_issue', { issue_key: 'ENG-2', description: edited })
    const after = issue('ENG-2').description?.content ?? []
    expect(after.slice(1)).toEqual(before.slice(1))
    expect(after[0]).toMatchObject({ type: 'heading', content: [{ text: 'What happened' }] })
  })

  test('refuses words that would lose a macro', async () => {
    const call = jira.preview('update_jira_issue', { issue_key: 'ENG-2', description: 'Short.' })
    await expect(call).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('macro toc'),
    })
  })

  test('is refused when the issue moved on between approval and run', async () => {
    const args = { issue_key: 'ENG-4', priority: 'Low' }
    const preview = await jira.preview('update_jira_issue', args)
    issue('ENG-4').updated += 1
    const { tool } = await import('./harness.ts')
    const run = tool('update_jira_issue').bind(args).run(jira.context(), { preview })
    await expect(run).rejects.toMatchObject({ code: 'upstream_rejected' })
    expect(issue('ENG-4').priority).toBe('Medium')
    expect(writesSoFar()).toEqual([])
  })

  test('is refused at once when the reader’s version is old', async () => {
    const call = jira.preview('update_jira_issue', {
      issue_key: 'ENG-4',
      priority: 'Low',
      expected_updated: 'x',
    })
    await expect(call).rejects.toMatchObject({ code: 'upstream_rejected' })
  })

  test.each([
    [{ issue_key: 'SECRET-1', priority: 'Low' }, 'forbidden'],
    [{ issue_key: 'ENG-90', priority: 'Low' }, 'not_found'],
    [{ issue_key: 'ENG-4', parent_key: 'SECRET-1' }, 'forbidden'],
    [{ issue_key: 'ENG-4', priority: 'Medium' }, 'invalid_input'], // nothing changes
    [{ issue_key: 'ENG-4' }, 'invalid_input'],
    [{ issue_key: 'ENG-4', assignee: 'none' }, 'invalid_input'], // nobody is assigned already
    [{ issue_key: 'ENG-4', due_date: '2026-02-30' }, 'invalid_input'],
    [{ issue_key: 'ENG-4', fields: { project: { key: 'SECRET' } } }, 'invalid_input'],
    [{ issue_key: 'ENG-4', fields: { status: { name: 'Done' } } }, 'invalid_input'],
  ])('%j: %s', async (args, code) => {
    const call = async () => jira.preview('update_jira_issue', args)
    await expect(call()).rejects.toMatchObject({ code })
  })

  test('sets this site’s own fields, shown in words', async () => {
    const args = {
      issue_key: 'ENG-2',
      fields: { customfield_10050: { value: 'Critical' }, customfield_10016: 5 },
    }
    const preview = await jira.preview('update_jira_issue', args)
    expect(preview.changes).toEqual([{ field: 'customfield_10050', from: 'Major', to: 'Critical' }])
    await jira.write('update_jira_issue', {
      ...args,
      assignee: 'none',
      due_date: '2026-12-01',
      labels: ['x'],
    })
    expect(issue('ENG-2')).toMatchObject({ assignee: null, due: '2026-12-01', labels: ['x'] })
  })
})

describe('transition_jira_issue', () => {
  test('takes the one step that leads to a status', async () => {
    const args = { issue_key: 'ENG-2', to_status: 'in review' }
    expect(await jira.preview('transition_jira_issue', args)).toMatchObject({
      summary: 'Move ENG-2 from In Progress to In Review: Refunds are paid twice',
      changes: [{ field: 'status', from: 'In Progress', to: 'In Review' }],
      facts: { category: 'in_progress' },
    })
    expect(await jira.write('transition_jira_issue', args)).toEqual({
      key: 'ENG-2',
      from: 'In Progress',
      to: 'In Review',
    })
    expect(issue('ENG-2').status).toBe('In Review')
  })

  test('gives the fields that the step’s screen wants', async () => {
    const args = { issue_key: 'ENG-3', to_status: 'Done' }
    await expect(jira.preview('transition_jira_issue', args)).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'This step needs resolution: give them in fields.',
    })
    await jira.write('transition_jira_issue', { ...args, fields: { resolution: { name: 'Done' } } })
    expect(issue('ENG-3')).toMatchObject({ status: 'Done', resolution: 'Done' })
  })

  test.each([
    ['ENG-4', 'Done'], // several steps away
    ['ENG-4', 'Nowhere'],
    ['ENG-4', 'To Do'], // already there
  ])('does not take %s to %s', async (issue_key, to_status) => {
    const call = jira.preview('transition_jira_issue', { issue_key, to_status })
    await expect(call).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

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
    const { tool } = await import('./harness.ts')
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
