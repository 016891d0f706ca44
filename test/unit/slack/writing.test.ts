import { describe, expect, it } from 'vitest'
import { compilePolicy, decide, group } from '../../../shared/policy.ts'
import type { Preview, Tool } from '../../../shared/tool.ts'
import { addSlackReaction } from '../../../workers/slack/tools/add-slack-reaction.ts'
import { createSlackCanvas } from '../../../workers/slack/tools/create-slack-canvas.ts'
import { postSlackMessage } from '../../../workers/slack/tools/post-slack-message.ts'
import { replyInSlackThread } from '../../../workers/slack/tools/reply-in-slack-thread.ts'
import { scheduleSlackMessage } from '../../../workers/slack/tools/schedule-slack-message.ts'
import { updateSlackMessage } from '../../../workers/slack/tools/update-slack-message.ts'
import { channels } from '../../sandbox/slack/seed.ts'
import { messagesOf } from '../../sandbox/slack/workspace.ts'
import { everyday, failureOf, messageOf, rig, type Rig } from './slack-harness.ts'

const line =
  /\n\n_Asked for by Erin Engineer \(erin@example\.com\) through Gatehouse, approval [0-9a-f-]{36}_$/
const newest = (r: Rig, channel: string = channels.operations) =>
  messagesOf(r.slack.workspace, channel).at(-1)
const fields = ({ changes = [] }: Preview) =>
  changes.map(({ field, to }) => `${field}: ${String(to)}`)

describe('post_slack_message', () => {
  const text =
    '**Failed orders**: 7 in 24 h\n\n- ENG-12 filed\n- see <https://shop.example/orders?status=failed>'

  it('shows exactly the text that is then sent, with a closing line that says who asked', async () => {
    const r = rig()
    let shown: Preview | undefined
    const posted = await r.write(
      postSlackMessage,
      { channel: '#operations', text },
      everyday,
      (p) => (shown = p),
    )
    const sent = newest(r)
    expect(sent?.text).toMatch(line)
    expect(sent?.text.replace(line, '')).toBe(text)
    expect(shown).toEqual({
      summary:
        'Post in #operations: **Failed orders**: 7 in 24 h - ENG-12 filed - see <https://shop.example/orders?…',
      changes: [{ field: 'Channel', to: '#operations (C0OPS), public, 5 members' }],
      text: { after: sent?.text },
      target: { id: 'C0OPS', version: 'operations public own' },
      facts: { mentions: 0, mass_mentions: 0, external: false, members: 5, always_ask: false },
    })
    expect(posted).toEqual({
      channel: 'C0OPS',
      ts: sent?.ts,
      url: `https://acme.slack.com/archives/C0OPS/p${sent?.ts.replace('.', '')}`,
    })
    expect(sent).toMatchObject({ notified: [], user: 'U0GATE' })
    expect(sent).not.toHaveProperty('attachments') // a link was not unfurled
  })

  it('names everybody whom the text notifies, and gives policy the numbers', async () => {
    const r = rig()
    const asked = {
      channel: '#operations',
      text: 'Hi <@U0ADA|boss>, <@U0ADA>, <@W0WILEY>, <!here>, <!subteam^S0ONCALL> and @channel',
    }
    const shown = await r.preview(postSlackMessage, asked)
    expect(fields(shown)).toEqual([
      'Channel: #operations (C0OPS), public, 5 members',
      'Notifies: @here: everybody in the channel (5 members)',
      'Notifies: @channel: everybody in the channel (5 members)',
      'Notifies: @oncall (S0ONCALL): 2 people',
      'Notifies: Ada Byron (U0ADA)',
      'Notifies: Wiley Coyote (W0WILEY), from outside',
    ])
    expect(shown.facts).toEqual({
      mentions: 2,
      mass_mentions: 3,
      external: false,
      members: 5,
      always_ask: true,
    })
    await r.write(postSlackMessage, asked)
    expect(newest(r)?.notified.toSorted()).toEqual(['S0ONCALL', 'U0ADA', 'W0WILEY', 'here'])
  })

  it('says so where outsiders read along', async () => {
    const r = rig()
    const shown = await r.preview(
      postSlackMessage,
      { channel: '#partner-acme', text: 'x' },
      { channels: ['#partner-acme'] },
    )
    expect(fields(shown)).toEqual([
      'Channel: #partner-acme (C0PARTNER), public, shared with people outside this company or workspace, 3 members',
    ])
    expect(shown.facts).toMatchObject({ external: true, always_ask: true })
  })

  it('tells which hidden characters were taken out', async () => {
    const shown = await rig().preview(postSlackMessage, {
      channel: '#operations',
      text: 'pay\u202Eload\u200B',
    })
    expect(fields(shown)).toContain('Taken out: invisible characters U+202E, U+200B')
  })

  it.each([
    ['<@U0NOBODY>', 'There is nobody U0NOBODY in Slack. Find people with find_slack_user.'],
    ['<!subteam^S0NONE>', 'There is no user group S0NONE. Find it with list_slack_user_groups.'],
    ['\u200B\u2060', 'The text is empty, or holds nothing that can be seen.'],
    [' \n ', 'The text is empty, or holds nothing that can be seen.'],
    [
      Array.from({ length: 21 }, (_, i) => `<@U0N${i}A>`).join(' '),
      'At most 20 people can be mentioned at once.',
    ],
  ])('refuses %j before anybody is asked', async (text, message) => {
    const r = rig()
    expect(await failureOf(r.write(postSlackMessage, { channel: '#operations', text }))).toEqual({
      code: 'invalid_input',
      message,
    })
    expect(r.slack.calls).not.toContain('chat.postMessage')
  })

  it('takes as many characters as Slack does, closing line and escapes included, and counts for the caller', async () => {
    const r = rig()
    const rest =
      '\n\n'.length +
      (await r.preview(postSlackMessage, { channel: '#operations', text: 'x' })).text!.after
        .length -
      'x\n\n'.length
    const fitting = 'x'.repeat(12_000 - rest)
    await r.write(postSlackMessage, { channel: '#operations', text: fitting })
    expect(newest(r)?.text).toHaveLength(12_000)
    const over = await failureOf(
      r.write(postSlackMessage, { channel: '#operations', text: `${fitting}yy` }),
    )
    expect(over).toEqual({
      code: 'invalid_input',
      message:
        'With its closing line the text is 12002 characters long and Slack takes 12000. Shorten it by 2, or split it.',
    })
    expect(
      await failureOf(
        r.write(postSlackMessage, { channel: '#operations', text: '<b'.repeat(3_000) }),
      ),
    ).toMatchObject({ code: 'invalid_input' })
    expect(
      await failureOf(
        r.write(postSlackMessage, { channel: '#operations', text: 'x'.repeat(12_001) }),
      ),
    ).toMatchObject({ code: 'invalid_input' })
  })
})

describe('between approval and run', () => {
  const posting = (r: Rig, between: (preview: Preview) => Preview | undefined) =>
    failureOf(
      r.write(postSlackMessage, { channel: 'C0OPS', text: 'x' }, { channels: ['C0OPS'] }, between),
    )
  const channelOf = (r: Rig) => r.slack.workspace.channels.get(channels.operations)

  it.each<[string, (r: Rig) => void]>([
    ['renamed', (r) => Object.assign(channelOf(r) ?? {}, { name: 'sales' })],
    ['shared', (r) => Object.assign(channelOf(r) ?? {}, { isExternal: true })],
  ])('a channel that was %s voids it', async (_, change) => {
    const r = rig()
    const failure = await posting(r, (shown) => (change(r), shown))
    expect(failure).toEqual({
      code: 'upstream_rejected',
      message:
        'Since the approval the channel or message has changed (renamed, made private, shared or edited). Nothing was sent; propose it again.',
    })
    expect(r.slack.calls).not.toContain('chat.postMessage')
  })

  it.each<[string, (shown: Preview) => Preview]>([
    ['another text', (shown) => ({ ...shown, text: { after: `${shown.text?.after} <!channel>` } })],
    ['no text', (shown) => ({ ...shown, text: undefined })],
    [
      'another channel',
      (shown) => ({ ...shown, target: { id: 'C0ENG', version: 'engineering public own' } }),
    ],
    ['no target', (shown) => ({ ...shown, target: undefined })],
  ])('an approval of %s sends nothing', async (_, edit) => {
    const r = rig()
    expect(await posting(r, edit)).toMatchObject({ code: 'upstream_rejected' })
    expect(r.slack.calls).not.toContain('chat.postMessage')
  })

  it('a smaller policy holds', async () => {
    const r = rig()
    const bound = postSlackMessage.bind({ channel: '#operations', text: 'x' })
    const preview = await bound.preview(r.context(everyday))
    expect(
      await failureOf(bound.run(r.context({ channels: ['#engineering'] }), { preview })),
    ).toMatchObject({ code: 'forbidden' })
  })
})

describe('reply_in_slack_thread', () => {
  it('replies in the thread of a message, found by ts, by permalink and from a reply', async () => {
    const r = rig()
    const parent = messageOf(r, channels.operations, 'Who looks')
    const reply = messageOf(r, channels.operations, 'First look')
    const link = `https://acme.slack.com/archives/C0OPS/p${parent.ts.replace('.', '')}`
    for (const thread_ts of [parent.ts, reply.ts, link]) {
      await r.write(replyInSlackThread, { channel: '#operations', thread_ts, text: 'On it' })
      expect(newest(r)).toMatchObject({ threadTs: parent.ts, notified: [] })
    }
    const shown = await r.preview(replyInSlackThread, {
      channel: '#operations',
      thread_ts: reply.ts,
      text: 'On it',
    })
    expect(fields(shown)).toEqual([
      'Channel: #operations (C0OPS), public, 5 members',
      `Thread: Ada Byron: Who looks at the failed orders this morning? cc @oncall (${parent.ts})`,
    ])
  })
})

describe('update_slack_message', () => {
  const own = async (r: Rig) => {
    await r.write(postSlackMessage, { channel: '#operations', text: 'Draft @everyone' })
    return newest(r)?.ts ?? ''
  }

  it('shows the text before and after, and links no bare name although Slack’s method would', async () => {
    const r = rig()
    const message = await own(r)
    const asked = { channel: '#operations', message, text: 'Final @grace @everyone' }
    const shown = await r.preview(updateSlackMessage, asked)
    expect(shown.text?.before).toMatch(/^Draft @everyone\n\n_Asked for by/)
    expect(shown.text?.after).toMatch(/^Final @grace @everyone\n\n_Asked for by/)
    await r.write(updateSlackMessage, asked)
    expect(newest(r)).toMatchObject({ text: expect.stringMatching(/^Final/), notified: [] })
  })

  it('leaves messages of people and of other apps alone', async () => {
    const r = rig()
    for (const [channel, part] of [
      [channels.operations, 'Who looks'],
      [channels.incidents, 'SYSTEM'],
    ] as const) {
      const message = messageOf(r, channel, part).ts
      const failure = await failureOf(
        r.write(updateSlackMessage, { channel, message, text: 'x' }, { channels: [channel] }),
      )
      expect(failure).toEqual({
        code: 'forbidden',
        message: 'Only messages that were posted through this endpoint can be edited.',
      })
    }
  })

  it('does nothing when the message was edited since the approval', async () => {
    const r = rig()
    const message = await own(r)
    const failure = await failureOf(
      r.write(
        updateSlackMessage,
        { channel: '#operations', message, text: 'x' },
        everyday,
        (shown) => {
          Object.assign(newest(r) ?? {}, { edited: '1799999999.000001' })
          return shown
        },
      ),
    )
    expect(failure).toMatchObject({ code: 'upstream_rejected' })
    expect(r.slack.calls).not.toContain('chat.update')
  })
})

describe('schedule_slack_message', () => {
  it('schedules once, at the time that was shown', async () => {
    const r = rig()
    const at = Math.floor(Date.now() / 1000) + 3_600
    const send_at = new Date((at + 3_600) * 1000).toISOString().replace('.000Z', '+01:00')
    const asked = { channel: '#operations', text: 'Good morning', send_at }
    expect(fields(await r.preview(scheduleSlackMessage, asked))).toContain(
      `Sent at: ${new Date(at * 1000).toISOString()}`,
    )
    const answer = await r.write(scheduleSlackMessage, asked)
    expect(answer).toMatchObject({ scheduled_message_id: 'Q0000001', channel: 'C0OPS' })
    expect(r.slack.workspace.scheduled).toEqual([
      { id: 'Q0000001', channel: 'C0OPS', postAt: at, text: expect.stringMatching(line) },
    ])
  })

  it.each([
    [
      () => new Date(Date.now() - 1_000).toISOString(),
      'send_at has to lie at least a minute ahead. Propose a later time.',
    ],
    [
      () => new Date(Date.now() + 121 * 86_400_000).toISOString(),
      'Slack schedules at most 120 days ahead.',
    ],
    [() => 'tomorrow', 'send_at: write it like 2027-01-05 or 2027-01-05T08:15:00+01:00.'],
  ])('refuses a time that Slack would not take', async (at, message) => {
    const failure = await failureOf(
      rig().write(scheduleSlackMessage, { channel: '#operations', text: 'x', send_at: at() }),
    )
    expect(failure).toEqual({ code: 'invalid_input', message })
  })
})

describe('add_slack_reaction', () => {
  it('reacts once, and is content when it had reacted before', async () => {
    const r = rig()
    const message = messageOf(r, channels.operations, 'Who looks')
    const asked = { channel: '#operations', message: message.ts, emoji: ':eyes:' }
    const done = { channel: 'C0OPS', ts: message.ts, emoji: 'eyes' }
    expect(await r.write(addSlackReaction, asked)).toEqual(done)
    expect(await r.write(addSlackReaction, asked)).toEqual(done)
    expect(message.reactions).toEqual(new Map([['eyes', ['U0GATE']]]))
    expect(
      await failureOf(r.write(addSlackReaction, { ...asked, emoji: 'no such' })),
    ).toMatchObject({ code: 'invalid_input' })
  })
})

describe('create_slack_canvas', () => {
  it('creates a canvas in a channel, its mentions shown and its author named', async () => {
    const r = rig()
    const asked = {
      channel: '#operations',
      title: 'Post-\u200Bmortem',
      markdown: '# INC-204\n\n![](@U0ADA) wrote this with [x](@U0GRACE)',
    }
    const shown = await r.preview(createSlackCanvas, asked)
    expect(fields(shown)).toEqual([
      'Channel: #operations (C0OPS), public, 5 members',
      'Title: Post-mortem',
      'Notifies: Ada Byron (U0ADA)',
    ])
    expect(await r.write(createSlackCanvas, asked)).toEqual({
      canvas_id: 'F0CANVAS1',
      channel: 'C0OPS',
      url: 'https://acme.slack.com/docs/T0ACME/F0CANVAS1',
    })
    expect(r.slack.workspace.canvases).toEqual([
      {
        id: 'F0CANVAS1',
        title: 'Post-mortem',
        channel: 'C0OPS',
        markdown: expect.stringMatching(line),
        notified: ['U0ADA'],
      },
    ])
  })
})

describe('a policy that asks nobody', () => {
  const tool = (t: Tool) => ({ title: t.title, scope: t.scope, effect: t.effect, arguments: [] })
  const catalogue = {
    slack: {
      title: 'Slack',
      scopes: { 'slack:write': '' },
      limits: {},
      tools: { post_slack_message: tool(postSlackMessage) },
    },
  } as const
  const compiled = compilePolicy(catalogue, {
    rules: [
      {
        id: 'free',
        who: group('engineering'),
        integration: 'slack',
        tools: 'all',
        approval: { mode: 'never' },
      },
    ],
    admins: [],
    auditors: [],
  })
  const outcome = async (channel: string, text: string) => {
    const { facts } = await rig().preview(
      postSlackMessage,
      { channel, text },
      { channels: [channel] },
    )
    const person = { email: 'erin@example.com', groups: ['engineering'] }
    return decide(compiled, {
      person,
      integration: 'slack',
      tool: 'post_slack_message',
      facts: facts ?? {},
    }).outcome
  }

  it('still has a person look at mentions and at what goes outside', async () => {
    expect(await outcome('#operations', 'plain')).toBe('allow')
    for (const text of ['<@U0ADA>', '<!channel>', '@here', '<!subteam^S0LEADS>'])
      expect([text, await outcome('#operations', text)]).toEqual([text, 'ask'])
    expect(await outcome('#partner-acme', 'plain')).toBe('ask')
  })
})
