import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { approvalId, askedBy, issueIn, jiraHarness, writesOf, type Harness } from './harness.ts'

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
    expect(writesOf(jira)).toEqual([])
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
    expect(writesOf(jira)).toEqual(['POST /rest/api/3/issue'])
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
    expect(writesOf(jira)).toEqual([])
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
    expect(writesOf(jira)).toEqual(['POST /rest/api/3/issue/bulk'])
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
