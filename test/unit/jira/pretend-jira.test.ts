import { expect, test } from 'vitest'
import { pretendJira, type PretendJira } from '../../sandbox/jira/jira.ts'
import { adf } from '../../sandbox/jira/seed.ts'

/** The pretend Jira has to object to what the real one would, or the tests over it prove nothing. */
const basic = `Basic ${btoa('gatehouse@serviceaccount.example.com:sandbox-jira-token')}`
const api = (jira: PretendJira) => async (method: string, path: string, body?: unknown) => {
  const answer = await jira.app.request(path, {
    method,
    headers: { authorization: basic, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    body: text ? (JSON.parse(text) as Record<string, unknown>) : undefined,
  }
}
const search = { jql: 'project = ENG', maxResults: 2, fields: ['summary'] }

test('asks who is there', async () => {
  const jira = pretendJira()
  const answer = await jira.app.request('/rest/api/3/issueLinkType')
  expect(answer.status).toBe(401)
})

test('has no search of the old kind', async () => {
  const jira = pretendJira()
  expect(await api(jira)('POST', '/rest/api/3/search', search)).toMatchObject({ status: 410 })
  expect(jira.findings()).not.toEqual([])
})

test.each([
  ['a query without a condition', { ...search, jql: 'ORDER BY created' }],
  ['a query that is none', { ...search, jql: 'project = (' }],
  ['a field nobody has', { ...search, jql: 'nonsense = 1' }],
  ['a token of another query', { ...search, nextPageToken: 'e30' }],
])('refuses %s', async (_, body) => {
  const jira = pretendJira()
  expect(await api(jira)('POST', '/rest/api/3/search/jql', body)).toMatchObject({
    status: 400,
    body: { errorMessages: [expect.any(String)] },
  })
})

test.each([
  ['POST', '/rest/api/3/search/jql', { ...search, startAt: 1 }],
  ['POST', '/rest/api/3/search/jql', { jql: 'project = ENG' }],
  ['GET', '/rest/api/3/issue/ENG-1?startAt=1', undefined],
  ['POST', '/rest/api/3/issue/ENG-1/comment', { body: 'plain text' }],
  [
    'POST',
    '/rest/api/3/issue/ENG-1/comment',
    { body: { type: 'doc', version: 1, content: [{ type: 'text', text: 'x' }] } },
  ],
  ['POST', '/rest/api/3/issue', { fields: { project: { id: 'ENG' } } }],
  ['GET', '/rest/agile/1.0/board?type=scrum', undefined],
  ['DELETE', '/rest/api/3/issue/ENG-1', undefined],
])('finds fault with %s %s %j', async (method, path, body) => {
  const jira = pretendJira()
  const { status } = await api(jira)(method, path, body)
  expect([400, 404]).toContain(status)
  expect(jira.findings()).not.toEqual([])
})

test('finds a new issue by search only after a moment, unless it is named', async () => {
  let now = Date.parse('2026-11-20T12:00:00Z')
  const jira = pretendJira({ now: () => now, lagMs: 1000 })
  const call = api(jira)
  const fields = {
    project: { key: 'ENG' },
    issuetype: { id: '10004' },
    summary: 'Zebra',
    description: adf('x'),
  }
  const made = await call('POST', '/rest/api/3/issue', { fields })
  const zebra = { ...search, jql: 'summary ~ zebra' }
  const keys = async (query: object) => {
    const { body } = await call('POST', '/rest/api/3/search/jql', query)
    return (body as { issues: { key: string }[] }).issues.map(({ key }) => key)
  }
  expect(await keys(zebra)).toEqual([])
  expect(await keys({ ...zebra, reconcileIssues: [Number(made.body?.['id'])] })).toEqual(['ENG-8'])
  now += 1000
  expect(await keys(zebra)).toEqual(['ENG-8'])
  expect(jira.findings()).toEqual([])
})

test('refuses a step that the workflow does not have, and values that do not exist', async () => {
  const jira = pretendJira()
  const call = api(jira)
  expect(
    await call('POST', '/rest/api/3/issue/ENG-4/transitions', { transition: { id: '41' } }),
  ).toMatchObject({ status: 400 })
  expect(
    await call('PUT', '/rest/api/3/issue/ENG-4', { fields: { priority: { name: 'Soon' } } }),
  ).toMatchObject({
    status: 400,
    body: { errors: { priority: expect.any(String) } },
  })
})

test('shows people what was made, harmlessly', async () => {
  const jira = pretendJira()
  const call = api(jira)
  await call('POST', '/rest/api/3/issue/ENG-4/comment', { body: adf('<script>alert(1)</script>') })
  const page = await (await jira.app.request('/')).text()
  expect(page).toContain('Show customers why an order failed')
  expect(page).not.toContain('<script>')
})
