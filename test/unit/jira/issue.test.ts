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
