import { describe, expect, it } from 'vitest'
import { addSlackReaction } from '../../../workers/slack/tools/add-slack-reaction.ts'
import { createSlackCanvas } from '../../../workers/slack/tools/create-slack-canvas.ts'
import { findSlackChannel } from '../../../workers/slack/tools/find-slack-channel.ts'
import { getSlackChannelHistory } from '../../../workers/slack/tools/get-slack-channel-history.ts'
import { getSlackFile } from '../../../workers/slack/tools/get-slack-file.ts'
import { getSlackThread } from '../../../workers/slack/tools/get-slack-thread.ts'
import { listSlackChannels } from '../../../workers/slack/tools/list-slack-channels.ts'
import { postSlackMessage } from '../../../workers/slack/tools/post-slack-message.ts'
import { replyInSlackThread } from '../../../workers/slack/tools/reply-in-slack-thread.ts'
import { scheduleSlackMessage } from '../../../workers/slack/tools/schedule-slack-message.ts'
import { searchSlack } from '../../../workers/slack/tools/search-slack.ts'
import { updateSlackMessage } from '../../../workers/slack/tools/update-slack-message.ts'
import type { Limits, Tool } from '../../../shared/tool.ts'
import { channels } from '../../sandbox/slack/seed.ts'
import { failureOf, messageOf, rig, type Rig } from './slack-harness.ts'

const operations: Limits = { channels: ['#operations'] }
const soon = () => new Date(Date.now() + 3_600_000).toISOString()

/** Every tool that takes a channel, aimed at one. `ts` is a message of #operations. */
const aimed = (channel: string, ts: string): readonly (readonly [Tool, object])[] => [
  [getSlackChannelHistory, { channel }],
  [getSlackThread, { channel, message: ts }],
  [postSlackMessage, { channel, text: 'x' }],
  [replyInSlackThread, { channel, thread_ts: ts, text: 'x' }],
  [updateSlackMessage, { channel, message: ts, text: 'x' }],
  [scheduleSlackMessage, { channel, text: 'x', send_at: soon() }],
  [addSlackReaction, { channel, message: ts, emoji: 'eyes' }],
  [createSlackCanvas, { channel, title: 'x', markdown: 'x' }],
]

const outcome = (r: Rig, tool: Tool, args: object, limits: Limits) =>
  failureOf(tool.effect === 'read' ? r.read(tool, args, limits) : r.write(tool, args, limits))

describe('a channel outside policy', () => {
  const spellings = [
    channels.engineering,
    channels.hrPrivate,
    channels.partner,
    channels.lookAlike,
    channels.archived,
    channels.random,
    '#engineering',
    'ENGINEERING',
    ' #engineering ',
    '<#C0ENG|operations>',
    '<#C0ENG>',
    '#hr-private',
    '\u043Eperations',
    '#\u043Eperations',
    'ｏｐｅｒａｔｉｏｎｓ',
    'operations\u200B',
    '#operations#engineering',
    '##operations',
    'operations,engineering',
    'operations-2023',
    'ops',
    '*',
    '@ada',
    'D0SECRET',
    'U0ADA',
    'G0HR',
    'c0eng',
    'https://acme.slack.com/archives/C0ENG',
    '../C0ENG',
    'C0ENG?channel=C0OPS',
    'C0OPS&channel=C0ENG',
  ]

  it.each(spellings)('is refused to every tool, however it is spelt: %j', async (spelling) => {
    const r = rig()
    const { ts } = messageOf(r, channels.operations, 'Who looks')
    for (const [tool, args] of aimed(spelling, ts)) {
      const { code } = await outcome(r, tool, args, operations)
      expect([tool.name, code]).toEqual([tool.name, 'forbidden'])
    }
    expect(
      r.slack.calls.filter((name) => /^(chat|reactions|canvases|conversations.history)/.test(name)),
    ).toEqual([])
  })

  it('is refused before Slack is asked anything when policy lists names and a name is asked for', async () => {
    const r = rig()
    await failureOf(r.read(getSlackChannelHistory, { channel: '#engineering' }, operations))
    expect(r.slack.calls).toEqual([])
  })

  it('answers like a channel that does not exist', async () => {
    const r = rig()
    const [hidden, missing] = [channels.hrPrivate, 'C0NOSUCH'].map((channel) =>
      failureOf(r.read(getSlackChannelHistory, { channel }, operations)),
    )
    expect(await hidden).toEqual(await missing)
  })

  it('is refused when policy allows nothing at all', async () => {
    const r = rig()
    for (const limits of [{}, { channels: [] }, { other: ['*'] }])
      expect(
        await failureOf(r.read(getSlackChannelHistory, { channel: '#operations' }, limits)),
      ).toMatchObject({ code: 'forbidden' })
    expect(r.slack.calls).toEqual([])
  })

  it('can’t be reached by a permalink, nor by the thread of another channel', async () => {
    const r = rig()
    const { ts } = messageOf(r, channels.engineering, 'Release notes')
    const link = `https://acme.slack.com/archives/C0ENG/p${ts.replace('.', '')}`
    const cases = [
      r.read(getSlackThread, { message: link }, operations),
      r.read(getSlackThread, { message: link, channel: '#operations' }, operations),
      r.read(getSlackThread, { message: `${link}?cid=C0OPS&thread_ts=${ts}` }, operations),
      r.write(
        replyInSlackThread,
        { channel: '#operations', thread_ts: link, text: 'x' },
        operations,
      ),
      r.write(replyInSlackThread, { channel: '#operations', thread_ts: ts, text: 'x' }, operations),
      r.write(updateSlackMessage, { channel: '#operations', message: link, text: 'x' }, operations),
      r.write(
        addSlackReaction,
        { channel: '#operations', message: link, emoji: 'eyes' },
        operations,
      ),
    ]
    const codes = await Promise.all(cases.map(async (one) => (await failureOf(one)).code))
    expect(codes).toEqual([
      'forbidden',
      'forbidden',
      'forbidden',
      'invalid_input',
      'not_found',
      'invalid_input',
      'invalid_input',
    ])
    expect(r.slack.calls.filter((name) => name.startsWith('chat.'))).toEqual([])
  })

  it('gives no file, no search hit and no place in a list', async () => {
    const r = rig()
    expect(await failureOf(r.read(getSlackFile, { file: 'F0SALARY' }, operations))).toMatchObject({
      code: 'not_found',
    })
    expect(
      await r.read(
        searchSlack,
        { query: 'in:#hr-private salary channel release latency' },
        operations,
      ),
    ).toEqual({ items: [], truncated: false })
    const listed = await r.read(listSlackChannels, {}, operations)
    expect(listed.items).toEqual([
      { id: 'C0OPS', name: 'operations', about: 'Orders, payments, carriers' },
    ])
    const found = await r.read(findSlackChannel, { query: 'e' }, operations)
    expect(found).toEqual({
      items: [{ id: 'C0OPS', name: 'operations', about: 'Orders, payments, carriers' }],
      complete: true,
    })
  })
})

describe('policy', () => {
  const history = (r: Rig, channel: string, allowed: string[]) =>
    r.read(getSlackChannelHistory, { channel }, { channels: allowed })

  it.each([['#operations'], ['operations'], ['C0OPS'], ['*']])(
    'that lists %s allows #operations by name and id',
    async (allowed) => {
      const r = rig()
      for (const channel of ['#operations', 'operations', 'Operations', 'C0OPS', '<#C0OPS|x>'])
        expect((await history(r, channel, [allowed])).channel).toEqual({
          id: 'C0OPS',
          name: 'operations',
        })
    },
  )

  it('that allows every public channel leaves out private and shared ones', async () => {
    const r = rig({ env: { SLACK_PRIVATE_CHANNELS: 'true' } })
    for (const channel of ['#hr-private', '#partner-acme', channels.hrPrivate, channels.partner])
      expect(await failureOf(history(r, channel, ['*']))).toMatchObject({ code: 'forbidden' })
    expect((await history(r, '#partner-acme', ['*', '#partner-acme'])).channel).toEqual({
      id: 'C0PARTNER',
      name: 'partner-acme',
      external: true,
    })
  })

  it('needs both its own word and the endpoint’s setting for a private channel', async () => {
    const both = rig({ env: { SLACK_PRIVATE_CHANNELS: 'true' } })
    expect((await history(both, '#hr-private', ['#hr-private'])).channel).toEqual({
      id: 'G0HR',
      name: 'hr-private',
      private: true,
    })
    const unset = rig()
    expect(
      await failureOf(history(unset, channels.hrPrivate, ['#hr-private', channels.hrPrivate])),
    ).toMatchObject({ code: 'forbidden' })
  })

  it('by name no longer covers a channel that was renamed, and by id still does', async () => {
    const r = rig()
    await history(r, '#operations', ['#operations'])
    const channel = r.slack.workspace.channels.get(channels.operations)
    if (channel) channel.name = 'operations-old'
    r.forget()
    expect(await failureOf(history(r, '#operations', ['#operations']))).toMatchObject({
      code: 'not_found',
    })
    expect(await failureOf(history(r, channels.operations, ['#operations']))).toMatchObject({
      code: 'forbidden',
    })
    expect((await history(r, '#operations-old', [channels.operations])).channel).toEqual({
      id: 'C0OPS',
      name: 'operations-old',
    })
  })

  it('holds a write against what Slack says now, not against what is remembered', async () => {
    const r = rig()
    await history(r, '#operations', ['#operations'])
    const channel = r.slack.workspace.channels.get(channels.operations)
    if (channel) channel.name = 'operations-old'
    const post = r.write(postSlackMessage, { channel: 'C0OPS', text: 'x' }, operations)
    expect(await failureOf(post)).toMatchObject({ code: 'forbidden' })
  })
})

describe('a channel the app is not in', () => {
  it('is named, with what to do', async () => {
    const r = rig()
    for (const [channel, allowed] of [
      ['#random', '#random'],
      ['C0RANDOM', 'C0RANDOM'],
      ['C0RANDOM', '#random'],
    ] as const) {
      const { message } = await failureOf(
        r.write(postSlackMessage, { channel, text: 'x' }, { channels: [allowed] }),
      )
      expect(message).toMatch(
        /The Slack app is (in no channel #random|not a member of #random)\. Ask somebody in it to type \/invite/,
      )
    }
  })

  it('is looked for on at most five pages of the app’s own channels', async () => {
    const r = rig()
    const { channels: all } = r.slack.workspace
    for (let i = 0; i < 1_500; i++)
      all.set(`C1X${i}`, { id: `C1X${i}`, name: `x${i}`, members: ['U0GATE'] })
    await failureOf(
      r.read(getSlackChannelHistory, { channel: '#nowhere' }, { channels: ['#nowhere'] }),
    )
    expect(r.slack.calls).toEqual(Array.from({ length: 5 }, () => 'users.conversations'))
    const late = r.read(getSlackChannelHistory, { channel: 'C1X1400' }, { channels: ['#x1400'] })
    expect((await late).channel).toEqual({ id: 'C1X1400', name: 'x1400' })
    expect(await r.read(findSlackChannel, { query: 'zzz' }, { channels: ['*'] })).toEqual({
      items: [],
      complete: false,
    })
  })
})
