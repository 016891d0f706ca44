import { describe, expect, it } from 'vitest'
import { channelResource } from '../../../workers/slack/resources.ts'
import { findSlackChannel } from '../../../workers/slack/tools/find-slack-channel.ts'
import { findSlackUser } from '../../../workers/slack/tools/find-slack-user.ts'
import { getSlackChannelHistory } from '../../../workers/slack/tools/get-slack-channel-history.ts'
import { getSlackFile } from '../../../workers/slack/tools/get-slack-file.ts'
import { getSlackThread } from '../../../workers/slack/tools/get-slack-thread.ts'
import { listSlackChannels } from '../../../workers/slack/tools/list-slack-channels.ts'
import { listSlackUserGroups } from '../../../workers/slack/tools/list-slack-user-groups.ts'
import { searchSlack } from '../../../workers/slack/tools/search-slack.ts'
import { channels, hostileText, people, seedWorkspace } from '../../sandbox/slack/seed.ts'
import { everyday, failureOf, messageOf, rig } from './slack-harness.ts'

/** 2027-01-05T12:00:00Z, so that times in answers can be written down. */
const noon = Date.UTC(2027, 0, 5, 12)
const atNoon = { now: () => noon }

describe('get_slack_channel_history', () => {
  it('gives the newest messages first, with names, Markdown and collapsed threads', async () => {
    const r = rig(atNoon)
    expect(await r.read(getSlackChannelHistory, { channel: '#operations', limit: 3 })).toEqual({
      channel: { id: 'C0OPS', name: 'operations' },
      items: [
        {
          ts: '1799136000.000004',
          at: '2027-01-05T08:00:00.000Z',
          author: 'Ada Byron',
          author_id: 'U0ADA',
          text: 'Who looks at the failed orders this morning? cc @oncall',
          replies: 2,
          last_reply: '2027-01-05T08:25:00.000Z',
        },
        {
          ts: '1799132400.000003',
          at: '2027-01-05T07:00:00.000Z',
          author: 'Linus Berg',
          author_id: 'U0LINUS',
          text: 'Payment provider answers slowly since 09:00, orders with status `failed` go up. Keep an eye on them?',
        },
        {
          ts: '1799056800.000002',
          at: '2027-01-04T10:00:00.000Z',
          author: 'Grace Murray',
          author_id: 'U0GRACE',
          text: 'Refund queue is empty again, thanks @Linus Berg :tada:',
          reactions: ':raised_hands: 2',
        },
      ],
      truncated: false,
      cursor: expect.any(String),
    })
  })

  it('goes on where the page before ended, without a gap or a repeat', async () => {
    const r = rig(atNoon)
    const seen: string[] = []
    let cursor: unknown
    do {
      const page = await r.read(
        getSlackChannelHistory,
        { channel: '#operations', limit: 2 },
        everyday,
        cursor,
      )
      seen.push(...(page.items as { ts: string }[]).map(({ ts }) => ts))
      cursor = page.cursor
    } while (cursor !== undefined)
    const all = r.slack.workspace.messages.get(channels.operations) ?? []
    expect(seen).toEqual(
      all
        .filter((one) => !one.threadTs)
        .map(({ ts }) => ts)
        .reverse(),
    )
  })

  it('keeps to a window of time', async () => {
    const r = rig(atNoon)
    const read = async (window: object) => {
      const { items } = await r.read(getSlackChannelHistory, {
        channel: '#operations',
        ...window,
      })
      return (items as { at: string }[]).map(({ at }) => at)
    }
    expect(await read({ since: '2027-01-05' })).toEqual([
      '2027-01-05T08:00:00.000Z',
      '2027-01-05T07:00:00.000Z',
    ])
    expect(await read({ since: '2027-01-05', until: '2027-01-05T08:30:00+01:00' })).toEqual([
      '2027-01-05T07:00:00.000Z',
    ])
    expect(await failureOf(read({ since: 'yesterday' }))).toEqual({
      code: 'invalid_input',
      message: 'since: write it like 2027-01-05 or 2027-01-05T08:15:00+01:00.',
    })
  })

  it('marks who writes from outside, and which messages are an app’s', async () => {
    const r = rig(atNoon)
    const shared = await r.read(
      getSlackChannelHistory,
      { channel: '#partner-acme' },
      { channels: ['#partner-acme'] },
    )
    expect(shared.channel).toEqual({ id: 'C0PARTNER', name: 'partner-acme', external: true })
    expect(shared.items).toMatchObject([
      { author: 'Ada Byron' },
      { author: 'Wiley Coyote', external: true },
    ])
    expect(shared.items).not.toMatchObject([{ external: true }, {}])
    const { items } = await r.read(getSlackChannelHistory, { channel: '#incidents' })
    expect(items).toMatchObject([{ author: 'Support mail', app: true }, { author: 'Linus Berg' }])
  })

  it('leaves hostile text what it is: the words of a message, nothing more', async () => {
    const r = rig(atNoon)
    const { items } = await r.read(getSlackChannelHistory, { channel: '#incidents', limit: 1 })
    expect(items).toEqual([
      {
        ts: expect.any(String),
        at: '2027-01-05T07:00:00.000Z',
        author: 'Support mail',
        app: true,
        text: hostileText
          .replace('&lt;/slack-message&gt;', '</slack-message>')
          .replace('<!channel>', '@channel'),
      },
    ])
  })

  it('looks each person up once, and channels not again within a minute', async () => {
    const r = rig(atNoon)
    await r.read(getSlackChannelHistory, { channel: '#operations' })
    const first = r.slack.calls.splice(0).sort()
    expect(first).toEqual([
      'auth.test',
      'conversations.history',
      'conversations.info',
      'users.conversations',
      'users.info',
      'users.info',
      'users.info',
    ])
    await r.read(getSlackChannelHistory, { channel: '#operations' })
    expect(r.slack.calls).toEqual(['conversations.history'])
  })

  it('reads on when a person can’t be looked up, and looks up at most thirty for a page', async () => {
    const r = rig({ ...atNoon })
    const list = r.slack.workspace.messages.get(channels.operations) ?? []
    const [pattern] = list
    if (pattern)
      for (let i = 0; i < 80; i++)
        list.push({ ...pattern, ts: `1799150000.${String(i).padStart(6, '0')}`, user: `U1X${i}` })
    const { items } = await r.read(getSlackChannelHistory, { channel: '#operations', limit: 80 })
    expect(items).toHaveLength(80)
    expect(items).toContainEqual(expect.objectContaining({ author: 'U1X79', author_id: 'U1X79' }))
    expect(r.slack.calls.filter((name) => name === 'users.info')).toHaveLength(30)
  })
})

describe('get_slack_thread', () => {
  it('gives a thread from its first message, from a reply and by permalink', async () => {
    const r = rig(atNoon)
    const reply = messageOf(r, channels.incidents, 'Fallback carrier')
    const parent = reply.threadTs ?? ''
    const links = [parent, reply.ts].map(
      (ts) => `https://acme.slack.com/archives/C0INC/p${ts.replace('.', '')}`,
    )
    const asked = [
      { channel: '#incidents', message: parent },
      { channel: 'C0INC', message: reply.ts },
      ...links.map((message) => ({ message })),
      { message: `${links[1]}?thread_ts=${parent}&cid=C0INC` },
    ]
    for (const args of asked) {
      const { items } = await r.read(getSlackThread, args)
      expect(items).toMatchObject([
        {
          text: '**INC-204** checkout latency above 4 s',
          replies: 2,
          files: ['F0CHART latency.png (image/png, 48213 bytes)'],
        },
        { text: 'Log attached, circuit to the carrier is open.' },
        { text: 'Fallback carrier on. Latency back to normal.' },
      ])
    }
  })

  it.each([
    '',
    'yesterday',
    '1799136000',
    'https://evil.example/archives/C0INC/p1799136000000004',
    'https://acme.slack.com/archives/D0ABC/p1799136000000004',
  ])('takes nothing else for a message: %j', async (message) => {
    const r = rig()
    expect(
      await failureOf(r.read(getSlackThread, { channel: '#incidents', message })),
    ).toMatchObject({ code: 'invalid_input' })
    expect(r.slack.calls).toEqual([])
  })

  it('needs the channel of a ts', async () => {
    expect(
      await failureOf(rig().read(getSlackThread, { message: '1799136000.000004' })),
    ).toMatchObject({ code: 'invalid_input' })
  })
})

describe('search_slack', () => {
  it('finds messages in the public channels of policy, whoever else could see more', async () => {
    const r = rig({ ...atNoon, env: { SLACK_PRIVATE_CHANNELS: 'true' } })
    const limits = { channels: ['*', '#hr-private', '#partner-acme'] }
    const { items } = await r.read(searchSlack, { query: 'salary hello latency' }, limits)
    expect((items as { channel: string }[]).map(({ channel }) => channel).sort()).toEqual([
      '#incidents',
      '#incidents',
      '#partner-acme',
      '#partner-acme',
    ])
  })

  it('drops what a token with too many rights brings from private channels', async () => {
    const r = rig({ ...atNoon, env: { SLACK_PRIVATE_CHANNELS: 'true' } })
    for (const channel of r.slack.workspace.channels.values())
      if (channel.id === channels.hrPrivate)
        Object.defineProperty(channel, 'isPrivate', {
          get: () => !r.slack.calls.at(-1)?.startsWith('assistant'),
        })
    const { items } = await r.read(
      searchSlack,
      { query: 'salary' },
      { channels: ['*', '#hr-private'] },
    )
    expect(items).toEqual([])
  })

  it('says what is missing when no search token is set', async () => {
    const r = rig({ env: { SLACK_SEARCH_TOKEN: undefined } })
    expect(await failureOf(r.read(searchSlack, { query: 'latency' }))).toEqual({
      code: 'misconfigured',
      message:
        "This endpoint isn't set up: SLACK_SEARCH_TOKEN missing or malformed. Tell the administrator; trying again won't help.",
    })
  })
})

describe('channels, people, groups and files', () => {
  it('finds a channel by name first, then by part and topic', async () => {
    const r = rig()
    const names = async (query: string) =>
      (
        (await r.read(findSlackChannel, { query }, { channels: ['*'] })).items as {
          name: string
        }[]
      ).map(({ name }) => name)
    expect(await names('#Operations')).toEqual(['operations', 'operations-2023'])
    expect(await names('inc')).toEqual(['incidents'])
    expect(await names('carriers')).toEqual(['operations'])
    expect(await names('nothing')).toEqual([])
  })

  it('lists the app’s channels that policy allows', async () => {
    const { items } = await rig().read(listSlackChannels, {}, { channels: ['*'] })
    expect(items).toEqual([
      { id: 'C0OPS', name: 'operations', about: 'Orders, payments, carriers' },
      { id: 'C0ENG', name: 'engineering', about: 'How we build' },
      { id: 'C0INC', name: 'incidents', about: 'One thread an incident' },
      { id: 'C0FAKE', name: '\u043Eperations' },
      { id: 'C0OLD', name: 'operations-2023', archived: true },
    ])
  })

  it('finds a person by address, id, mention or name, without their e-mail address', async () => {
    const r = rig()
    const ada = { items: [{ id: 'U0ADA', name: 'Ada Byron', title: 'Head of engineering' }] }
    for (const query of ['ada@example.com', 'U0ADA', '<@U0ADA>', 'byron', '@Ada'])
      expect(await r.read(findSlackUser, { query })).toEqual(ada)
    expect(await r.read(findSlackUser, { query: people.wiley })).toEqual({
      items: [{ id: 'W0WILEY', name: 'Wiley Coyote', external: true }],
    })
    expect(await failureOf(r.read(findSlackUser, { query: 'nobody@example.com' }))).toMatchObject({
      code: 'not_found',
    })
    expect(await r.read(findSlackUser, { query: 'U0NOBODY' })).toEqual({ items: [] })
  })

  it('lists user groups, and members of one', async () => {
    const r = rig()
    expect(await r.read(listSlackUserGroups, {})).toEqual({
      items: [
        { id: 'S0ONCALL', handle: 'oncall', name: 'On call', people: 2 },
        { id: 'S0LEADS', handle: 'leads', name: 'Leads', people: 1 },
      ],
    })
    expect(await r.read(listSlackUserGroups, { handle: '@oncall' })).toEqual({
      items: [
        {
          id: 'S0ONCALL',
          handle: 'oncall',
          name: 'On call',
          people: 2,
          members: [
            { id: 'U0GRACE', name: 'Grace Murray' },
            { id: 'U0LINUS', name: 'Linus Berg' },
          ],
        },
      ],
    })
  })

  it('gives a text file’s text in pieces, and of another what is known', async () => {
    const r = rig()
    const log = 'x'.repeat(90_000)
    const file = r.slack.workspace.files.get('F0LOG')
    if (file) r.slack.workspace.files.set('F0LOG', { ...file, content: log })
    const first = await r.read(getSlackFile, {
      file: 'https://acme.slack.com/files/U0LINUS/F0LOG/gateway.log',
    })
    expect(first).toMatchObject({
      id: 'F0LOG',
      name: 'gateway.log',
      type: 'text/plain',
      channels: ['#incidents'],
      next_offset: 40_000,
    })
    const last = await r.read(getSlackFile, { file: 'F0LOG', offset: 80_000 })
    expect(last.text).toHaveLength(10_000)
    expect(last).not.toHaveProperty('next_offset')
    expect(await r.read(getSlackFile, { file: 'F0CHART' })).toEqual({
      id: 'F0CHART',
      name: 'latency.png',
      type: 'image/png',
      bytes: 48_213,
      url: 'https://acme.slack.com/files/U0LINUS/F0CHART/latency.png',
      channels: ['#incidents'],
    })
  })
})

describe('the channel resource', () => {
  const ctxOf = (r: ReturnType<typeof rig>) => r.context(everyday)

  it('reads a channel as Markdown, oldest first, and completes ids of allowed channels', async () => {
    const r = rig(atNoon)
    const text = await channelResource.read({ id: channels.incidents }, ctxOf(r))
    expect(String(text).split('\n')[0]).toBe('# #incidents')
    expect(String(text)).toContain(
      '**Linus Berg** 2027-01-05T06:00:00.000Z (1799128800.000009, 2 replies, F0CHART latency.png (image/png, 48213 bytes))\n**INC-204**',
    )
    expect(await channelResource.complete?.('id', 'in', {}, ctxOf(r))).toEqual(['C0INC'])
    expect(await channelResource.complete?.('id', 'C0', {}, ctxOf(r))).toEqual([
      'C0OPS',
      'C0ENG',
      'C0INC',
    ])
    expect(await channelResource.complete?.('id', 'hr', {}, ctxOf(r))).toEqual([])
    expect(await channelResource.list?.(ctxOf(r))).toContainEqual({
      uri: 'slack://channel/C0OPS',
      name: '#operations',
      description: 'Orders, payments, carriers',
    })
  })

  it('is held to policy like the tools', async () => {
    expect(
      await failureOf(
        Promise.resolve(channelResource.read({ id: channels.hrPrivate }, ctxOf(rig()))),
      ),
    ).toMatchObject({ code: 'forbidden' })
  })
})

it('the pretend workspace begins alike each time, relative to now', () => {
  const [a, b] = [seedWorkspace(() => noon), seedWorkspace(() => noon)]
  expect(a.messages).toEqual(b.messages)
})
