import { expect, it } from 'vitest'
import { postSlackMessage } from '../../../workers/slack/tools/post-slack-message.ts'
import { updateSlackMessage } from '../../../workers/slack/tools/update-slack-message.ts'
import { botToken, channels } from '../../sandbox/slack/seed.ts'
import { Journal, pretendSlack } from '../../sandbox/slack/slack.ts'
import { messagesOf } from '../../sandbox/slack/workspace.ts'
import { rig } from './slack-harness.ts'

const call = (
  slack: ReturnType<typeof pretendSlack>,
  method: string,
  params: Record<string, string>,
  token = botToken,
) =>
  slack.app.request(`/api/${method}?${new URLSearchParams(params)}`, {
    headers: { authorization: `Bearer ${token}` },
  })

it('is the same again from its journal', async () => {
  const r = rig()
  const { ts } = await r.write(postSlackMessage, { channel: '#operations', text: 'Draft' })
  await r.write(updateSlackMessage, { channel: '#operations', message: ts, text: 'Final <!here>' })
  const journal = Journal.parse(JSON.parse(JSON.stringify(r.slack.journal)))
  const again = pretendSlack({ journal })
  expect(again.workspace.messages).toEqual(r.slack.workspace.messages)
  expect(again.journal).toEqual(journal)
})

it('shows people what was made, and whom it notified', async () => {
  const r = rig()
  await r.write(postSlackMessage, { channel: '#operations', text: '<b>Hello</b> <!here>' })
  const page = await (await r.slack.app.request('/')).text()
  expect(page).toContain('notifies here')
  expect(page).toContain('&amp;lt;b&gt;Hello&amp;lt;/b&gt;')
  expect(page).not.toContain('<b>Hello')
})

it('keeps Slack’s limits for each method and minute', async () => {
  const slack = pretendSlack({ now: () => Date.UTC(2027, 0, 5, 12, 0, 20) })
  const statuses: number[] = []
  for (let i = 0; i < 52; i++)
    statuses.push(
      (await call(slack, 'conversations.info', { channel: channels.operations })).status,
    )
  expect(statuses.filter((status) => status === 429)).toHaveLength(2)
  const limited = await call(slack, 'conversations.info', { channel: channels.operations })
  expect([limited.headers.get('retry-after'), await limited.json()]).toEqual([
    '40',
    { ok: false, error: 'ratelimited' },
  ])
  expect((await call(slack, 'users.info', { user: 'U0ADA' })).status).toBe(200)
})

it('answers as Slack does what a token may not do', async () => {
  const slack = pretendSlack()
  const error = async (method: string, params: Record<string, string>, token?: string) =>
    ((await (await call(slack, method, params, token)).json()) as { error?: string }).error
  expect(await error('conversations.history', { channel: channels.random })).toBe('not_in_channel')
  expect(
    await error('conversations.info', { channel: channels.hrPrivate }, 'xoxp-sandbox-search'),
  ).toBe('missing_scope')
  expect(await error('auth.test', {}, 'nonsense')).toBe('invalid_auth')
  expect(messagesOf(slack.workspace, channels.random)).toHaveLength(1)
})

it('finds fault with whatever Slack’s document or our schema doesn’t know', async () => {
  const slack = pretendSlack()
  await call(slack, 'conversations.info', { channel: '#operations', verbose: 'yes' })
  await call(slack, 'users.list', {})
  const found = slack.findings.join('\n')
  // Where the document isn't beside the checkout, our own schema finds it.
  expect(found).toMatch(/query verbose is not in the document|Unrecognized key: "verbose"/)
  expect(found).toMatch(/conversations\.info: .*channel/)
  expect(found).toMatch(/users\.list: no such method/)
})
