import type { PhrasingContent } from 'mdast'
import { attribute, day, plainText } from './document.ts'
import type { AdfMark, AdfNode } from './document.ts'
import type { Losses } from './losses.ts'

/** Marks that Markdown has, the outermost first among those that reach equally far. `code` is always the leaf. */
export const nesting = ['link', 'strike', 'strong', 'em', 'underline', 'subsup'] as const
type Nesting = (typeof nesting)[number]

/** Marks that Markdown lacks, in a reader's words. */
const lostMarks: Readonly<Record<string, string>> = {
  textColor: 'text colour',
  backgroundColor: 'background colour',
  fontSize: 'font size',
  border: 'borders',
  dataConsumer: 'data source',
  fragment: 'named fragments',
}

interface Item {
  readonly node: AdfNode
  readonly marks: readonly AdfMark[]
}

/** Inline nodes as Markdown's phrasing. Marks that Markdown lacks are dropped and named. */
export function inlineToMarkdown(nodes: readonly AdfNode[], losses: Losses): PhrasingContent[] {
  return tidy(
    nest(
      nodes.flatMap((node) => items(node, losses)),
      losses,
    ),
  )
}

/** Markdown drops space at the ends of a line, and has no line break at the end of a block. */
function tidy(children: PhrasingContent[]): PhrasingContent[] {
  while (children.at(-1)?.type === 'break') children.pop()
  while (children[0]?.type === 'break') children.shift()
  for (const [at, child] of children.entries()) {
    if (child.type !== 'text') continue
    const first = at === 0 || children[at - 1]?.type === 'break'
    const last = at === children.length - 1 || children[at + 1]?.type === 'break'
    if (first) child.value = child.value.replace(/^[ \t]+/, '')
    if (last) child.value = child.value.replace(/[ \t]+$/, '')
  }
  return children.filter((child) => child.type !== 'text' || child.value !== '')
}

function items(node: AdfNode, losses: Losses): Item[] {
  const marks: AdfMark[] = []
  for (const mark of node.marks ?? []) {
    if (mark.type === 'code') continue
    if (isNesting(mark.type)) marks.push(mark)
    else if (mark.type === 'annotation') losses.content.add('inline comments')
    else losses.formatting.add(lostMarks[mark.type] ?? `mark ${word(mark.type)}`)
  }
  return [{ node, marks }]
}

/** The mark that reaches furthest is the outermost, so `*a **b** c*` is one emphasis and not three. */
function nest(list: readonly Item[], losses: Losses): PhrasingContent[] {
  const result: PhrasingContent[] = []
  for (let at = 0; at < list.length;) {
    const item = list[at] as Item
    const reach = (mark: AdfMark): number => {
      let end = at + 1
      while (list[end]?.marks.some((one) => same(one, mark))) end += 1
      return end
    }
    const [mark] = item.marks.toSorted((a, b) => reach(b) - reach(a) || rank(a) - rank(b))
    if (!mark) {
      result.push(...leaf(item.node, losses))
      at += 1
      continue
    }
    const end = reach(mark)
    const inner = list.slice(at, end).map(({ node, marks }) => ({
      node,
      marks: marks.filter((one) => !same(one, mark)),
    }))
    result.push(...wrap(mark, nest(inner, losses)))
    at = end
  }
  return result
}

/** Markdown's emphasis can't begin or end with a space, so the space stands outside it. */
function spacesOutside(
  children: PhrasingContent[],
  wrapped: (inner: PhrasingContent[]) => PhrasingContent[],
): PhrasingContent[] {
  const first = children[0]
  const last = children.at(-1)
  const before = first?.type === 'text' ? (/^[ \t]+/.exec(first.value)?.[0] ?? '') : ''
  if (first?.type === 'text') first.value = first.value.slice(before.length)
  const after = last?.type === 'text' ? (/[ \t]+$/.exec(last.value)?.[0] ?? '') : ''
  if (last?.type === 'text') last.value = last.value.slice(0, last.value.length - after.length)
  const inner = children.filter((child) => child.type !== 'text' || child.value !== '')
  return [
    { type: 'text', value: before } as const,
    ...(inner.length > 0 ? wrapped(inner) : []),
    { type: 'text', value: after } as const,
  ].filter((node) => node.type !== 'text' || node.value !== '')
}

function wrap(mark: AdfMark, children: PhrasingContent[]): PhrasingContent[] {
  switch (mark.type as Nesting) {
    case 'link': {
      const title = attribute(mark, 'title')
      const url = attribute(mark, 'href')
      return [{ type: 'link', url, title: title || null, children: children as never }]
    }
    case 'strike':
      return spacesOutside(children, (inner) => [{ type: 'delete', children: inner }])
    case 'strong':
      return spacesOutside(children, (inner) => [{ type: 'strong', children: inner }])
    case 'em':
      return spacesOutside(children, (inner) => [{ type: 'emphasis', children: inner }])
    case 'underline':
      return tagged('u', children)
    case 'subsup':
      return tagged(attribute(mark, 'type') === 'sub' ? 'sub' : 'sup', children)
  }
}

const tagged = (tag: string, children: PhrasingContent[]): PhrasingContent[] => [
  { type: 'html', value: `<${tag}>` },
  ...children,
  { type: 'html', value: `</${tag}>` },
]

const link = (url: string, text: string): PhrasingContent[] => [
  { type: 'link', url, children: [{ type: 'text', value: text || url }] },
]

/** A node without its marks. People, dates and states are links whose scheme says what they are. */
function leaf(node: AdfNode, losses: Losses): PhrasingContent[] {
  switch (node.type) {
    case 'text': {
      const value = (node.text ?? '').replaceAll(/[ \t]*[\r\n]\s*/g, ' ')
      return [isCode(node) ? { type: 'inlineCode', value } : { type: 'text', value }]
    }
    case 'hardBreak':
      return [{ type: 'break' }]
    case 'mention':
      return link(`accountid:${attribute(node, 'id')}`, plainText(node))
    case 'date':
      return day(node) ? link(`date:${day(node)}`, day(node)) : []
    case 'status':
      return link(`status:${attribute(node, 'color') || 'neutral'}`, plainText(node))
    case 'emoji':
      if (!attribute(node, 'text')) losses.formatting.add('emoji of this site (shown by name)')
      return [{ type: 'text', value: plainText(node) }]
    case 'inlineCard': {
      losses.formatting.add('smart links (shown as links)')
      const url = attribute(node, 'url')
      return url ? link(url, url) : named('smart link without an address', node, losses)
    }
    case 'mediaInline':
      return [image(node)]
    case 'placeholder':
      return named('placeholder', node, losses)
    case 'inlineExtension':
      return named(`macro ${word(attribute(node, 'extensionKey'))}`, node, losses)
    default:
      return named(`inline ${word(node.type)}`, node, losses)
  }
}

function named(what: string, node: AdfNode, losses: Losses): PhrasingContent[] {
  losses.content.add(what)
  const text = plainText(node) || attribute(node, 'text')
  return [{ type: 'text', value: `[${what}${text ? `: ${text}` : ''}]` }]
}

/** How Markdown refers to a file or picture: `attachment:` with Jira's media id, or an outside picture's address. */
export const fileUrl = (node: AdfNode): string =>
  attribute(node, 'url') || `attachment:${attribute(node, 'id')}`

export function image(node: AdfNode, title?: string): PhrasingContent {
  const url = fileUrl(node)
  const alt = attribute(node, 'alt') || attribute(node, '__fileName') || 'file'
  return { type: 'image', url, alt, title: title || null }
}

/** A name from a document as one harmless word of our sentence. */
export const word = (text: string): string =>
  text.replaceAll(/[^\w.:-]/g, '').slice(0, 60) || 'unknown'

const isCode = (node: AdfNode): boolean => node.marks?.some((mark) => mark.type === 'code') ?? false
const isNesting = (type: string): type is Nesting => nesting.includes(type as Nesting)
const rank = (mark: AdfMark): number => nesting.indexOf(mark.type as Nesting)
const same = (a: AdfMark | undefined, b: AdfMark): boolean =>
  a?.type === b.type && JSON.stringify(a.attrs) === JSON.stringify(b.attrs)
