import { SELF } from 'cloudflare:test'
import { env as bindings } from 'cloudflare:workers'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { OutcomeUnknown, ToolError } from '../../../shared/errors.ts'
import type { Tool, ToolContext } from '../../../shared/tool.ts'
import integration from '../../../workers/jira/integration.ts'
import type { Fault } from '../../sandbox/faults.ts'

const url = inject('jiraUrl')
/** New bindings each time are an isolate that remembers nothing; the Upstream object stays. */
const context = (more: Partial<ToolContext> = {}): ToolContext => ({
  principal: {
    userId: 'engineer%40example.com',
    email: 'engineer@example.com',
    name: 'Edgar Engineer',
    groups: [],
    clientId: 'test',
  },
  callId: crypto.randomUUID(),
  limits: { projects: ['ENG'] },
  signal: AbortSignal.timeout(20_000),
  env: { ...bindings, JIRA_SITE_URL: url },
  cursor: undefined,
  progress() {},
  log() {},
  ...more,
})
const toolOf = (name: string): Tool => {
  const tool = integration.tools.find((one) => one.name === name)
  if (!tool) throw new Error(`no tool ${name}`)
  return tool
}
const read = (name: string, args: unknown, ctx = context()) => toolOf(name).bind(args).run(ctx)
const fail = (route: string, fault: Fault, times = 1) =>
  fetch(`${url}/__faults`, { method: 'POST', body: JSON.stringify({ route, fault, times }) })
const outcomeOf = (error: unknown): string => {
  if (error instanceof OutcomeUnknown) return 'unknown'
  if (error instanceof ToolError) return error.code
  throw error
}
async function create(summary: string, fault?: Fault) {
  const ctx = context()
  const args = { project_key: 'ENG', issue_type: 'Bug', summary, description: '- **one**\n- `two`' }
  const bound = toolOf('create_jira_ticket').bind(args)
  const preview = await bound.preview(ctx)
  if (fault) await fail('POST /rest/api/3/issue', fault)
  return bound.run(ctx, { preview }).then(() => 'done', outcomeOf)
}
/** How many there are by the page for people: not by the index, which lags. */
const onThePage = async (summary: string) =>
  (await (await fetch(url)).text()).split(`</b> ${summary}`).length - 1

afterEach(() => fetch(`${url}/__faults`, { method: 'DELETE' }))

describe('inside workerd, over a real connection', () => {
  it('makes what was approved, and reads it back as the Markdown it was', async () => {
    expect(await create('Zebra crossing fails')).toBe('done')
    const { items } = await read('search_jira_issues', { text: 'zebra' })
    const [{ key } = { key: '' }] = items as { key: string }[]
    const issue = await read('get_jira_issue', { issue_key: key })
    expect(issue['description']).toMatch(
      /^- \*\*one\*\*\n- `two`\n\n\*Asked by Edgar Engineer \(engineer\\?@example\.com\) through Gatehouse, approval [\w-]+\*$/,
    )
  })

  it('keeps to the caller’s projects', async () => {
    const { items } = await read('search_jira_issues', { jql: 'id > 0', max_results: 100 })
    expect((items as { key: string }[]).every(({ key }) => key.startsWith('ENG-'))).toBe(true)
  })

  it.each<[Fault, string | RegExp, number]>([
    [{ kind: 'reset', committed: true }, 'unknown', 1],
    // whether the whole request had left is a matter of microseconds; either way nothing was made
    [{ kind: 'reset', committed: false }, /^(unknown|upstream_unavailable)$/, 0],
    [{ kind: 'half' }, 'unknown', 1],
    [{ kind: 'wrong_json' }, 'unknown', 1],
    [{ kind: 'error', status: 500, committed: true }, 'unknown', 1],
    [{ kind: 'error', status: 403, committed: false }, 'upstream_rejected', 0],
    [{ kind: 'limited', retryAfterSeconds: 1 }, 'upstream_unavailable', 0],
  ])('%j: %s, and made %i times', async (fault, outcome, times) => {
    const summary = `Fault ${Object.values(fault).join('-')}`
    expect(await create(summary, fault)).toMatch(outcome)
    expect(await onThePage(summary)).toBe(times)
  })

  it('reads on after a reset, a cut answer and a busy server', async () => {
    for (const fault of [
      { kind: 'reset', committed: false },
      { kind: 'half' },
      { kind: 'error', status: 503, committed: false },
    ] as const) {
      await fail('GET /rest/api/3/issue/ENG-3', fault)
      expect(await read('get_jira_issue', { issue_key: 'ENG-3' })).toMatchObject({ key: 'ENG-3' })
    }
  })

  it('mints one token for calls at the same time, through the gateway', async () => {
    const oauth = {
      ...bindings,
      JIRA_SITE_URL: 'https://example.atlassian.net',
      JIRA_GATEWAY_URL: url,
      JIRA_TOKEN_URL: `${url}/oauth/token`,
      JIRA_CLOUD_ID: 'cloud-1',
      JIRA_CLIENT_ID: 'sandbox-client',
      JIRA_CLIENT_SECRET: 'sandbox-client-secret',
    }
    const calls = Array.from({ length: 5 }, () =>
      read('get_jira_issue', { issue_key: 'ENG-3' }, context({ env: { ...oauth } })),
    )
    for (const issue of await Promise.all(calls)) expect(issue).toMatchObject({ key: 'ENG-3' })
    // the next token the site hands out says how many there were before
    const next = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'sandbox-client',
        client_secret: 'sandbox-client-secret',
      }),
    })
    expect(await next.json()).toMatchObject({ access_token: 'sandbox-bearer-2' })
  })
})

describe('the endpoint', () => {
  it('says who it is, and asks strangers to sign in', async () => {
    const health = await SELF.fetch('http://127.0.0.1:8702/healthz')
    expect(await health.json()).toMatchObject({ ok: true, endpoint: 'jira' })
    const refused = await SELF.fetch('http://127.0.0.1:8702/mcp', { method: 'POST', body: '{}' })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('resource_metadata=')
  })
})
