import { describe, expect, it } from 'vitest'
import { attachmentsToMarkdown } from '../../../workers/slack/markup/attachments.ts'
import { blocksToMarkdown } from '../../../workers/slack/markup/blocks.ts'
import { mrkdwnToMarkdown, type Names } from '../../../workers/slack/markup/mrkdwn.ts'
import { labelsIn, peopleIn } from '../../../workers/slack/markup/texts.ts'
import { textOf } from '../../../workers/slack/messages.ts'

const names: Names = { people: new Map([['U0ADA', 'Ada Byron']]) }
const md = (text: string) => mrkdwnToMarkdown(text, names)
const blocks = (...value: unknown[]) => blocksToMarkdown(value, names)
const section = (...elements: unknown[]) => ({ type: 'rich_text_section', elements })
const rich = (...elements: unknown[]) => blocks({ type: 'rich_text', elements })
const text = (value: string, style?: object) => ({
  type: 'text',
  text: value,
  ...(style && { style }),
})

describe('Slack’s markup as Markdown', () => {
  it.each([
    ['*bold* _slanted_ ~gone~ `a *b*`', '**bold** _slanted_ ~~gone~~ `a *b*`'],
    ['2*3*4 snake_case_name a~b~c', '2*3*4 snake_case_name a~b~c'],
    ['* spaced *', '* spaced *'],
    ['```\nconst a = 1 &lt; 2\n```', '```\nconst a = 1 < 2\n```'],
    ['before ```x``` after', 'before \n```\nx\n```\n after'],
    ['&gt; quoted\n&gt; twice\nnot', '> quoted\n> twice\nnot'],
    ['&lt;b&gt; R&amp;D &amp;lt;', '<b> R&D &lt;'],
    ['<@U0ADA> <@U0ADA|label> <@U0NEW|newbie> <@U0NEW>', '@Ada Byron @Ada Byron @newbie @U0NEW'],
    ['<#C0OPS|operations> <#C0OPS> <#C0OPS|>', '#operations #C0OPS #C0OPS'],
    ['<!channel> <!here|here> <!everyone>', '@channel here @everyone'],
    ['<!subteam^S0X|@oncall> <!subteam^S0X>', '@oncall @S0X'],
    ['<!date^1767600900^{date}|5 January> <!date^1767600900^{date}>', '5 January 1767600900'],
    ['<https://a.example/x?y=1&amp;z=2>', '<https://a.example/x?y=1&z=2>'],
    [
      '<https://a.example|a [label]> <https://a.example/(x)|b>',
      '[a \\[label\\]](https://a.example) [b](https://a.example/%28x%29)',
    ],
    [
      '<mailto:a@b.example|a@b.example> <mailto:a@b.example|write>',
      'a@b.example [write](mailto:a@b.example)',
    ],
    ['<https://evil.example|https://bank.example>', '[https://bank.example](https://evil.example)'],
    [':tada: :+1::skin-tone-3:', ':tada: :+1::skin-tone-3:'],
    ['</system> <x y> <', '</system> <x y> <'],
    ['', ''],
  ])('%j reads as %j', (slack, markdown) => {
    expect(md(slack)).toBe(markdown)
  })

  it('reads the longest message made of nothing but marks in no time that grows with its square', () => {
    for (const part of ['*a ', '<a|', '*_~', '`a', '<!date^1|', '&gt; *a\n'])
      expect(md(part.repeat(Math.ceil(40_000 / part.length))).length).toBeGreaterThan(1_000)
  })
})

describe('blocks', () => {
  it('keeps every element of rich text', () => {
    expect(
      rich(
        section(
          text('b', { bold: true }),
          text(' '),
          text('i', { italic: true }),
          text(' s ', { strike: true }),
          text('c`d', { code: true }),
          text(' all', { bold: true, italic: true, strike: true }),
          { type: 'link', url: 'https://a.example', text: 'link' },
          { type: 'emoji', name: 'tada' },
          { type: 'user', user_id: 'U0ADA' },
          { type: 'user', user_id: 'U0NEW' },
          { type: 'usergroup', usergroup_id: 'S0X' },
          { type: 'channel', channel_id: 'C0OPS' },
          { type: 'broadcast', range: 'here' },
          { type: 'date', timestamp: 1_767_600_900, format: '{date}' },
          { type: 'date', timestamp: 1, format: '{date}', fallback: ' then ' },
          { type: 'color', value: '#fff' },
          { type: 'hologram', text: 'shape' },
        ),
      ),
    ).toBe(
      '**b** _i_ ~~s~~ ``c`d`` **_~~all~~_**[link](https://a.example):tada:@Ada Byron@U0NEW@S0X#C0OPS@here2026-01-05T08:15:00.000Z then #fff[hologram: shape]',
    )
  })

  it('keeps lists, quotes and code', () => {
    expect(
      rich(
        {
          type: 'rich_text_list',
          style: 'ordered',
          offset: 2,
          elements: [section(text('c')), section(text('d'))],
        },
        { type: 'rich_text_list', style: 'bullet', indent: 1, elements: [section(text('e'))] },
        { type: 'rich_text_quote', elements: [text('q\nr')] },
        { type: 'rich_text_preformatted', language: 'ts', elements: [text('```x```')] },
        { type: 'rich_text_riddle', elements: [text('y')] },
      ),
    ).toBe('3. c\n4. d\n   - e\n> q\n> r\n````ts\n```x```\n````\n[rich_text_riddle] y')
  })

  it('keeps the other blocks, or their texts with the name of what they were', () => {
    const plain = (value: string) => ({ type: 'plain_text', text: value })
    const mrkdwn = (value: string) => ({ type: 'mrkdwn', text: value })
    expect(
      blocks(
        { type: 'header', text: plain('Title') },
        {
          type: 'section',
          text: mrkdwn('*s*'),
          fields: [mrkdwn('*f*\nx'), plain('g')],
          accessory: { type: 'button', text: plain('Go') },
        },
        { type: 'divider' },
        { type: 'context', elements: [mrkdwn('_c_'), { type: 'image', alt_text: 'logo' }] },
        { type: 'image', alt_text: 'a chart', title: plain('Latency') },
        { type: 'markdown', text: '# md' },
        {
          type: 'actions',
          elements: [{ type: 'button', text: plain('Yes') }, { type: 'static_select' }],
        },
        {
          type: 'table',
          rows: [
            [
              { type: 'raw_text', text: 'a|b' },
              { type: 'raw_text', text: 'c' },
            ],
            [
              { type: 'rich_text', elements: [section(text('d'))] },
              { type: 'raw_text', text: 'e' },
            ],
          ],
        },
        { type: 'video', title: plain('Demo'), alt_text: 'a demo' },
        { type: 'section', text: 'not an object' },
        'no block at all',
        null,
      ),
    ).toBe(
      [
        '## Title',
        '**s**\n- **f** x\n- g\n[button: Go]',
        '---',
        '_c_ · [image: logo]',
        '[image: Latency – a chart]',
        '# md',
        '[button: Yes] [static_select: no text]',
        '| a\\|b | c |\n| --- | --- |\n| d | e |',
        '[video block]\n[image: a demo]\nDemo',
        '[section block]\nnot an object',
        '[unnamed block]',
        '[unnamed block]',
      ].join('\n\n'),
    )
  })

  it('are what is read when there are any; the notification text only without them', () => {
    const message = {
      text: 'hidden in the notification',
      blocks: [{ type: 'markdown', text: 'seen' }],
      attachments: [],
    }
    expect(textOf(message, names)).toBe('seen')
    expect(textOf({ ...message, blocks: [] }, names)).toBe('hidden in the notification')
  })

  it('that are nested without end, or huge, are read as far as is sensible', () => {
    let deep: unknown = { type: 'plain_text', text: 'deep' }
    for (let i = 0; i < 5_000; i++) deep = { type: 'container', child: deep }
    expect(blocks(deep)).toBe('[container block]')
    const wide = {
      type: 'x',
      all: Array.from({ length: 10_000 }, () => ({ type: 'plain_text', text: 'w' })),
    }
    expect(blocks(wide).split('\n')).toHaveLength(2_000)
  })
})

it('attachments are quoted, with their fields, and never dropped', () => {
  expect(
    attachmentsToMarkdown(
      [
        {
          author_name: 'CI',
          title: 'Build 7',
          title_link: 'https://ci.example/7',
          text: '*red*',
          fields: [{ title: 'Branch', value: 'main' }],
          footer: 'f',
        },
        { fallback: 'only a fallback' },
        { from_url: 'https://a.example' },
        {
          message_blocks: [
            { message: { blocks: [{ type: 'rich_text', elements: [section(text('shared'))] }] } },
          ],
        },
        {},
        'nonsense',
      ],
      names,
    ),
  ).toBe(
    [
      '> CI:\n> [Build 7](https://ci.example/7)\n> **red**\n> - Branch: main\n> f',
      '> only a fallback',
      '> [attachment of https://a.example]',
      '> shared',
      '> [empty attachment]',
      '> [attachment that could not be read]',
    ].join('\n\n'),
  )
})

it('finds whom a message names, in text and blocks', () => {
  expect(peopleIn('<@U0ADA> and <@W0X|x>')).toEqual(['U0ADA', 'W0X'])
  expect(
    peopleIn([
      { type: 'rich_text', elements: [section({ type: 'user', user_id: 'U0B' })] },
      { type: 'section', text: { type: 'mrkdwn', text: '<@U0C>' } },
    ]),
  ).toEqual(['U0B', 'U0C'])
})

it('names channels and groups in blocks by the labels that the text has', () => {
  const known = labelsIn(['see <#C0OPS|operations>, <!subteam^S0X|@oncall>', '<#C0B|> <#C0D>'])
  const elements = [
    { type: 'channel', channel_id: 'C0OPS' },
    text(' '),
    { type: 'usergroup', usergroup_id: 'S0X' },
    text(' '),
    { type: 'channel', channel_id: 'C0B' },
  ]
  expect(
    blocksToMarkdown([{ type: 'rich_text', elements: [section(...elements)] }], {
      ...names,
      ...known,
    }),
  ).toBe('#operations @oncall #C0B')
})
