import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jiraHarness, type Harness } from './harness.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
let jira: Harness
beforeEach(() => {
  jira = jiraHarness({ now: () => now })
})
afterEach(() => {
  expect(jira.findings()).toEqual([])
  vi.unstubAllGlobals()
})

describe('lists', () => {
  test('comments: newest first, by pages, with who may see them', async () => {
    const first = await jira.read('list_jira_comments', { issue_key: 'OPS-1', max_results: 1 })
    expect(first).toEqual({
      items: [
        {
          id: '4',
          author: 'Olga Operations',
          created: expect.any(String),
          internal: true,
          body: 'The customer owes us 300 EUR.',
        },
      ],
      truncated: false,
      cursor: '1',
    })
    const second = await jira.read(
      'list_jira_comments',
      { issue_key: 'OPS-1', max_results: 1 },
      { cursor: '1' },
    )
    expect(second).toMatchObject({ items: [{ id: '3', body: 'Any news?' }] })
    expect(second).not.toHaveProperty('cursor')
  })

  test('history: newest first, and pages do not shift when something is added', async () => {
    const args = { issue_key: 'ENG-2', max_results: 2 }
    const first = await jira.read('list_jira_history', args)
    await jira.write('transition_jira_issue', { issue_key: 'ENG-2', to_status: 'In Review' })
    const second = await jira.read('list_jira_history', args, { cursor: String(first['cursor']) })
    expect(second).toEqual({
      items: [
        { at: '2026-11-09T16:30Z', by: 'Ada Admin', changes: ['status: To Do → In Progress'] },
      ],
      truncated: false,
    })
  })

  test('projects: those policy allows', async () => {
    expect(await jira.read('list_jira_projects', {})).toEqual({
      items: [
        { key: 'ENG', name: 'Engineering', type: 'software' },
        { key: 'OPS', name: 'Operations desk', type: 'service_desk' },
      ],
      truncated: false,
    })
    expect(await jira.read('list_jira_projects', { search: 'desk' })).toMatchObject({
      items: [{ key: 'OPS' }],
    })
    expect(await jira.read('list_jira_projects', {}, { limits: {} })).toEqual({
      items: [],
      truncated: false,
    })
    expect(jira.requests.filter((one) => one.includes('project/search'))).toHaveLength(2)
  })

  test('create fields: which are needed and what they take', async () => {
    expect(await jira.read('get_jira_create_fields', { project_key: 'ENG' })).toEqual({
      issue_types: ['Epic', 'Story', 'Task', 'Bug', 'Sub-task'],
    })
    const { fields } = await jira.read('get_jira_create_fields', {
      project_key: 'OPS',
      issue_type: 'bug',
    })
    expect(fields).toContainEqual({
      id: 'customfield_10050',
      name: 'Severity',
      type: 'option',
      required: true,
      options: ['Minor', 'Major', 'Critical'],
    })
    expect(fields).toContainEqual({
      id: 'labels',
      name: 'Labels',
      type: 'list of string',
      required: false,
    })
  })

  test('users: account id and name, never an address', async () => {
    const answer = await jira.read('search_jira_users', { project_key: 'ENG', search: 'edgar' })
    expect(answer).toEqual({
      items: [{ account_id: '5b10a2844c20165700ede21e', name: 'Edgar Engineer' }],
      truncated: false,
    })
  })

  test('transitions: one step, with the fields it needs', async () => {
    expect(await jira.read('list_jira_transitions', { issue_key: 'ENG-3' })).toEqual({
      status: 'In Review',
      transitions: [
        { to_status: 'Done', step: 'Finish', required_fields: ['resolution'] },
        { to_status: 'In Progress', step: 'Send back' },
      ],
    })
  })

  test('boards and sprints of a project', async () => {
    expect(await jira.read('list_jira_boards', { project_key: 'ENG' })).toEqual({
      items: [{ id: 1, name: 'ENG board', type: 'scrum' }],
      truncated: false,
    })
    expect(await jira.read('list_jira_sprints', { board_id: 1 })).toEqual({
      items: [
        {
          id: 2,
          name: 'ENG 42',
          state: 'active',
          start: '2026-11-14',
          end: '2026-11-28',
          goal: 'No refund twice',
        },
      ],
      truncated: false,
    })
    const all = await jira.read('list_jira_sprints', { board_id: 1, state: 'all' })
    expect(all['items']).toHaveLength(3)
  })

  test('a sprint adds up the caller’s issues only', async () => {
    const answer = await jira.read('list_jira_sprint_issues', { sprint_id: 2, max_results: 2 })
    expect(answer).toMatchObject({
      sprint: { name: 'ENG 42' },
      rollup: {
        to_do: { issues: 1, points: 8 },
        in_progress: { issues: 2, points: 8 },
        done: { issues: 0, points: 0 },
      },
      items: [{ key: 'ENG-2' }, { key: 'ENG-3' }],
      cursor: '2',
    })
    const next = await jira.read(
      'list_jira_sprint_issues',
      { sprint_id: 2, max_results: 2 },
      { cursor: '2' },
    )
    expect(next).toMatchObject({ items: [{ key: 'ENG-4' }] })
    expect(next).not.toHaveProperty('rollup')
  })

  test.each([
    ['list_jira_boards', { project_key: 'SECRET' }, 'forbidden'],
    ['get_jira_create_fields', { project_key: 'SECRET' }, 'forbidden'],
    ['search_jira_users', { project_key: 'SECRET', search: 'ada' }, 'forbidden'],
    ['list_jira_sprints', { board_id: 3 }, 'not_found'],
    ['list_jira_sprints', { board_id: 2 }, 'invalid_input'], // Kanban
    ['list_jira_sprint_issues', { sprint_id: 4 }, 'not_found'],
    ['list_jira_comments', { issue_key: 'ENG-90' }, 'not_found'],
    ['list_jira_history', { issue_key: 'SECRET-1' }, 'forbidden'],
    ['list_jira_transitions', { issue_key: 'ENG-90' }, 'not_found'],
    ['get_jira_attachment', { issue_key: 'SECRET-1', attachment_id: '702' }, 'forbidden'],
    ['get_jira_attachment', { issue_key: 'ENG-2', attachment_id: '702' }, 'not_found'],
    ['get_jira_attachment', { issue_key: 'ENG-90', attachment_id: '702' }, 'not_found'],
  ])('%s %j is refused: %s', async (name, args, code) => {
    await expect(jira.read(name, args)).rejects.toMatchObject({ code })
  })

  test.each(['1e9', '-1', 'x', '{"token":1}'])('a cursor like %s is none', async (cursor) => {
    const call = jira.read('list_jira_comments', { issue_key: 'ENG-2' }, { cursor })
    if (cursor === '1e9') await expect(call).resolves.toMatchObject({ items: [] })
    else await expect(call).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
