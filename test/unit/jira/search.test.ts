import { afterEach, describe, expect, test, vi } from 'vitest'
import { ToolError } from '../../../shared/errors.ts'
import { jiraHarness } from './harness.ts'
import { escapes, everyday } from './jql-samples.ts'

afterEach(() => vi.unstubAllGlobals())

const keysOf = (answer: Record<string, unknown>): string[] =>
  (answer['items'] as { key: string }[]).map(({ key }) => key)

describe('search_jira_issues', () => {
  test('answers with rows of the caller’s projects, newest first', async () => {
    const jira = jiraHarness()
    const { items } = await jira.read('search_jira_issues', { max_results: 2 })
    expect(items).toEqual([
      {
        key: 'OPS-2',
        type: 'Bug',
        status: 'In Progress',
        priority: 'Medium',
        updated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/),
        summary: 'Status page shows the wrong time',
      },
      expect.objectContaining({ key: 'OPS-1' }),
    ])
  })

  test('never shows an issue of another project, whatever is tried', async () => {
    const jira = jiraHarness()
    const refusals = new Set<string>()
    for (const jql of escapes) {
      try {
        const answer = await jira.read('search_jira_issues', { jql, max_results: 100 })
        expect(keysOf(answer).filter((key) => !/^(ENG|OPS)-/.test(key))).toEqual([])
      } catch (error) {
        if (!(error instanceof ToolError)) throw error
        expect(error.message).not.toMatch(/Initech|SECRET/)
        refusals.add(error.code)
      }
    }
    expect([...refusals].sort()).toEqual(['invalid_input', 'upstream_rejected'])
    expect(jira.facts['outsideProjects']).toBeUndefined() // the query alone keeps them out
    expect(jira.findings()).toEqual([])
  })

  test.each(everyday)('runs %j', async (jql) => {
    const jira = jiraHarness()
    await expect(jira.read('search_jira_issues', { jql })).resolves.toHaveProperty('items')
    expect(jira.findings()).toEqual([])
  })

  test('drops what Jira answers beyond the question, and puts that on record', async () => {
    const jira = jiraHarness()
    const all = { limits: { projects: ['*'] } }
    const everything = await jira.read(
      'search_jira_issues',
      { jql: 'id > 0', max_results: 100 },
      all,
    )
    expect(keysOf(everything).some((key) => key.startsWith('SECRET-'))).toBe(true)
    const network = globalThis.fetch
    vi.stubGlobal('fetch', async (request: Request) => {
      const { jql: _, ...body } = (await request.json()) as Record<string, unknown>
      const lying = JSON.stringify({ ...body, jql: 'created > -1000d' })
      return network(
        new Request(request.url, { method: 'POST', headers: request.headers, body: lying }),
      )
    })
    const answer = await jira.read('search_jira_issues', { max_results: 100 })
    expect(keysOf(answer).filter((key) => key.startsWith('SECRET-'))).toEqual([])
    expect(jira.facts).toMatchObject({ outsideProjects: 2 })
  })

  test('pages by Jira’s token, each issue once', async () => {
    const jira = jiraHarness()
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const answer = await jira.read(
        'search_jira_issues',
        { jql: 'id > 0 order by key', max_results: 2 },
        { cursor },
      )
      seen.push(...keysOf(answer))
      cursor = answer['cursor'] as string | undefined
    } while (cursor !== undefined)
    expect(seen.toSorted()).toEqual(
      jira.site.issues
        .map(({ key }) => key)
        .filter((key) => !key.startsWith('SECRET'))
        .toSorted(),
    )
    expect(seen).toHaveLength(new Set(seen).size)
  })

  test('joins JQL and filters', async () => {
    const jira = jiraHarness()
    const answer = await jira.read('search_jira_issues', {
      jql: 'priority = High OR priority = Medium',
      project_key: 'ENG',
      issue_type: 'Bug',
      status: 'In Progress',
      text: 'refunds',
      updated_since: '2020-01-01',
    })
    expect(keysOf(answer)).toEqual(['ENG-2'])
  })

  test('"me" and currentUser() are the person who asks, not the service account', async () => {
    const jira = jiraHarness()
    expect(keysOf(await jira.read('search_jira_issues', { assignee: 'me' }))).toEqual(['ENG-2'])
    const mine = { jql: 'assignee = currentUser()' }
    expect(keysOf(await jira.read('search_jira_issues', mine))).toEqual(['ENG-2'])
    const principal = {
      userId: 'x',
      email: 'nobody@example.com',
      name: 'N',
      groups: [],
      clientId: 'c',
    }
    await expect(jira.read('search_jira_issues', mine, { principal })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('finds what was made a moment ago', async () => {
    const jira = jiraHarness({ lagMs: 60_000 })
    const made = await jira.write('create_jira_ticket', {
      project_key: 'ENG',
      summary: 'Brand new zebra',
      issue_type: 'Task',
    })
    const answer = await jira.read('search_jira_issues', { text: 'zebra' })
    expect(keysOf(answer)).toEqual([made['key']])
  })

  test('says in its own words that Jira does not know a name', async () => {
    const jira = jiraHarness()
    const call = jira.read('search_jira_issues', { jql: 'unheard = of' })
    await expect(call).rejects.toMatchObject({
      code: 'upstream_rejected',
      message: expect.not.stringContaining('unheard'),
    })
  })

  test('a page of 25 issues costs less than 2,000 tokens', async () => {
    const jira = jiraHarness()
    for (let at = 0; at < 25; at += 1) {
      const base = jira.site.issues[1]
      if (base)
        jira.site.issues.push({
          ...base,
          id: String(30_000 + at),
          key: `ENG-${100 + at}`,
          summary: `${base.summary} when the provider of the week is slow (${at})`,
        })
    }
    const answer = await jira.read('search_jira_issues', {
      jql: 'summary ~ provider',
      max_results: 25,
    })
    expect(answer['items']).toHaveLength(25)
    expect(JSON.stringify(answer).length / 4).toBeLessThan(2000)
  })
})
