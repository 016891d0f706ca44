import type { BlockContent, Blockquote, List, ListItem, RootContent } from 'mdast'
import { attribute, plainText } from './document.ts'
import type { AdfDocument, AdfNode } from './document.ts'
import { image, inlineToMarkdown, word } from './inline-to-markdown.ts'
import { Losses } from './losses.ts'
import { printMarkdown } from './markdown.ts'
import { tableToMarkdown } from './table-to-markdown.ts'

export interface MarkdownBody {
  readonly markdown: string
  /** What the document has and the Markdown doesn't say, in words: `macro toc`, `text colour`. */
  readonly notShown: readonly string[]
}

/** A Jira body as GitHub Flavored Markdown. The README lists each node type and mark. */
export function adfToMarkdown(document: AdfDocument): MarkdownBody {
  const losses = new Losses()
  const children = blocksToMarkdown(document.content, losses)
  return { markdown: printMarkdown({ type: 'root', children }), notShown: losses.all }
}

export const blocksToMarkdown = (nodes: readonly AdfNode[], losses: Losses): RootContent[] =>
  nodes.flatMap((node) => blockToMarkdown(node, losses) ?? [])

/** One ADF block as one Markdown block, so that a block can be recognised again. Empty paragraphs have none. */
export function blockToMarkdown(node: AdfNode, losses: Losses): BlockContent | undefined {
  nameFormatting(node, losses)
  const content = node.content ?? []
  switch (node.type) {
    case 'paragraph': {
      const children = inlineToMarkdown(content, losses)
      return children.length > 0 ? { type: 'paragraph', children } : undefined
    }
    case 'heading': {
      const depth = Math.min(6, Math.max(1, Number(attribute(node, 'level')) || 1))
      // Markdown's headings are one line
      const line = content.map((n) => (n.type === 'hardBreak' ? { type: 'text', text: ' ' } : n))
      const children = inlineToMarkdown(line, losses)
      return { type: 'heading', depth: depth as 1, children }
    }
    case 'codeBlock': {
      const value = content.map((n) => n.text ?? '').join('')
      return { type: 'code', lang: attribute(node, 'language') || null, value }
    }
    case 'rule':
      return { type: 'thematicBreak' }
    case 'blockquote':
      return { type: 'blockquote', children: blocks(content, losses) }
    case 'bulletList':
      return {
        type: 'list',
        ordered: false,
        spread: false,
        children: content.map((n) => listItem(n, losses)),
      }
    case 'orderedList': {
      const order = attribute(node, 'order')
      const start = order === '' ? 1 : Number(order)
      const children = content.map((n) => listItem(n, losses))
      return { type: 'list', ordered: true, spread: false, start, children }
    }
    case 'taskList':
      return taskList(node, losses)
    case 'table':
      return tableToMarkdown(node, losses)
    case 'panel':
      return callout(attribute(node, 'panelType').toUpperCase() || 'INFO', '', content, losses)
    case 'expand':
    case 'nestedExpand':
      return callout('EXPAND', attribute(node, 'title'), content, losses)
    case 'mediaSingle':
    case 'mediaGroup':
      return media(content)
    case 'blockCard':
    case 'embedCard':
      return card(node, losses)
    case 'decisionList':
      losses.content.add('decisions')
      return callout('DECISIONS', '', [{ ...node, type: 'bulletList' }], losses)
    case 'layoutSection':
      losses.content.add('columns')
      return callout('COLUMNS', '', content, losses)
    case 'layoutColumn':
      return callout('COLUMN', '', content, losses)
    case 'extension':
    case 'bodiedExtension': {
      const key = word(attribute(node, 'extensionKey'))
      losses.content.add(`macro ${key}`)
      return callout('MACRO', `${key} ${attribute(node, 'text')}`, content, losses)
    }
    case 'syncBlock':
    case 'bodiedSyncBlock':
      losses.content.add('synced block')
      return callout('SYNCED', '', content, losses)
    default: {
      losses.content.add(`block ${word(node.type)}`)
      const shown = content.some((n) => n.text !== undefined)
        ? [{ type: 'paragraph', content }]
        : content
      return callout('UNKNOWN', word(node.type), shown, losses)
    }
  }
}

const lostBlockMarks: Readonly<Record<string, string>> = {
  alignment: 'text alignment',
  indentation: 'indentation',
  breakout: 'width',
  fontSize: 'font size',
  dataConsumer: 'data source',
  fragment: 'named fragments',
  border: 'borders',
  link: 'links on pictures',
}

function nameFormatting(node: AdfNode, losses: Losses): void {
  for (const mark of node.marks ?? [])
    losses.formatting.add(lostBlockMarks[mark.type] ?? `mark ${word(mark.type)}`)
  if (node.type === 'panel' && attribute(node, 'panelType') === 'custom')
    losses.formatting.add('colour and icon of a panel')
}

const blocks = (nodes: readonly AdfNode[], losses: Losses): BlockContent[] =>
  nodes.flatMap((node) => blockToMarkdown(node, losses) ?? [])

function listItem(node: AdfNode, losses: Losses): ListItem {
  const inline = node.type === 'decisionItem'
  const content = inline ? [{ type: 'paragraph', content: node.content }] : (node.content ?? [])
  return { type: 'listItem', spread: false, children: blocks(content, losses) }
}

/** In ADF a nested task list follows its item as a sibling; in Markdown it stands inside the item. */
function taskList(node: AdfNode, losses: Losses): List {
  const children: ListItem[] = []
  for (const item of node.content ?? []) {
    const last = children.at(-1)
    if (item.type === 'taskList' && last) {
      last.children.push(taskList(item, losses))
      continue
    }
    const inline = item.type === 'taskItem'
    if (item.type === 'blockTaskItem') losses.formatting.add('check boxes with several blocks')
    const content = inline ? [{ type: 'paragraph', content: item.content }] : (item.content ?? [])
    const inside = item.type === 'taskList' ? [taskList(item, losses)] : blocks(content, losses)
    const text: BlockContent = { type: 'paragraph', children: [{ type: 'text', value: '(empty)' }] }
    children.push({
      type: 'listItem',
      spread: false,
      checked: attribute(item, 'state') === 'DONE',
      // GitHub's check boxes need text after them
      children: inside[0]?.type === 'paragraph' ? inside : [text, ...inside],
    })
  }
  return { type: 'list', ordered: false, spread: false, children }
}

/** `> [!KIND] title`, then the content. A leading paragraph follows on the next line, as GitHub writes it. */
function callout(
  kind: string,
  title: string,
  content: readonly AdfNode[],
  losses: Losses,
): Blockquote {
  const [first, ...rest] = blocks(content, losses)
  const head = { type: 'html', value: `[!${kind}]` } as const
  const words = title.replaceAll(/\s+/g, ' ').trim()
  const heading = words ? [head, { type: 'text', value: ` ${words}` } as const] : [head]
  if (first?.type === 'paragraph') {
    const children = [...heading, { type: 'text', value: '\n' } as const, ...first.children]
    return { type: 'blockquote', children: [{ type: 'paragraph', children }, ...rest] }
  }
  const below = first ? [first, ...rest] : []
  return { type: 'blockquote', children: [{ type: 'paragraph', children: heading }, ...below] }
}

function media(content: readonly AdfNode[]): BlockContent | undefined {
  const files = content.filter((node) => node.type === 'media')
  const caption = content.find((node) => node.type === 'caption')
  const children = files.flatMap((file, at) => [
    ...(at > 0 ? [{ type: 'text', value: ' ' } as const] : []),
    image(file, caption && plainText(caption)),
  ])
  return children.length > 0 ? { type: 'paragraph', children } : undefined
}

function card(node: AdfNode, losses: Losses): BlockContent {
  const url = attribute(node, 'url')
  if (url) losses.formatting.add('smart link cards (shown as links)')
  if (!url || node.attrs?.['datasource'] !== undefined) losses.content.add('a list of linked items')
  const text = { type: 'text', value: url || '[list of linked items]' } as const
  return {
    type: 'paragraph',
    children: url ? [{ type: 'link', url, children: [text] }] : [text],
  }
}
