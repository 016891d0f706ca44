/** Runs the tools against the pretend Slack, the network replaced at its edge. */
import { afterEach, vi } from 'vitest'
import type { Limits, Preview, Tool, ToolContext } from '../../../shared/tool.ts'
import { networkTo } from '../../sandbox/faults.ts'
import { botToken, searchToken } from '../../sandbox/slack/seed.ts'
import {
  pretendSlack,
  type PretendSlack,
  type PretendSlackOptions,
} from '../../sandbox/slack/slack.ts'

export const erin = {
  userId: 'erin%40example.com',
  email: 'erin@example.com',
  name: 'Erin Engineer',
  groups: ['engineering'],
  clientId: 'client',
}

export interface Rig {
  readonly slack: PretendSlack
  readonly env: Record<string, unknown>
  context(limits?: Limits, callId?: string): ToolContext
  read(
    tool: Tool,
    args: unknown,
    limits?: Limits,
    cursor?: string,
  ): Promise<Record<string, unknown>>
  preview(tool: Tool, args: unknown, limits?: Limits, callId?: string): Promise<Preview>
  /** Preview and run, as after an approval. */
  write(tool: Tool, args: unknown, limits?: Limits): Promise<Record<string, unknown>>
}

export const everyday: Limits = { channels: ['#operations', '#engineering', '#incidents'] }

let ids = 0
const nextId = () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`

afterEach(() => vi.unstubAllGlobals())

export function rig(
  options: PretendSlackOptions & {
    env?: Record<string, unknown>
  } = {},
): Rig {
  const slack = pretendSlack({ rateLimits: false, ...options })
  const env = { SLACK_BOT_TOKEN: botToken, SLACK_SEARCH_TOKEN: searchToken, ...options.env }
  const network = networkTo(slack.app)
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    if (new URL(request.url).host === 'slack.com') return network(request)
    throw new Error(`Unknown host in a test: ${request.url}`)
  })
  const context = (limits = everyday, callId = nextId(), cursor?: string): ToolContext => ({
    principal: erin,
    callId,
    limits,
    signal: AbortSignal.timeout(30_000),
    env,
    cursor,
    log() {},
    progress() {},
  })
  return {
    slack,
    env,
    context,
    read: (tool, args, limits, cursor) => tool.bind(args).run(context(limits, nextId(), cursor)),
    preview: (tool, args, limits, callId) => tool.bind(args).preview(context(limits, callId)),
    async write(tool, args, limits) {
      const bound = tool.bind(args)
      const ctx = context(limits)
      return bound.run(ctx, { preview: await bound.preview(ctx) })
    },
  }
}
