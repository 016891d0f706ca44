import type { AdfDocument, AdfNode } from '../../../workers/jira/adf/document.ts'

/**
 * A document for every node type and mark of Atlassian's schema, with what becomes of it.
 * - `kept`: Markdown says it, and writing that Markdown gives it back.
 * - `named`: reading says that it isn't shown; a block with it stays whole while it is unchanged,
 *   and a changed one loses it, said in the answer.
 * - `guarded`: named like that, and writing without it is refused: its block stays or the call fails.
 * - `held`: shown as a reference that keeps the node in a rewrite; one that drops it is refused.
 */
export type Fate = 'kept' | 'named' | 'guarded' | 'held'
export interface Sample {
  readonly types: readonly string[]
  readonly fate: Fate
  readonly markdown: string
  readonly document: AdfDocument
  /** What `notShown` says of it. */
  readonly says?: readonly string[]
}

const doc = (...content: AdfNode[]): AdfDocument => ({ type: 'doc', version: 1, content })
const text = (value: string, ...marks: (string | { type: string; attrs: object })[]): AdfNode => ({
  type: 'text',
  text: value,
  ...(marks.length > 0 && {
    marks: marks.map((mark) => (typeof mark === 'string' ? { type: mark } : mark)) as never,
  }),
})
const p = (...content: AdfNode[]): AdfNode => ({ type: 'paragraph', content })
const item = (...content: AdfNode[]): AdfNode => ({ type: 'listItem', content })
const cell = (type: string, ...content: AdfNode[]): AdfNode => ({ type, attrs: {}, content })
const row = (...content: AdfNode[]): AdfNode => ({ type: 'tableRow', content })
const file = (more: object = {}): AdfNode => ({
  type: 'media',
  attrs: { type: 'file', id: 'f0e1', collection: '', alt: 'screen.png', ...more },
})

const kept = (types: string, markdown: string, ...content: AdfNode[]): Sample => ({
  types: types.split(' '),
  fate: 'kept',
  markdown,
  document: doc(...content),
})
const lost = (
  fate: 'named' | 'guarded',
  types: string,
  says: string,
  markdown: string,
  ...content: AdfNode[]
): Sample => ({ types: types.split(' '), fate, markdown, document: doc(...content), says: [says] })

const held = (types: string, markdown: string, ...content: AdfNode[]): Sample => ({
  types: types.split(' '),
  fate: 'held',
  markdown,
  document: doc(...content),
})

export const samples: readonly Sample[] = [
  kept('doc paragraph text', 'one\n\ntwo', p(text('one')), p(text('two'))),
  kept('hardBreak', 'one\\\ntwo', p(text('one'), { type: 'hardBreak' }, text('two'))),
  kept(
    'strong em',
    'a **b _c_** d',
    p(text('a '), text('b ', 'strong'), text('c', 'strong', 'em'), text(' d')),
  ),
  kept('code', 'run `x * y`', p(text('run '), text('x * y', 'code'))),
  kept('strike', '~~gone~~', p(text('gone', 'strike'))),
  kept('underline', '<u>under</u>', p(text('under', 'underline'))),
  kept(
    'subsup',
    'H<sub>2</sub>O<sup>3</sup>',
    p(
      text('H'),
      text('2', { type: 'subsup', attrs: { type: 'sub' } }),
      text('O'),
      text('3', { type: 'subsup', attrs: { type: 'sup' } }),
    ),
  ),
  kept(
    'link',
    '[here](https://example.com/a_b "why")',
    p(text('here', { type: 'link', attrs: { href: 'https://example.com/a_b', title: 'why' } })),
  ),
  ...[1, 2, 3, 4, 5, 6].map((level) =>
    kept('heading', `${'#'.repeat(level)} Title`, {
      type: 'heading',
      attrs: { level },
      content: [text('Title')],
    }),
  ),
  kept('rule', '---', { type: 'rule' }),
  kept('codeBlock', '```sql\nSELECT 1\n\n-- ```\n```'.replace('-- ```', '-- x'), {
    type: 'codeBlock',
    attrs: { language: 'sql' },
    content: [text('SELECT 1\n\n-- x')],
  }),
  kept('blockquote', '> said\n>\n> again', {
    type: 'blockquote',
    content: [p(text('said')), p(text('again'))],
  }),
  kept('bulletList listItem', '- a\n  - b\n- c', {
    type: 'bulletList',
    content: [
      item(p(text('a')), { type: 'bulletList', content: [item(p(text('b')))] }),
      item(p(text('c'))),
    ],
  }),
  kept('orderedList', '3. a\n4. b', {
    type: 'orderedList',
    attrs: { order: 3 },
    content: [item(p(text('a'))), item(p(text('b')))],
  }),
  kept('taskList taskItem', '- [x] a\n- [ ] b\n  - [ ] c', {
    type: 'taskList',
    attrs: { localId: 'gatehouse-1' },
    content: [
      { type: 'taskItem', attrs: { state: 'DONE', localId: 'gatehouse-2' }, content: [text('a')] },
      { type: 'taskItem', attrs: { state: 'TODO', localId: 'gatehouse-3' }, content: [text('b')] },
      {
        type: 'taskList',
        attrs: { localId: 'gatehouse-4' },
        content: [
          {
            type: 'taskItem',
            attrs: { state: 'TODO', localId: 'gatehouse-5' },
            content: [text('c')],
          },
        ],
      },
    ],
  }),
  kept('table tableRow tableHeader tableCell', '| a | b |\n| - | - |\n| 1<br>2 | \\| |', {
    type: 'table',
    attrs: {},
    content: [
      row(cell('tableHeader', p(text('a'))), cell('tableHeader', p(text('b')))),
      row(
        cell('tableCell', p(text('1'), { type: 'hardBreak' }, text('2'))),
        cell('tableCell', p(text('|'))),
      ),
    ],
  }),
  kept('table', '| | |\n| - | - |\n| 1 | 2 |', {
    type: 'table',
    attrs: {},
    content: [row(cell('tableCell', p(text('1'))), cell('tableCell', p(text('2'))))],
  }),
  ...['info', 'note', 'tip', 'warning', 'error', 'success'].map((panelType) =>
    kept('panel', `> [!${panelType.toUpperCase()}]\n> look\n>\n> - out`, {
      type: 'panel',
      attrs: { panelType },
      content: [p(text('look')), { type: 'bulletList', content: [item(p(text('out')))] }],
    }),
  ),
  kept('expand nestedExpand', '> [!EXPAND] More\n> text\n>\n> > [!EXPAND] Still more\n> > deep', {
    type: 'expand',
    attrs: { title: 'More' },
    content: [
      p(text('text')),
      { type: 'nestedExpand', attrs: { title: 'Still more' }, content: [p(text('deep'))] },
    ],
  }),
  kept(
    'mention',
    '[@Ada](accountid:712020:a-b) look',
    p({ type: 'mention', attrs: { id: '712020:a-b', text: '@Ada' } }, text(' look')),
  ),
  kept(
    'date',
    '[2026-11-20](date:2026-11-20)',
    p({ type: 'date', attrs: { timestamp: '1795132800000' } }),
  ),
  kept(
    'status',
    '[AT RISK](status:red)',
    p({ type: 'status', attrs: { text: 'AT RISK', color: 'red' } }),
  ),
  kept('text', 'fine 🎉', p(text('fine 🎉'))),

  lost(
    'named',
    'emoji',
    'emoji of this site (shown by name)',
    ':parrot:',
    p({ type: 'emoji', attrs: { shortName: ':parrot:', id: 'x' } }),
  ),
  lost(
    'named',
    'inlineCard',
    'smart links (shown as links)',
    '<https://example.com/x>',
    p({ type: 'inlineCard', attrs: { url: 'https://example.com/x' } }),
  ),
  lost('named', 'blockCard', 'smart link cards (shown as links)', '<https://example.com/x>', {
    type: 'blockCard',
    attrs: { url: 'https://example.com/x' },
  }),
  lost('named', 'embedCard', 'smart link cards (shown as links)', '<https://example.com/x>', {
    type: 'embedCard',
    attrs: { url: 'https://example.com/x', layout: 'center' },
  }),
  lost(
    'named',
    'textColor',
    'text colour',
    'red',
    p(text('red', { type: 'textColor', attrs: { color: '#ff0000' } })),
  ),
  lost(
    'named',
    'backgroundColor',
    'background colour',
    'lit',
    p(text('lit', { type: 'backgroundColor', attrs: { color: '#ff0000' } })),
  ),
  lost('named', 'alignment', 'text alignment', 'mid', {
    ...p(text('mid')),
    marks: [{ type: 'alignment', attrs: { align: 'center' } }],
  }),
  lost('named', 'indentation', 'indentation', 'in', {
    ...p(text('in')),
    marks: [{ type: 'indentation', attrs: { level: 1 } }],
  }),
  lost('named', 'fontSize', 'font size', 'small', {
    ...p(text('small')),
    marks: [{ type: 'fontSize', attrs: { fontSize: 'small' } }],
  }),
  lost('named', 'breakout', 'width', '```\nwide\n```', {
    type: 'codeBlock',
    attrs: {},
    content: [text('wide')],
    marks: [{ type: 'breakout', attrs: { mode: 'wide' } }],
  }),
  lost('named', 'dataConsumer', 'data source', '> [!MACRO] chart', {
    type: 'extension',
    attrs: { extensionKey: 'chart', extensionType: 'a' },
    marks: [{ type: 'dataConsumer', attrs: { sources: ['x'] } }],
  }),
  lost('named', 'fragment', 'named fragments', '> [!MACRO] chart', {
    type: 'extension',
    attrs: { extensionKey: 'chart', extensionType: 'a' },
    marks: [{ type: 'fragment', attrs: { localId: 'x' } }],
  }),
  held('border', '![screen.png](attachment:f0e1)', {
    type: 'mediaSingle',
    attrs: { layout: 'center' },
    content: [{ ...file(), marks: [{ type: 'border', attrs: { size: 1, color: '#ff0000' } }] }],
  }),
  held('mediaSingle media caption', '![screen.png](attachment:f0e1 "How it looks")', {
    type: 'mediaSingle',
    attrs: { layout: 'center' },
    content: [file(), { type: 'caption', content: [text('How it looks')] }],
  }),
  lost('named', 'panel', 'colour and icon of a panel', '> [!CUSTOM]\n> own', {
    type: 'panel',
    attrs: { panelType: 'custom', panelColor: '#abcdef' },
    content: [p(text('own'))],
  }),

  lost(
    'guarded',
    'annotation',
    'inline comments',
    'noted',
    p(text('noted', { type: 'annotation', attrs: { id: 'a', annotationType: 'inlineComment' } })),
  ),
  lost(
    'guarded',
    'placeholder',
    'placeholder',
    '\\[placeholder: fill me]',
    p({ type: 'placeholder', attrs: { text: 'fill me' } }),
  ),
  lost(
    'guarded',
    'inlineExtension',
    'macro jira',
    '\\[macro jira: ENG-1]',
    p({
      type: 'inlineExtension',
      attrs: { extensionKey: 'jira', extensionType: 'a', text: 'ENG-1' },
    }),
  ),
  lost('guarded', 'extension', 'macro toc', '> [!MACRO] toc', {
    type: 'extension',
    attrs: { extensionKey: 'toc', extensionType: 'a' },
  }),
  lost('guarded', 'bodiedExtension', 'macro excerpt', '> [!MACRO] excerpt\n> inside', {
    type: 'bodiedExtension',
    attrs: { extensionKey: 'excerpt', extensionType: 'a' },
    content: [p(text('inside'))],
  }),
  lost(
    'guarded',
    'layoutSection layoutColumn',
    'columns',
    '> [!COLUMNS]\n>\n> > [!COLUMN]\n> > left\n>\n> > [!COLUMN]\n> > right',
    {
      type: 'layoutSection',
      content: [
        { type: 'layoutColumn', attrs: { width: 50 }, content: [p(text('left'))] },
        { type: 'layoutColumn', attrs: { width: 50 }, content: [p(text('right'))] },
      ],
    },
  ),
  lost('guarded', 'decisionList decisionItem', 'decisions', '> [!DECISIONS]\n>\n> - ship it', {
    type: 'decisionList',
    attrs: { localId: 'd' },
    content: [
      {
        type: 'decisionItem',
        attrs: { localId: 'e', state: 'DECIDED' },
        content: [text('ship it')],
      },
    ],
  }),
  lost('named', 'blockTaskItem', 'check boxes with several blocks', '- [ ] one\n\n  two', {
    type: 'taskList',
    attrs: { localId: 't' },
    content: [
      {
        type: 'blockTaskItem',
        attrs: { localId: 'u', state: 'TODO' },
        content: [p(text('one')), p(text('two'))],
      },
    ],
  }),
  lost('guarded', 'syncBlock', 'synced block', '> [!SYNCED]', {
    type: 'syncBlock',
    attrs: { resourceId: 'r', localId: 's' },
  }),
  lost('guarded', 'bodiedSyncBlock', 'synced block', '> [!SYNCED]\n> text', {
    type: 'bodiedSyncBlock',
    attrs: { resourceId: 'r', localId: 's' },
    content: [p(text('text'))],
  }),
  held('mediaGroup', '![screen.png](attachment:f0e1) ![screen.png](attachment:f0e2)', {
    type: 'mediaGroup',
    content: [file(), file({ id: 'f0e2' })],
  }),
  held(
    'mediaInline',
    'see ![file](attachment:f0e1)',
    p(text('see '), { type: 'mediaInline', attrs: { id: 'f0e1', collection: '' } }),
  ),
]
