import { describe, expect, it } from 'vitest'
import {
  closingLine,
  outgoing,
  outgoingCanvas,
  plainName,
  type Mentions,
} from '../../../workers/slack/outgoing.ts'
import { readCanvasMentions, readMentions } from '../../sandbox/slack/mentions.ts'
import { seedWorkspace } from '../../sandbox/slack/seed.ts'

const workspace = seedWorkspace()
const quiet = { parse: 'none', linkNames: false } as const
const none: Mentions = { people: [], groups: [], mass: [] }
const listed = ({ people, groups, mass }: Mentions) => [...people, ...groups, ...mass]
/** What Slack would notify of a text, read as strictly as the pretend one does. */
const notified = (text: string) => readMentions(workspace, text, quiet)

const words = ['channel', 'here', 'everyone', 'subteam^S0ONCALL']
/** Spellings by which a mention could hide from a reader or from a filter. */
const disguises: readonly (readonly [name: string, of: (token: string) => string])[] = [
  ['entities', (t) => `&lt;!${t}&gt;`],
  ['half an entity', (t) => `&lt;!${t}>`],
  ['entity without semicolon', (t) => `&lt!${t}>`],
  ['upper-case entity', (t) => `&LT;!${t}&GT;`],
  ['decimal entity', (t) => `&#60;!${t}&#62;`],
  ['padded decimal entity', (t) => `&#00060;!${t}>`],
  ['hexadecimal entity', (t) => `&#x3c;!${t}&#x3E;`],
  ['entities twice', (t) => `&amp;lt;!${t}&amp;gt;`],
  ['entity of the mark', (t) => `<&#33;${t}>`],
  ['backslash', (t) => `\\<!${t}>`],
  ['backslash inside', (t) => `<\\!${t}>`],
  ['two backslashes', (t) => `\\\\<!${t}>`],
  ['full-width brackets', (t) => `＜!${t}＞`],
  ['full-width everything', (t) => `＜！${t}＞`],
  ['small form brackets', (t) => `﹤!${t}﹥`],
  ['full-width mark', (t) => `<！${t}>`],
  ['space after the bracket', (t) => `< !${t}>`],
  ['line break after the bracket', (t) => `<\n!${t}>`],
  ['space after the mark', (t) => `<! ${t}>`],
  ['tab after the mark', (t) => `<!\t${t}>`],
  ['no-break space', (t) => `<\u00A0!${t}>`],
  ['upper case', (t) => `<!${t.toUpperCase()}>`],
  ['mixed case', (t) => `<!${t[0]?.toUpperCase()}${t.slice(1)}>`],
  ['emphasis inside', (t) => `<!**${t}**>`],
  ['comment inside', (t) => `<!--!${t}-->`],
  ['percent-encoded', (t) => `%3C!${t}%3E`],
  ['escape sequence', (t) => `\\u003c!${t}\\u003e`],
  ['label with a bracket', (t) => `<!${t}|<b>`],
  ['date token around it', (t) => `<!date^1^{date}|<!${t}>`.replace(/<!\w+(\^\w+)?>$/, 'x>')],
  ['link with a mark', (t) => `<https://a.example/!${t}|!${t}>`],
  ['Markdown link', (t) => `[!${t}](slack://!${t})`],
  ['combining mark', (t) => `<!${t}\u0301>`],
  ['emoji selector', (t) => `<\uFE0F!${t}>`],
  ['Cyrillic letters', (t) => `<!${t.replaceAll('e', 'е')}х>`],
]
const surroundings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `Deploy is done ${text} please look`,
  (text) => `# ${text}`,
  (text) => `- a\n- ${text}\n- b`,
  (text) => `> ${text}`,
  (text) => `\`${text}\``,
  (text) => `\`\`\`\n${text}\n\`\`\``,
  (text) => `| a | b |\n|---|---|\n| ${text} | x |`,
  (text) => `**${text}**`,
  (text) => `[${text}](https://a.example)`,
  (text) => `[a](${text})`,
  (text) => `[a]: ${text}`,
  (text) => `<${text}>`,
  (text) => `<b>${text}</b>`,
  (text) => `${text}${text}`,
]

describe('a disguised mention', () => {
  const cases = disguises.flatMap(([name, of]) => words.map((word) => ({ name, text: of(word) })))
  it.each(cases)('by $name notifies nobody, wherever it stands: $text', ({ text }) => {
    for (const around of surroundings) {
      const made = outgoing(around(text))
      expect({ text: made.text, notified: notified(made.text) }).toEqual({
        text: made.text,
        notified: [],
      })
    }
  })

  it('is what the pretend Slack would fall for, were it sent as it came', () => {
    const fooled = cases.filter(({ text }) => notified(text).length > 0).map(({ name }) => name)
    expect(new Set(fooled).size).toBeGreaterThanOrEqual(8)
  })
})

describe('a mention with hidden characters in it', () => {
  const hidden = ['\u200B', '\u200D', '\u2060', '\uFEFF', '\u202E', '\u00AD', '\u{E0020}', '\u0000']
  const cases = words.flatMap((word) =>
    hidden.flatMap((h) => [
      `<${h}!${word}>`,
      `<!${h}${word}>`,
      `<!${word[0]}${h}${word.slice(1)}>`,
      `${h}<!${word}${h}>`,
    ]),
  )
  it('is sent in plain sight and listed', () => {
    for (const text of cases) {
      const made = outgoing(text)
      expect(made.text).toMatch(/^<!(channel|here|everyone|subteam\^S0ONCALL)>$/)
      expect(notified(made.text)).toEqual(listed(made.mentions))
      expect(made.removed).toHaveLength(1)
    }
  })
})

describe('whatever is sent', () => {
  const alphabet = [
    '<',
    '>',
    '!',
    '@',
    '#',
    '|',
    '^',
    '&',
    ';',
    '\\',
    '`',
    '*',
    '[',
    ']',
    '(',
    ')',
    ' ',
    '\n',
    'lt',
    '&lt;',
    '&#60;',
    '＜',
    '！',
    '＠',
    '\u200D',
    '\u200B',
    'channel',
    'here',
    'U0ADA',
    'S0LEADS',
    'subteam^',
    'https://a.example',
    'C0OPS',
    'x',
    '🧑',
  ]
  it('notifies nobody whom the preview does not list: 20,000 texts of nasty parts', () => {
    let seed = 7
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    for (let i = 0; i < 20_000; i++) {
      const parts = Array.from(
        { length: 2 + Math.floor(random() * 9) },
        () => alphabet[Math.floor(random() * alphabet.length)],
      )
      const text = parts.join('')
      const made = outgoing(text)
      const unlisted = notified(made.text).filter((id) => !listed(made.mentions).includes(id))
      expect({ text, sent: made.text, unlisted }).toEqual({ text, sent: made.text, unlisted: [] })
      expect(outgoing(made.text)).toMatchObject({
        text: made.text,
        mentions: made.mentions,
        removed: [],
      })
      const canvas = outgoingCanvas(text)
      const more = readCanvasMentions(workspace, canvas.text).filter(
        (id) => !listed(canvas.mentions).includes(id),
      )
      expect({ text, sent: canvas.text, more }).toEqual({ text, sent: canvas.text, more: [] })
    }
  })
})

describe('a mention in plain sight', () => {
  it('stays, once for each, and loses a label that could lie', () => {
    expect(
      outgoing(
        '<@U0ADA|the boss>, <@U0ADA> <!channel|friends> <!subteam^S0ONCALL|@all> <#C0OPS|x>',
      ),
    ).toEqual({
      text: '<@U0ADA>, <@U0ADA> <!channel> <!subteam^S0ONCALL> <#C0OPS>',
      mentions: { people: ['U0ADA'], groups: ['S0ONCALL'], mass: ['channel'] },
      removed: [],
      escaped: 0,
    })
  })

  it.each(['@channel', '@Here', 'see @everyone!', '＠channel'])(
    'counts as one of everybody when it is the bare word: %s',
    (text) => {
      expect(outgoing(text).mentions.mass).toHaveLength(1)
    },
  )

  it.each(['mail me at ops@here.example', '@channels', '@hereby', 'a@channel'])(
    'is not seen in %s',
    (text) => {
      expect(outgoing(text).mentions).toEqual(none)
    },
  )
})

describe('ordinary text', () => {
  it.each([
    'if a < b and c > d',
    'x <= 3, y <- z, I <3 it',
    '<https://status.example.com/x?a=1&b=2>',
    '**bold** _it_ `code` [link](https://a.example?x=1&y=2)',
    '> quote\n\n```ts\nconst a = 1\n```',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    'R&D, AT&T; &amp; &copy;',
    '🧑‍💻 👩‍👩‍👧 می‌خواهم 日本語 ＜見出し＞',
  ])('goes out as it is: %s', (text) => {
    expect(outgoing(text)).toEqual({ text, mentions: none, removed: [], escaped: 0 })
  })

  it('shows tags, unknown tokens and labelled links as they were written', () => {
    const made = outgoing(
      '<b>x</b> <!date^1^{date}|now> <https://evil.example|https://bank.example>',
    )
    expect(made).toEqual({
      text: '&lt;b>x&lt;/b> &lt;!date^1^{date}|now> &lt;https://evil.example|https://bank.example>',
      mentions: none,
      removed: [],
      escaped: 4,
    })
  })

  it('loses what nobody can see, and says what that was', () => {
    expect(outgoing('pay\u202Eload\u200B x\u{E0041}\uD800')).toEqual({
      text: 'payload x',
      mentions: none,
      removed: ['U+202E', 'U+200B', 'U+E0041', 'U+D800'],
      escaped: 0,
    })
  })
})

describe('a canvas', () => {
  it('keeps its own form of a mention and parts every other', () => {
    expect(
      outgoingCanvas('![](@U0ADA) ![Ada](@U0ADA) [r]: @U0ADA\n<@U0GRACE> mail@example.com'),
    ).toEqual({
      text: '![](@U0ADA) ![Ada](@ U0ADA) [r]: @ U0ADA\n<@U0GRACE> mail@example.com',
      mentions: { people: ['U0GRACE', 'U0ADA'], groups: [], mass: [] },
      removed: [],
      escaped: 0,
    })
  })
})

describe('the closing line', () => {
  it('names who asked and the approval', () => {
    expect(closingLine({ name: 'Erin O’Neil-Ström', email: 'erin_o@example.com' }, 'ID')).toBe(
      '_Asked for by Erin O’Neil-Ström (erin_o@example.com) through Gatehouse, approval ID_',
    )
  })

  it.each([
    '<!channel>',
    '@channel',
    '<@U0ADA>',
    '@here @everyone',
    '**x** `y` [z](https://a.example)',
    '\u202Efdp',
    '&lt;!here&gt;',
    '＜!here＞',
  ])('is plain text even for a person called %s', (name) => {
    const line = closingLine({ name, email: 'a@example.com' }, 'ID')
    expect(outgoing(line)).toMatchObject({ text: line, mentions: none, removed: [], escaped: 0 })
    expect(plainName(name)).not.toMatch(/[<>*`[\]()&]/)
  })
})
