/** Runs the tools against the pretend Slack, the network replaced at its edge. */
import { afterEach, expect, vi } from 'vitest'
import { OutcomeUnknown, ToolError } from '../../../shared/errors.ts'
import type { Limits, Preview, Tool, ToolContext } from '../../../shared/tool.ts'
import { networkTo } from '../../sandbox/faults.ts'
import { botToken, searchToken } from '../../sandbox/slack/seed.ts'
import {
  pretendSlack,
  type PretendSlack,
  type PretendSlackOptions,
} from '../../sandbox/slack/slack.ts'
import { messagesOf, type Message } from '../../sandbox/slack/workspace.ts'

export const erin = {
  userId: 'erin%40example.com',
  email: 'erin@example.com',
  name: 'Erin Engineer',
  groups: ['engineering'],
  clientId: 'client',
}

export interface Rig {
  readonly slack: PretendSlack
  context(limits?: Limits): ToolContext
  read(
    tool: Tool,
    args: unknown,
    limits?: Limits,
    cursor?: unknown,
  ): Promise<Record<string, unknown>>
  preview(tool: Tool, args: unknown, limits?: Limits): Promise<Preview>
  /** Preview and run, as after an approval. `between` happens while it waits for the person. */
  write(
    tool: Tool,
    args: unknown,
    limits?: Limits,
    between?: (preview: Preview) => Preview | undefined,
  ): Promise<Record<string, unknown>>
  /** From now on, an isolate that remembers nothing. */
  forget(): void
}

export const everyday: Limits = { channels: ['#operations', '#engineering', '#incidents'] }

let ids = 0
const nextId = () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`
const running: PretendSlack[] = []

afterEach(() => {
  vi.unstubAllGlobals()
  // Whatever a test was about: every request it made was one that Slack knows.
  expect(running.splice(0).flatMap((slack) => slack.findings)).toEqual([])
})

export function rig(options: PretendSlackOptions & { env?: Record<string, unknown> } = {}): Rig {
  const slack = pretendSlack({ rateLimits: false, ...options })
  running.push(slack)
  const network = networkTo(slack.app)
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    if (new URL(request.url).host === 'slack.com')
      return Promise.race([network(request), aborted(request.signal)])
    throw new Error(`Unknown host in a test: ${request.url}`)
  })
  let env = { SLACK_BOT_TOKEN: botToken, SLACK_SEARCH_TOKEN: searchToken, ...options.env }
  const context = (limits: Limits = everyday, cursor?: unknown): ToolContext => ({
    principal: erin,
    callId: nextId(),
    limits,
    signal: AbortSignal.timeout(30_000),
    env,
    cursor: typeof cursor === 'string' ? cursor : undefined,
    log() {},
    progress() {},
  })
  return {
    slack,
    context,
    read: async (tool, args, limits, cursor) => tool.bind(args).run(context(limits, cursor)),
    preview: async (tool, args, limits) => tool.bind(args).preview(context(limits)),
    async write(tool, args, limits, between) {
      const bound = tool.bind(args)
      const ctx = context(limits)
      const shown = await bound.preview(ctx)
      return bound.run(ctx, { preview: between?.(shown) ?? shown })
    },
    forget: () => (env = { ...env }),
  }
}

/** A fetch ends when its signal says so, however long the other side takes. */
const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const end = () => reject(signal.reason as Error)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })

export interface Failure {
  readonly code: string
  readonly message: string
}

/** How a call failed; `code` is `unknown` where it may have happened. Fails when it didn't fail. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error: unknown = await call.then(
    (answer) => new Error(`It answered: ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  )
  if (error instanceof ToolError) return { code: error.code, message: error.message }
  if (error instanceof OutcomeUnknown) return { code: 'unknown', message: error.howToFindOut }
  throw error
}

/** A seeded or posted message by a part of its text. */
export function messageOf({ slack }: Rig, channel: string, part: string): Message {
  const found = messagesOf(slack.workspace, channel).find(({ text }) => text.includes(part))
  if (!found) throw new Error(`No message with ${part}`)
  return found
}
