import { attribute, plainText } from './document.ts'
import type { AdfNode } from './document.ts'
import type { Writing } from './inline-from-markdown.ts'
import { printBlock } from './markdown.ts'
import { blockToMarkdown } from './to-markdown.ts'
import { Losses } from './losses.ts'

/** Where a block stands: Jira refuses a body whose blocks stand where its schema doesn't allow them. */
export type Place = keyof typeof allowed

const text = ['paragraph', 'bulletList', 'orderedList', 'codeBlock', 'mediaSingle'] as const
const rich = [...text, 'taskList', 'heading', 'rule'] as const
/** What may stand where (`definitions` of Atlassian's adf-schema, `json-schema/v1/full.json`). */
const allowed = {
  doc: [...rich, 'blockquote', 'panel', 'table', 'expand', 'mediaGroup'],
  listItem: [...text],
  blockquote: [...text],
  panel: [...rich],
  expand: [...rich, 'blockquote', 'panel', 'table', 'nestedExpand'],
  nestedExpand: [...rich, 'blockquote', 'panel'],
} as const satisfies Record<string, readonly string[]>

export const emptyParagraph: AdfNode = { type: 'paragraph', content: [] }

/** The block, or what stands for it where it isn't allowed; the change is named. */
export function fit(node: AdfNode, place: Place, writing: Writing): AdfNode[] {
  if ((allowed[place] as readonly string[]).includes(node.type)) return [node]
  const content = node.content ?? []
  const again = (nodes: readonly AdfNode[]) => nodes.flatMap((one) => fit(one, place, writing))
  switch (node.type) {
    case 'heading':
      writing.changed.add('headings inside lists and quotes are bold text')
      return [{ type: 'paragraph', content: content.map(bold) }]
    case 'rule':
      writing.changed.add('lines inside lists and quotes are dashes')
      return [{ type: 'paragraph', content: [{ type: 'text', text: '———' }] }]
    case 'taskList':
      writing.changed.add('check boxes among other list items are text')
      return [{ type: 'bulletList', content: asListItems(content) }]
    case 'blockquote':
      writing.changed.add('quotes inside lists, quotes and panels are plain text')
      return again(content)
    case 'panel':
    case 'expand':
    case 'nestedExpand': {
      writing.changed.add('call-outs inside lists, quotes and call-outs are plain text')
      const title = attribute(node, 'title')
      const head: AdfNode = { type: 'paragraph', content: [bold({ type: 'text', text: title })] }
      return [...(title ? [head] : []), ...again(content)]
    }
    case 'table': {
      writing.changed.add('tables inside lists, quotes and call-outs are shown as code')
      const markdown = blockToMarkdown(node, new Losses())
      const source = markdown ? printBlock(markdown) : plainText(node)
      return [{ type: 'codeBlock', attrs: {}, content: [{ type: 'text', text: source }] }]
    }
    default:
      throw new TypeError(`Nothing is written as ${node.type} in ${place}.`)
  }
}

const bold = (node: AdfNode): AdfNode => {
  const has = node.text === undefined || node.marks?.some(({ type }) => noBold.has(type))
  return has ? node : { ...node, marks: [...(node.marks ?? []), { type: 'strong' }] }
}
const noBold = new Set(['strong', 'code'])

const asListItems = (items: readonly AdfNode[]): AdfNode[] =>
  items.map((item) => {
    if (item.type === 'taskList')
      return {
        type: 'listItem',
        content: [emptyParagraph, { type: 'bulletList', content: asListItems(item.content ?? []) }],
      }
    const box = attribute(item, 'state') === 'DONE' ? '[x] ' : '[ ] '
    return {
      type: 'listItem',
      content: prefixed(box, [{ type: 'paragraph', content: item.content }]),
    }
  })

/** Blocks with a text before the first of them. */
export function prefixed(prefix: string, blocks: readonly AdfNode[]): AdfNode[] {
  const [first, ...rest] = blocks
  const head: AdfNode = { type: 'text', text: prefix }
  return first?.type === 'paragraph'
    ? [{ ...first, content: [head, ...(first.content ?? [])] }, ...rest]
    : [{ type: 'paragraph', content: [head] }, ...blocks]
}
