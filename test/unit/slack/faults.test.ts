import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Preview, Tool } from '../../../shared/tool.ts'
import integration from '../../../workers/slack/integration.ts'
import type { Fault } from '../../sandbox/faults.ts'
import { botToken, channels, searchToken, spareBotToken } from '../../sandbox/slack/seed.ts'
import { everyday, failureOf, messageOf, rig, type Rig } from './slack-harness.ts'

/** Pauses between attempts pass a hundred times as fast; deadlines keep their time. */
beforeEach(() => {
  const real = setTimeout
  vi.stubGlobal('setTimeout', (run: () => void, ms = 0) => real(run, ms / 100))
})

const soon = () => new Date(Date.now() + 3_600_000).toISOString()
const own = async (r: Rig) => {
  const post = integration.tools.find(({ name }) => name === 'post_slack_message')
  const { ts } = post ? await r.write(post, { channel: '#operations', text: 'Draft' }) : {}
  return ts
}

/** Arguments with which each tool works on the seeded workspace. */
const working: Readonly<Record<string, (r: Rig) => object | Promise<object>>> = {
  search_slack: () => ({ query: 'latency' }),
  find_slack_channel: () => ({ query: 'operations' }),
  list_slack_channels: () => ({}),
  get_slack_channel_history: () => ({ channel: '#operations' }),
  get_slack_thread: (r) => ({
    channel: '#operations',
    message: messageOf(r, channels.operations, 'Who looks').ts,
  }),
  find_slack_user: () => ({ query: 'ada@example.com' }),
  list_slack_user_groups: () => ({ handle: 'oncall' }),
  get_slack_file: () => ({ file: 'F0LOG' }),
  post_slack_message: () => ({
    channel: '#operations',
    text: 'Hello <@U0ADA> <!subteam^S0ONCALL>',
  }),
  reply_in_slack_thread: (r) => ({
    channel: '#operations',
    thread_ts: messageOf(r, channels.operations, 'Who looks').ts,
    text: 'On it',
  }),
  update_slack_message: async (r) => ({
    channel: '#operations',
    message: await own(r),
    text: 'Final',
  }),
  schedule_slack_message: () => ({ channel: '#operations', text: 'Later', send_at: soon() }),
  add_slack_reaction: (r) => ({
    channel: '#operations',
    message: messageOf(r, channels.operations, 'Who looks').ts,
    emoji: 'eyes',
  }),
  create_slack_canvas: () => ({ channel: '#operations', title: 'Notes', markdown: '# Notes' }),
}
const argumentsOf = async (tool: Tool, r: Rig) => (await working[tool.name]?.(r)) ?? {}
const reading = integration.tools.filter(({ effect }) => effect === 'read')
const writing = integration.tools.filter(({ effect }) => effect !== 'read')
const isWrite = (method: string) =>
  /^(chat\.(post|update|scheduleM)|reactions|canvases)/.test(method)
const route = (method: string) => `* /api/${method}`

/** Words that an upstream, or a secret of ours, could have put into an error. */
const mustNotLeak = [
  botToken,
  spareBotToken,
  searchToken,
  'ratelimited',
  'token_expired',
  'Server Error',
  '<html',
  '<!doctype',
  'xoxb',
  'Bearer',
  'fetch',
  'undefined',
]

const faults: readonly (readonly [string, Fault])[] = [
  ['429', { kind: 'limited', retryAfterSeconds: 1 }],
  ['429 for an hour', { kind: 'limited', retryAfterSeconds: 3_600 }],
  ['500', { kind: 'error', status: 500, committed: false }],
  ['503', { kind: 'error', status: 503, committed: false }],
  ['500 after it was done', { kind: 'error', status: 500, committed: true }],
  ['half an answer', { kind: 'half' }],
  ['a reset connection', { kind: 'reset', committed: false }],
  ['a reset connection after it was done', { kind: 'reset', committed: true }],
  ['wrong JSON', { kind: 'wrong_json' }],
  ['an expired token', { kind: 'expired_token' }],
]

const known = new Map<string, string[]>()
/** The methods that a tool's call uses, when nothing is remembered. */
async function methodsOf(tool: Tool): Promise<string[]> {
  const before = known.get(tool.name)
  if (before) return before
  const r = rig()
  const args = await argumentsOf(tool, r)
  r.forget()
  r.slack.calls.splice(0)
  await (tool.effect === 'read' ? r.read(tool, args) : r.write(tool, args))
  const methods = [...new Set(r.slack.calls)]
  known.set(tool.name, methods)
  return methods
}

it('knows a working call of every tool', () => {
  expect(Object.keys(working).sort()).toEqual(integration.tools.map(({ name }) => name).sort())
})

describe.each(faults)('%s', (_, fault) => {
  it.each(reading)(
    'during $name: the same answer after another attempt, or a clear failure',
    async (tool) => {
      for (const method of await methodsOf(tool)) {
        const r = rig()
        const args = await argumentsOf(tool, r)
        const answer = await r.read(tool, args)
        r.forget()
        r.slack.faults.fail(route(method), fault)
        const again = await r.read(tool, args).then(
          (value) => ({ value }),
          (error: unknown) => failureOf(Promise.reject(error as Error)),
        )
        expect(r.slack.faults.pending()).toBe(0)
        if ('value' in again) {
          // Names are worth less than messages: where a look-up failed the id stands in its place.
          if (method !== 'users.info') expect(again.value).toEqual(answer)
          continue
        }
        expect(['upstream_unavailable', 'misconfigured']).toContain(again.code)
        for (const word of mustNotLeak) expect(again.message).not.toContain(word)
      }
    },
  )

  it.each(writing)('during $name: done once, not at all, or said to be unknown', async (tool) => {
    for (const method of await methodsOf(tool)) {
      const r = rig()
      const args = await argumentsOf(tool, r)
      const bound = tool.bind(args)
      const ctx = r.context(everyday)
      const preview: Preview = await bound.preview(ctx)
      r.forget()
      r.slack.calls.splice(0)
      r.slack.faults.fail(route(method), fault)
      const result = await bound
        .run({ ...r.context(everyday), callId: ctx.callId }, { preview })
        .then(
          () => ({ code: 'done', message: '' }),
          (error: unknown) => failureOf(Promise.reject(error as Error)),
        )
      const happened = r.slack.calls.filter(isWrite).length
      const allowed = { done: [1], unknown: [0, 1] }[result.code] ?? [0]
      expect({ method, ...result, happened }).toEqual({
        method,
        ...result,
        happened: allowed.find((n) => n === happened),
      })
      if (result.code === 'unknown')
        expect(result.message).toMatch(/^(Look|The message would appear) /)
      if (fault.kind === 'limited' && isWrite(method))
        expect(result.code).toBe('upstream_unavailable')
      for (const word of mustNotLeak) expect(result.message).not.toContain(word)
    }
  })
})

describe('a write whose answer is lost', () => {
  const settles = writing.filter(({ name }) => name !== 'create_slack_canvas')
  const lost: Fault[] = [
    { kind: 'reset', committed: true },
    { kind: 'half' },
    { kind: 'wrong_json' },
    { kind: 'error', status: 500, committed: true },
  ]
  const run = async (tool: Tool, fault: Fault, r = rig()) => {
    const args = await argumentsOf(tool, r)
    return r.write(tool, args, everyday, (preview) => {
      for (const method of [
        'chat.postMessage',
        'chat.update',
        'chat.scheduleMessage',
        'reactions.add',
        'canvases.create',
      ])
        r.slack.faults.fail(route(method), fault)
      return preview
    })
  }

  it.each(settles)('by $name is found by looking, and is done', async (tool) => {
    for (const fault of lost) {
      const answer = await run(tool, fault)
      expect(tool.output.parse(answer)).toEqual(answer)
    }
  })

  it.each(writing)(
    'by $name that did not arrive stays unknown, with where to look',
    async (tool) => {
      const failure = await failureOf(run(tool, { kind: 'reset', committed: false }))
      expect(failure.code).toBe('unknown')
      expect(failure.message).toMatch(/#operations/)
    },
  )

  it('is not mistaken for a message in which somebody else quotes the approval', async () => {
    const r = rig()
    const post = integration.tools.find(({ name }) => name === 'post_slack_message')
    if (!post) throw new Error('no such tool')
    const failure = failureOf(
      r.write(post, { channel: '#operations', text: 'x' }, everyday, (preview) => {
        const quoted = messageOf(r, channels.operations, 'Who looks')
        r.slack.workspace.messages.get(channels.operations)?.push({
          ...quoted,
          text: preview.text?.after ?? '',
          ts: `${Math.floor(Date.now() / 1000)}.000009`,
        })
        r.slack.faults.fail(route('chat.postMessage'), { kind: 'reset', committed: false })
        return preview
      }),
    )
    expect((await failure).code).toBe('unknown')
  })
})

describe('a slow Slack', () => {
  const hurried = (r: Rig) => ({ ...r.context(everyday), signal: AbortSignal.timeout(150) })

  it.each(integration.tools)('ends $name at its deadline', async (tool) => {
    const r = rig()
    const args = await argumentsOf(tool, r)
    const bound = tool.bind(args)
    const ctx = hurried(r)
    const preview =
      tool.effect === 'read'
        ? undefined
        : await bound.preview({ ...ctx, signal: AbortSignal.timeout(30_000) })
    r.slack.faults.fail('* /api/*', { kind: 'slow', ms: 60_000, committed: false }, 9)
    const { code } = await failureOf(
      bound.run({ ...ctx, signal: AbortSignal.timeout(150) }, preview && { preview }),
    )
    expect(['upstream_unavailable', 'unknown']).toContain(code)
    r.slack.faults.clear()
  })
})

describe('a refused token', () => {
  it('gives way to the other slot, for reads and writes, and nobody notices', async () => {
    for (const tool of integration.tools) {
      const r = rig({
        env: { SLACK_BOT_TOKEN_NEXT: spareBotToken, SLACK_SEARCH_TOKEN_NEXT: searchToken },
      })
      const token = r.slack.workspace.tokens.get(botToken)
      const args = await argumentsOf(tool, r)
      if (token) token.revoked = true
      await (tool.effect === 'read' ? r.read(tool, args) : r.write(tool, args))
    }
  })

  it('is the administrator’s matter when there is no other', async () => {
    const r = rig()
    const token = r.slack.workspace.tokens.get(botToken)
    if (token) token.revoked = true
    const history = integration.tools.find(({ name }) => name === 'get_slack_channel_history')
    expect(history && (await failureOf(r.read(history, { channel: '#operations' })))).toEqual({
      code: 'misconfigured',
      message:
        'Slack refuses the token of this endpoint. Tell the administrator; trying again won’t help.',
    })
  })
})

it('one limited method leaves the others alone', async () => {
  const r = rig()
  r.slack.faults.fail(
    route('conversations.history'),
    { kind: 'limited', retryAfterSeconds: 3_600 },
    5,
  )
  const [history, thread] = ['get_slack_channel_history', 'get_slack_thread'].map((name) =>
    integration.tools.find((tool) => tool.name === name),
  )
  if (!history || !thread) throw new Error('no such tool')
  expect(await failureOf(r.read(history, { channel: '#operations' }))).toMatchObject({
    code: 'upstream_unavailable',
  })
  expect(await r.read(thread, await argumentsOf(thread, r))).toHaveProperty('items')
  r.slack.faults.clear()
})
