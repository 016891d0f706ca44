import type { Blockquote, Image, List, ListItem, Paragraph, RootContent } from 'mdast'
import { calloutOf } from './callout.ts'
import { plainText } from './document.ts'
import type { AdfNode } from './document.ts'
import { emptyParagraph, fit, prefixed } from './fit.ts'
import type { Place } from './fit.ts'
import { inlineFromMarkdown } from './inline-from-markdown.ts'
import type { Writing } from './inline-from-markdown.ts'
import { panelKinds, readOnlyKinds } from './markdown.ts'
import { tableFromMarkdown } from './table-from-markdown.ts'

/** Markdown blocks as ADF blocks that may stand in `place`; what may not is changed and named. */
export const blocksFromMarkdown = (
  nodes: readonly RootContent[],
  place: Place,
  writing: Writing,
): AdfNode[] =>
  nodes.flatMap((node) => block(node, place, writing)).flatMap((one) => fit(one, place, writing))

function block(node: RootContent, place: Place, writing: Writing): AdfNode[] {
  switch (node.type) {
    case 'paragraph':
      return paragraph(node, writing)
    case 'heading': {
      const content = inlineFromMarkdown(node.children, writing)
      return [{ type: 'heading', attrs: { level: node.depth }, content }]
    }
    case 'thematicBreak':
      return [{ type: 'rule' }]
    case 'code':
      if (node.meta) writing.changed.add('code blocks keep their language and nothing else')
      return [codeBlock(node.value, node.lang)]
    case 'blockquote':
      return [quote(node, place, writing)]
    case 'list':
      return [isTaskList(node) ? taskList(node, writing) : list(node, writing)]
    case 'table':
      return [tableFromMarkdown(node, writing)]
    case 'html':
      writing.changed.add('HTML blocks are shown as code')
      return [codeBlock(node.value, 'html')]
    case 'footnoteDefinition': {
      writing.changed.add('footnotes are plain text')
      const label = `[^${node.label ?? node.identifier}]: `
      return prefixed(label, blocksFromMarkdown(node.children, place, writing))
    }
    case 'definition':
      return []
    default:
      throw new TypeError(`No Markdown parser option in use makes ${node.type} a block.`)
  }
}

/** Files alone in their paragraph are blocks of their own in ADF. */
function paragraph(node: Paragraph, writing: Writing): AdfNode[] {
  const parts = node.children.filter((child) => child.type !== 'text' || child.value.trim() !== '')
  const files = parts.map((child) =>
    child.type === 'image' ? heldFile(child, writing) : undefined,
  )
  if (files.length > 0 && files.every((file) => file && file.type !== 'mediaInline'))
    return files as AdfNode[]
  const content = inlineFromMarkdown(node.children, writing)
  return content.length > 0 ? [{ type: 'paragraph', content }] : []
}

/** The node that holds a file in the replaced body, as it is: caption, size and place are not the Markdown's to change. */
function heldFile({ url, title }: Image, writing: Writing): AdfNode | undefined {
  const file = writing.files.get(url)
  const caption = file?.content?.find(({ type }) => type === 'caption')
  if (file && (title ?? '') !== (caption ? plainText(caption) : ''))
    writing.changed.add('captions of pictures stay as they are')
  return file
}

const codeBlock = (value: string, language: string | null | undefined): AdfNode => ({
  type: 'codeBlock',
  attrs: language ? { language } : {},
  content: value ? [{ type: 'text', text: value }] : [],
})

const filled = (content: AdfNode[]): AdfNode[] => (content.length > 0 ? content : [emptyParagraph])

function quote(node: Blockquote, place: Place, writing: Writing): AdfNode {
  const inside = (nodes: readonly RootContent[], type: Place): AdfNode[] =>
    filled(blocksFromMarkdown(nodes, type, writing))
  const callout = calloutOf(node, writing.source)
  if (!callout) return { type: 'blockquote', content: inside(node.children, 'blockquote') }
  const { kind, title, children } = callout
  if (kind === 'EXPAND') {
    const type = place === 'doc' ? 'expand' : 'nestedExpand'
    return { type, attrs: { title }, content: inside(children, type) }
  }
  if (readOnlyKinds.has(kind)) writing.refused.add(`a new or changed ${kind} block`)
  const head: AdfNode = { type: 'paragraph', content: [{ type: 'text', text: title }] }
  const panelType = panelKinds[kind] ?? 'info'
  const content = title
    ? [head, ...blocksFromMarkdown(children, 'panel', writing)]
    : inside(children, 'panel')
  return { type: 'panel', attrs: { panelType }, content }
}

/** A list in which each item has a check box, one paragraph, and at most such lists below it. */
const isTaskList = (list: List): boolean =>
  list.children.every(
    ({ checked, children: [first, ...rest] }) =>
      typeof checked === 'boolean' &&
      first?.type === 'paragraph' &&
      rest.every((child) => child.type === 'list' && isTaskList(child)),
  )

function taskList(node: List, writing: Writing): AdfNode {
  const content = node.children.flatMap(({ checked, children: [first, ...rest] }): AdfNode[] => {
    const text = first?.type === 'paragraph' ? inlineFromMarkdown(first.children, writing) : []
    const attrs = { state: checked ? 'DONE' : 'TODO' }
    const below = rest.map((child) => taskList(child as List, writing))
    return [{ type: 'taskItem', attrs, content: text }, ...below]
  })
  return { type: 'taskList', attrs: {}, content }
}

function list(node: List, writing: Writing): AdfNode {
  const content = node.children.map((item) => listItem(item, writing))
  return node.ordered
    ? { type: 'orderedList', attrs: { order: node.start ?? 1 }, content }
    : { type: 'bulletList', content }
}

function listItem(item: ListItem, writing: Writing): AdfNode {
  const content = blocksFromMarkdown(item.children, 'listItem', writing)
  if (typeof item.checked === 'boolean') {
    writing.changed.add('check boxes among other list items are text')
    return { type: 'listItem', content: prefixed(item.checked ? '[x] ' : '[ ] ', content) }
  }
  // Jira's editor wants text before a nested list
  const begins = content[0]?.type === 'paragraph' || content[0]?.type === 'codeBlock'
  return { type: 'listItem', content: begins ? content : [emptyParagraph, ...content] }
}
