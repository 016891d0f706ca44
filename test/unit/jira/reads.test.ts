import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import integration from '../../../workers/jira/integration.ts'
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

describe('get_jira_issue', () => {
  test('shows the issue alone, unless more is asked for', async () => {
    expect(await jira.read('get_jira_issue', { issue_key: 'eng-3' })).toEqual({
      key: 'ENG-3',
      url: 'https://example.atlassian.net/browse/ENG-3',
      type: 'Bug',
      status: 'In Review',
      status_category: 'in_progress',
      priority: 'Medium',
      summary: 'Card payments time out at night',
      reporter: 'Ada Admin',
      created: '2026-11-10T18:00Z',
      updated: '2026-11-10T20:00:00.000+0000',
      description: 'Between 02:00 and 03:00 the provider needs more than ten seconds.',
    })
  })

  test('shows parts by name, newest first, and says what Markdown lacks', async () => {
    const include = ['comments', 'links', 'history', 'attachments', 'custom_fields']
    const issue = await jira.read('get_jira_issue', { issue_key: 'ENG-2', include })
    expect(issue).toMatchObject({
      not_shown: ['macro toc', 'text colour'],
      comments_total: 2,
      comments: [
        { id: '2', author: 'Ann Analyst' },
        { id: '1', author: 'Olga Operations' },
      ],
      links: [
        {
          relation: 'blocks',
          key: 'ENG-4',
          status: 'To Do',
          summary: 'Show customers why an order failed',
        },
      ],
      history_total: 3,
      attachments: [
        {
          id: '700',
          filename: 'refunds.log',
          type: 'text/plain',
          bytes: 560,
          by: 'Olga Operations',
        },
        { id: '701', filename: 'screen.png' },
        { id: '705', filename: 'offer.pdf' },
      ],
      custom_fields: { 'Story Points': '5', Severity: 'Major' },
    })
  })

  test('leaves out what lies in other projects, and says how much', async () => {
    const include = ['links', 'history', 'comments', 'custom_fields']
    const issue = await jira.read('get_jira_issue', { issue_key: 'ENG-2', include })
    expect(issue['links_elsewhere']).toBe(1)
    const { comments: _, ...rest } = issue // a hostile comment names the project by itself
    expect(JSON.stringify(rest)).not.toMatch(/SECRET|Initech/)
  })

  test.each([
    ['SECRET-1', 'forbidden'],
    ['ENG-90', 'not_found'], // an old key: the issue has moved to SECRET
    ['ENG-9999', 'not_found'],
    ['10109', 'invalid_input'],
    ['ENG-1/../../SECRET-1', 'invalid_input'],
    ['ENG-1?fields=*all', 'invalid_input'],
  ])('does not lead to %s: %s', async (issue_key, code) => {
    const call = async () => jira.read('get_jira_issue', { issue_key, include: ['comments'] })
    await expect(call()).rejects.toMatchObject({
      code,
      message: expect.not.stringMatching(/Initech/),
    })
  })

  test('follows an issue that moved inside the allowed projects', async () => {
    expect(await jira.read('get_jira_issue', { issue_key: 'ENG-91' })).toMatchObject({
      key: 'ENG-3',
    })
    expect(jira.facts).toMatchObject({ movedTo: 'ENG-3' })
  })

  test('reads an issue whose history has empty sides, as Jira sends them: null', async () => {
    const network = globalThis.fetch
    vi.stubGlobal('fetch', async (request: Request) => {
      const answer = await network(request)
      const text = (await answer.text()).replaceAll(
        '"field":"Link"',
        '"field":"Link","fromString":null',
      )
      return new Response(text, answer)
    })
    const { items } = await jira.read('list_jira_history', { issue_key: 'ENG-2', max_results: 1 })
    expect(items).toEqual([
      {
        at: '2026-11-09T17:00Z',
        by: 'Ada Admin',
        changes: ['Link: (none) → This issue relates to (an issue of another project)'],
      },
    ])
  })
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

describe('get_jira_attachment', () => {
  test('gives the text of a text file, and of others where to open them', async () => {
    expect(
      await jira.read('get_jira_attachment', { issue_key: 'ENG-2', attachment_id: '700' }),
    ).toEqual({
      filename: 'refunds.log',
      type: 'text/plain',
      bytes: 560,
      url: 'https://example.atlassian.net/browse/ENG-2',
      text: 'ERROR refund 991 paid twice\n'.repeat(20),
      media: [],
    })
    expect(
      await jira.read('get_jira_attachment', { issue_key: 'ENG-2', attachment_id: '705' }),
    ).toEqual({
      filename: 'offer.pdf',
      type: 'application/pdf',
      bytes: 8,
      url: 'https://example.atlassian.net/browse/ENG-2',
      media: [],
    })
  })

  test('gives a picture as a picture, by what its bytes are', async () => {
    const picture = { issue_key: 'ENG-2', attachment_id: '701' }
    const answer = await jira.read('get_jira_attachment', picture)
    expect(answer).toMatchObject({
      filename: 'screen.png',
      media: [{ type: 'image', mimeType: 'image/png', data: expect.stringMatching(/^iVBOR/) }],
    })
    const file = jira.site.issues.flatMap(({ files }) => files).find(({ id }) => id === '701')
    Object.assign(file ?? {}, { bytes: Buffer.from('<svg onload=x>').toString('base64') })
    expect(await jira.read('get_jira_attachment', picture)).toMatchObject({ media: [] })
  })

  test('cuts a long file, at a whole character, and says so', async () => {
    const files = jira.site.issues.find(({ key }) => key === 'ENG-2')?.files
    const text = 'é'.repeat(200_001)
    files?.push({
      id: '703',
      filename: 'l.txt',
      mimeType: 'text/plain',
      text: `x${text}`,
      author: 'x',
      at: now,
    })
    const answer = await jira.read('get_jira_attachment', {
      issue_key: 'ENG-2',
      attachment_id: '703',
    })
    expect(answer).toMatchObject({ text_truncated: true })
    expect(answer['text']).toMatch(/^xé+$/)
  })

  test('shows no bytes that only claim to be text', async () => {
    const files = jira.site.issues.find(({ key }) => key === 'ENG-2')?.files
    files?.push({
      id: '704',
      filename: 'b.txt',
      mimeType: 'text/plain',
      text: '\u0000\u0001'.repeat(50),
      author: 'x',
      at: now,
    })
    const answer = await jira.read('get_jira_attachment', {
      issue_key: 'ENG-2',
      attachment_id: '704',
    })
    expect(answer).not.toHaveProperty('text')
  })
})

describe('the resource jira://issue/{key}', () => {
  const [resource] = integration.resources
  if (!resource) throw new Error('There is no resource.')

  test('is the issue with its comments as one text', async () => {
    const text = await resource.read({ key: 'ENG-3' }, jira.context())
    expect(text).toBe(`# ENG-3 Card payments time out at night

- Bug · In Review · Medium
- Assignee: nobody
- Updated: 2026-11-10T20:00:00.000+0000

Between 02:00 and 03:00 the provider needs more than ten seconds.`)
  })

  test.each(['SECRET-1', 'ENG-90', 'nonsense'])('is not there for %s', async (key) => {
    const read = async () => resource.read({ key }, jira.context())
    await expect(read()).rejects.toMatchObject({
      code: expect.stringMatching(/forbidden|not_found/),
    })
  })

  test('completes projects first, then their issues', async () => {
    const complete = (value: string) => resource.complete?.('key', value, {}, jira.context())
    expect(await complete('e')).toEqual(['ENG-'])
    expect(await complete('eng-2')).toEqual(['ENG-2'])
    expect(await complete('SECRET-')).toEqual([])
    expect(await complete('x" OR project = "SECRET-')).toEqual([])
  })

  test('lists what changed last', async () => {
    const list = await resource.list?.(jira.context())
    expect(list?.[0]).toEqual({
      uri: 'jira://issue/OPS-2',
      name: 'OPS-2 Status page shows the wrong time',
      description: 'Bug, In Progress',
    })
    expect(JSON.stringify(list)).not.toContain('SECRET')
  })
})
