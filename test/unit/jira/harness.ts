import { vi } from 'vitest'
import type { Preview, Tool, ToolContext } from '../../../shared/tool.ts'
import integration from '../../../workers/jira/integration.ts'
import { networkTo } from '../../sandbox/faults.ts'
import { pretendJira, type PretendJira, type PretendJiraOptions } from '../../sandbox/jira/jira.ts'

export const env = {
  ENDPOINT_URL: 'https://jira.example.com',
  JIRA_SITE_URL: 'https://example.atlassian.net',
  JIRA_ACCOUNT_EMAIL: 'gatehouse@serviceaccount.example.com',
  JIRA_API_TOKEN: 'sandbox-jira-token',
}

/** The tools over a pretend Jira; the network between them is the only thing that isn't real. */
export interface Harness extends PretendJira {
  context(more?: Partial<ToolContext>): ToolContext
  /** Runs a read. */
  read(name: string, args?: unknown, more?: Partial<ToolContext>): Promise<Answer>
  preview(name: string, args: unknown, more?: Partial<ToolContext>): Promise<Preview>
  /** Proposes, approves and runs a write. */
  write(name: string, args: unknown, more?: Partial<ToolContext>): Promise<Answer>
  /** Facts of the audit row so far. */
  readonly facts: Record<string, unknown>
}
type Answer = Record<string, unknown>

export const approvalId = '0192f0c1-0000-4000-8000-00000000a001'

export function jiraHarness(options: PretendJiraOptions = {}): Harness {
  const jira = pretendJira(options)
  const network = networkTo(jira.app)
  vi.stubGlobal('fetch', (request: Request) =>
    Promise.race([network(request), aborted(request.signal)]),
  )
  const facts: Record<string, unknown> = {}
  const bindings = { ...env } // settings and tokens are remembered by bindings: each harness has its own
  const context = (more: Partial<ToolContext> = {}): ToolContext => ({
    principal: {
      userId: 'engineer%40example.com',
      email: 'engineer@example.com',
      name: 'Edgar Engineer',
      groups: ['engineering'],
      clientId: 'client',
    },
    callId: approvalId,
    limits: { projects: ['ENG', 'OPS'] },
    signal: AbortSignal.timeout(20_000),
    env: bindings,
    cursor: undefined,
    log: (more) => Object.assign(facts, more),
    progress() {},
    ...more,
  })
  return {
    ...jira,
    facts,
    context,
    read: (name, args, more) => tool(name).bind(args).run(context(more)),
    preview: (name, args, more) => tool(name).bind(args).preview(context(more)),
    async write(name, args, more) {
      const bound = tool(name).bind(args)
      const preview = await bound.preview(context(more))
      return bound.run(context(more), { preview })
    },
  }
}

/** As the real network does: an aborted request ends at once. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

export function tool(name: string): Tool {
  const found = integration.tools.find((one) => one.name === name)
  if (!found) throw new Error(`No tool is called ${name}`)
  return found
}

/** The issue as the site has it. */
export function issueIn({ site }: Harness, key: string) {
  const found = site.issues.find((one) => one.key === key)
  if (!found) throw new Error(`There is no ${key}.`)
  return found
}

/** Requests so far that change something. */
export const writesOf = ({ requests }: Harness): string[] =>
  requests.filter((one) => /^(POST|PUT)/.test(one) && !/search|bulkfetch/.test(one))

/** The line below everything that was made through Gatehouse. */
export const askedBy = {
  type: 'paragraph',
  content: [
    {
      type: 'text',
      text: `Asked by Edgar Engineer (engineer@example.com) through Gatehouse, approval ${approvalId}`,
      marks: [{ type: 'em' }],
    },
  ],
}
