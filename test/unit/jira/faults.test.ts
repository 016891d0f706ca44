import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OutcomeUnknown, ToolError } from '../../../shared/errors.ts'
import type { Fault } from '../../sandbox/faults.ts'
import { issueIn, jiraHarness, tool, type Harness } from './harness.ts'

const realInterval = globalThis.setInterval
const realClear = globalThis.clearInterval
let jira: Harness
let pump: ReturnType<typeof setInterval>
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  jira = jiraHarness()
  // How long to wait between attempts is the REST client's own subject: here, whenever nothing is
  // on its way, time flies.
  let onItsWay = 0
  let idle = 0
  const network = globalThis.fetch
  vi.stubGlobal('fetch', async (request: Request) => {
    onItsWay += 1
    return network(request).finally(() => (onItsWay -= 1))
  })
  pump = realInterval(() => {
    idle = onItsWay === 0 ? idle + 1 : 0
    if (idle > 2) void vi.advanceTimersByTimeAsync(250)
  }, 1)
})
afterEach(() => {
  realClear(pump)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Each read, and the request of it that fails. */
const reads: readonly (readonly [string, object, string])[] = [
  ['search_jira_issues', { jql: 'id > 0' }, 'POST /rest/api/3/search/jql'],
  ['get_jira_issue', { issue_key: 'ENG-2' }, 'GET /rest/api/3/issue/*'],
  ['list_jira_comments', { issue_key: 'ENG-2' }, 'GET /rest/api/3/issue/*/comment'],
  ['list_jira_history', { issue_key: 'ENG-2' }, 'GET /rest/api/3/issue/*/changelog'],
  [
    'get_jira_attachment',
    { issue_key: 'ENG-2', attachment_id: '700' },
    'GET /rest/api/3/attachment/*',
  ],
  ['list_jira_projects', {}, 'GET /rest/api/3/project/search'],
  [
    'get_jira_create_fields',
    { project_key: 'ENG', issue_type: 'Bug' },
    'GET /rest/api/3/issue/createmeta/*',
  ],
  ['search_jira_users', { project_key: 'ENG', search: 'edgar' }, 'GET /rest/api/3/user/*'],
  ['list_jira_transitions', { issue_key: 'ENG-2' }, 'GET /rest/api/3/issue/*/transitions'],
  ['list_jira_boards', { project_key: 'ENG' }, 'GET /rest/agile/1.0/board'],
  ['list_jira_sprints', { board_id: 1 }, 'GET /rest/agile/1.0/board/*/sprint'],
  ['list_jira_sprint_issues', { sprint_id: 2 }, 'GET /rest/agile/1.0/sprint/*/issue'],
]
/** Each write, the request that writes, and how many things of the kind are there. */
const writes: readonly (readonly [string, object, string, (jira: Harness) => number])[] = [
  [
    'create_jira_ticket',
    { project_key: 'ENG', summary: 'A fault', issue_type: 'Bug' },
    'POST /rest/api/3/issue',
    (j) => j.site.issues.length,
  ],
  [
    'bulk_create_jira_tickets',
    { project_key: 'ENG', issues: [{ summary: 'A fault', issue_type: 'Bug' }] },
    'POST /rest/api/3/issue/bulk',
    (j) => j.site.issues.length,
  ],
  [
    'update_jira_issue',
    { issue_key: 'ENG-4', priority: 'Low' },
    'PUT /rest/api/3/issue/*',
    (j) => changes(j, 'ENG-4'),
  ],
  [
    'transition_jira_issue',
    { issue_key: 'ENG-2', to_status: 'In Review' },
    'POST /rest/api/3/issue/*/transitions',
    (j) => changes(j, 'ENG-2'),
  ],
  [
    'add_jira_comment',
    { issue_key: 'ENG-2', body: 'A fault' },
    'POST /rest/api/3/issue/*/comment',
    (j) => issueIn(j, 'ENG-2').comments.length,
  ],
  [
    'link_jira_issues',
    { issue_key: 'ENG-4', relation: 'blocks', to_issue_key: 'ENG-3' },
    'POST /rest/api/3/issueLink',
    (j) => j.site.links.length,
  ],
  [
    'move_jira_issues_to_sprint',
    { issue_keys: ['ENG-7'], sprint_id: 3 },
    'POST /rest/agile/1.0/sprint/*/issue',
    (j) => (issueIn(j, 'ENG-7').sprint === 3 ? 1 : 0),
  ],
  [
    'add_jira_worklog',
    { issue_key: 'ENG-4', minutes: 5 },
    'POST /rest/api/3/issue/*/worklog',
    (j) => issueIn(j, 'ENG-4').worklogs.length,
  ],
]

/** Writes that Jira answers with what it made. */
const answers = new Set([
  'create_jira_ticket',
  'bulk_create_jira_tickets',
  'add_jira_comment',
  'add_jira_worklog',
])

const changes = (harness: Harness, key: string) => issueIn(harness, key).changes.length

const passing: readonly Fault[] = [
  { kind: 'limited', retryAfterSeconds: 1 },
  { kind: 'error', status: 503, committed: false },
  { kind: 'reset', committed: false },
  { kind: 'half' },
]
const lasting: readonly Fault[] = [
  ...passing,
  { kind: 'error', status: 500, committed: false },
  { kind: 'wrong_json' },
  { kind: 'expired_token' },
  { kind: 'error', status: 403, committed: false },
]

const outcome = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (answer) => answer,
    (error: unknown) => error,
  )

describe.each(reads)('%s', (name, args, route) => {
  test.each(passing)('recovers from $kind $status that passes', async (fault) => {
    const expected = await jira.read(name, args)
    jira.faults.fail(route, fault, 1)
    expect(await jira.read(name, args)).toEqual(expected)
    expect(jira.faults.pending()).toBe(0)
  })

  test.each(lasting)(
    'fails clearly on $kind $status that lasts, and the next call works',
    async (fault) => {
      jira.faults.fail(route, fault, 50)
      const error = await outcome(jira.read(name, args))
      // a file of bytes that are no JSON is a file: what Jira sends is what there is
      if (name === 'get_jira_attachment' && fault.kind === 'wrong_json')
        expect(error).not.toBeInstanceOf(Error)
      else {
        expect(error).toBeInstanceOf(ToolError)
        expect((error as ToolError).code).toMatch(
          /^(upstream_unavailable|upstream_rejected|misconfigured)$/,
        )
        expect((error as ToolError).message).not.toMatch(/secret upstream words|sandbox-jira-token/)
        expect(JSON.stringify((error as ToolError).details)).not.toMatch(
          /secret upstream words|sandbox-jira-token/,
        )
      }
      jira.faults.clear()
      await expect(jira.read(name, args)).resolves.toBeDefined()
    },
  )
})

type Write = (typeof writes)[number]

/** Proposes in peace, then runs: what came of it, what was made, and how often the request was sent. */
async function attempt([name, args, route, count]: Write, fault: Fault) {
  const bound = tool(name).bind(args)
  const preview = await bound.preview(jira.context())
  const before = count(jira)
  jira.requests.length = 0
  jira.faults.fail(route, fault, 50)
  const error = await outcome(bound.run(jira.context(), { preview }))
  return { error, made: count(jira) - before, sent: sentTo(route) }
}
function sentTo(route: string): number {
  const pattern = new RegExp(`^${route.replaceAll('*', '[^/]+')}$`)
  return jira.requests.filter((one) => pattern.test(one)).length
}
const pairs = (list: readonly Write[], faults: readonly Fault[]) =>
  list.flatMap((write) => faults.map((fault) => ({ name: write[0], write, fault })))

describe('a write', () => {
  test.each(
    pairs(writes, [
      { kind: 'limited', retryAfterSeconds: 1 },
      { kind: 'error', status: 400, committed: false },
      { kind: 'error', status: 403, committed: false },
      { kind: 'error', status: 409, committed: false },
    ]),
  )('$name did not happen on $fault.kind $fault.status, and says so', async ({ write, fault }) => {
    const { error, made, sent } = await attempt(write, fault)
    expect(error).toBeInstanceOf(ToolError)
    expect({ made, sent }).toEqual({ made: 0, sent: 1 })
  })

  test.each(
    pairs(writes, [
      { kind: 'error', status: 500, committed: false },
      { kind: 'error', status: 500, committed: true },
      { kind: 'error', status: 503, committed: true },
      { kind: 'reset', committed: false },
      { kind: 'reset', committed: true },
    ]),
  )('$name is unknown on $fault, and never sent twice', async ({ write, fault }) => {
    const { error, made, sent } = await attempt(write, fault)
    expect(error).toBeInstanceOf(OutcomeUnknown)
    expect((error as OutcomeUnknown).message).not.toMatch(/secret upstream words/)
    expect((error as OutcomeUnknown).howToFindOut).toMatch(/Search Jira|Read ENG|List the issues/)
    const committed = 'committed' in fault && fault.committed
    expect({ made, sent }).toEqual({ made: committed ? 1 : 0, sent: 1 })
  })

  // an answer without a body has nothing that could be cut
  test.each(
    pairs(
      writes.filter(([name]) => answers.has(name)),
      [{ kind: 'half' }, { kind: 'wrong_json' }],
    ),
  )(
    '$name is unknown when its answer is $fault.kind, and never sent twice',
    async ({ write, fault }) => {
      const { error, made, sent } = await attempt(write, fault)
      expect(error).toBeInstanceOf(OutcomeUnknown)
      expect({ made, sent }).toEqual({ made: 1, sent: 1 })
    },
  )

  test.each(writes)(
    '%s does not begin when Jira fails before',
    async (name, args, route, count) => {
      jira.faults.fail('GET *', { kind: 'error', status: 500 }, 50)
      jira.faults.fail('POST /rest/api/3/issue/bulkfetch', { kind: 'error', status: 500 }, 50)
      const before = count(jira)
      expect(await outcome(jira.write(name, args))).toBeInstanceOf(ToolError)
      expect({ made: count(jira) - before, sent: sentTo(route) }).toEqual({ made: 0, sent: 0 })
    },
  )
})

test('a Jira that does not answer ends the call, by its own limit or by the deadline', async () => {
  jira.faults.fail('GET /rest/api/3/issue/*', { kind: 'slow', ms: 60_000 }, 50)
  const late = outcome(jira.read('get_jira_issue', { issue_key: 'ENG-2' }))
  await vi.waitFor(() => expect(jira.requests).toHaveLength(1))
  await vi.advanceTimersByTimeAsync(16_000)
  expect(await late).toMatchObject({ code: 'upstream_unavailable' })
  const deadline = new AbortController()
  const ended = outcome(
    jira.read('get_jira_issue', { issue_key: 'ENG-2' }, { signal: deadline.signal }),
  )
  await vi.waitFor(() => expect(jira.requests).toHaveLength(2))
  deadline.abort(new DOMException('Too long.', 'TimeoutError'))
  expect(await ended).toBeInstanceOf(Error)
})

test('one person’s failing calls leave others’ alone', async () => {
  jira.faults.fail('GET /rest/api/3/issue/ENG-2', { kind: 'error', status: 500 }, 50)
  const [mine, other] = await Promise.all([
    outcome(jira.read('get_jira_issue', { issue_key: 'ENG-2' })),
    outcome(jira.read('get_jira_issue', { issue_key: 'ENG-3' })),
  ])
  expect(mine).toBeInstanceOf(ToolError)
  expect(other).toMatchObject({ key: 'ENG-3' })
})
