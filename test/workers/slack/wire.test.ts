import { env as bindings } from 'cloudflare:workers'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { OutcomeUnknown, ToolError } from '../../../shared/errors.ts'
import type { Tool, ToolContext } from '../../../shared/tool.ts'
import integration from '../../../workers/slack/integration.ts'
import type { Fault } from '../../sandbox/faults.ts'

const url = inject('slackUrl')
/** New bindings each time are an isolate that remembers nothing; the Upstream object stays. */
const context = (user = 'erin@example.com'): ToolContext => ({
  principal: { userId: user, email: user, name: 'Erin Engineer', groups: [], clientId: 'test' },
  callId: crypto.randomUUID(),
  limits: { channels: ['#operations'] },
  signal: AbortSignal.timeout(20_000),
  env: { ...bindings, SLACK_API_URL: `${url}/api` },
  cursor: undefined,
  progress() {},
  log() {},
})

const toolOf = (name: string): Tool => {
  const tool = integration.tools.find((one) => one.name === name)
  if (!tool) throw new Error(`no tool ${name}`)
  return tool
}
const history = async (ctx = context()) => {
  const answer = await toolOf('get_slack_channel_history').bind({ channel: '#operations' }).run(ctx)
  return answer.items as { ts: string; author: string; text: string }[]
}
const fail = (route: string, fault: Fault, times = 1) =>
  fetch(`${url}/__faults`, { method: 'POST', body: JSON.stringify({ route, fault, times }) })

async function post(text: string, fault?: Fault) {
  const ctx = context()
  const bound = toolOf('post_slack_message').bind({ channel: '#operations', text })
  const preview = await bound.preview(ctx)
  if (fault) await fail('POST /api/chat.postMessage', fault)
  return bound.run(ctx, { preview }).then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof OutcomeUnknown) return 'unknown'
      if (error instanceof ToolError) return error.code
      throw error
    },
  )
}

afterEach(() => fetch(`${url}/__faults`, { method: 'DELETE' }))

describe('inside workerd, over a real connection', () => {
  it('posts what was approved, and reads it back as Markdown', async () => {
    expect(await post('**7** failed orders, <@U0GRACE> a < b \u200Bdone')).toBe('done')
    const [newest] = await history()
    expect(newest).toMatchObject({ author: 'Gatehouse' })
    expect(newest?.text).toMatch(
      /^\*\*7\*\* failed orders, @Grace Murray a < b done\n\n_Asked for by Erin Engineer/,
    )
  })

  it.each<[string, Fault]>([
    ['is reset after Slack had posted', { kind: 'reset', committed: true }],
    ['breaks off in the middle', { kind: 'half' }],
    ['is no JSON', { kind: 'wrong_json' }],
  ])('finds its message when the answer %s', async (name, fault) => {
    expect(await post(`Once: ${name}`, fault)).toBe('done')
    const same = (await history()).filter(({ text }) => text.startsWith(`Once: ${name}`))
    expect(same).toHaveLength(1)
  })

  it('says unknown when the connection broke before anything came of it', async () => {
    expect(await post('Never', { kind: 'reset', committed: false })).toBe('unknown')
    expect((await history()).filter(({ text }) => text.startsWith('Never'))).toEqual([])
  })

  it('lets a limited method rest for everybody, and no other', async () => {
    await fail('GET /api/conversations.replies', { kind: 'limited', retryAfterSeconds: 3_600 })
    const ts = (await history())[0]?.ts
    const thread = (user: string) =>
      toolOf('get_slack_thread')
        .bind({ channel: '#operations', message: ts })
        .run(context(user))
        .then(
          () => 'ok',
          (error: unknown) => (error instanceof ToolError ? error.code : String(error)),
        )
    expect([await thread('erin@example.com'), await thread('grace@example.com')]).toEqual([
      'upstream_unavailable',
      'upstream_unavailable',
    ])
    expect((await history()).length).toBeGreaterThan(0)
  })
})
