import type { PhrasingContent } from 'mdast'
import { toString } from 'mdast-util-to-string'
import type { AdfMark, AdfNode } from './document.ts'
import { nesting } from './inline-to-markdown.ts'

/** What a body is being made from, and what came of it. */
export interface Writing {
  /** The Markdown itself. */
  readonly source: string
  /** Changes that Jira's format forced, in words: they are shown with the preview and the answer. */
  readonly changed: Set<string>
  /** What can't be written at all, in words: the call is refused. */
  readonly refused: Set<string>
  /** Link targets by normalised label (`[text][label]`). */
  readonly definitions: ReadonlyMap<string, { url: string; title?: string | null | undefined }>
  /** Files of the body that is replaced, by `fileUrl`: the nodes that hold them stay where the Markdown refers to them. */
  readonly files: ReadonlyMap<string, AdfNode>
}

const tagMarks: Readonly<Record<string, AdfMark>> = {
  u: { type: 'underline' },
  ins: { type: 'underline' },
  sub: { type: 'subsup', attrs: { type: 'sub' } },
  sup: { type: 'subsup', attrs: { type: 'sup' } },
}
const statusColours = new Set(['neutral', 'purple', 'blue', 'red', 'yellow', 'green'])
/** Schemes a reader's browser may follow from a ticket; all else stays text. */
const schemes = new Set(['http:', 'https:', 'mailto:', 'tel:'])

/** Markdown's phrasing as ADF inline nodes; each text carries its marks. */
export function inlineFromMarkdown(
  nodes: readonly PhrasingContent[],
  writing: Writing,
  marks: readonly AdfMark[] = [],
): AdfNode[] {
  const result: AdfNode[] = []
  const open: string[] = []
  const ends = lastEnds(nodes)
  for (const [at, node] of nodes.entries()) {
    const tag = node.type === 'html' ? markTag.exec(node.value) : null
    const name = tag?.[2]?.toLowerCase() ?? ''
    if (tag && !tag[1] && at < (ends.get(name) ?? -1)) open.push(name)
    else if (tag?.[1] && open.at(-1) === name) open.pop()
    else {
      const inside = open.map((one) => tagMarks[one] as AdfMark)
      result.push(...inline(node, writing, [...marks, ...inside]))
    }
  }
  return merged(result)
}

const markTag = /^<(\/?)(u|ins|sub|sup)>$/i

/** Where each tag is closed for the last time. */
const lastEnds = (nodes: readonly PhrasingContent[]): Map<string, number> =>
  new Map(
    nodes.flatMap((node, at) => {
      const tag = node.type === 'html' ? markTag.exec(node.value) : null
      return tag?.[1] ? [[tag[2]?.toLowerCase() ?? '', at] as const] : []
    }),
  )

function inline(node: PhrasingContent, writing: Writing, marks: readonly AdfMark[]): AdfNode[] {
  const deeper = (mark: AdfMark, children: readonly PhrasingContent[]) =>
    inlineFromMarkdown(children, writing, [...marks, mark])
  switch (node.type) {
    case 'text':
      return text(oneLine(node.value), marks)
    case 'strong':
    case 'emphasis':
    case 'delete':
      return deeper({ type: markOf[node.type] }, node.children)
    case 'inlineCode': {
      // ADF allows code to be a link and nothing else besides
      const rest = marks.filter((mark) => mark.type === 'link')
      if (rest.length < marks.length) writing.changed.add('code is neither bold nor italic in Jira')
      return text(node.value.replaceAll('\n', ' '), [...rest, { type: 'code' }])
    }
    case 'break':
      return [{ type: 'hardBreak' }]
    case 'link':
      return linkFromMarkdown(node, node.children, writing, marks)
    case 'linkReference': {
      const target = writing.definitions.get(node.identifier)
      if (!target) return text(`[${toString(node)}]`, marks)
      return linkFromMarkdown(target, node.children, writing, marks)
    }
    case 'image':
      return imageFromMarkdown(node, node.alt, writing, marks)
    case 'imageReference': {
      const target = writing.definitions.get(node.identifier)
      if (!target) return text(`![${node.alt ?? ''}]`, marks)
      return imageFromMarkdown(target, node.alt, writing, marks)
    }
    case 'html':
      if (/^<br\s*\/?>$/i.test(node.value)) return [{ type: 'hardBreak' }]
      writing.changed.add('HTML tags are shown as text')
      return text(oneLine(node.value), marks)
    case 'footnoteReference':
      writing.changed.add('footnotes are plain text')
      return text(`[^${node.label ?? node.identifier}]`, marks)
  }
}

const markOf = { strong: 'strong', emphasis: 'em', delete: 'strike' } as const

interface Target {
  readonly url: string
  readonly title?: string | null | undefined
}

/** People, days and states are links by scheme (see `inline-to-markdown.ts`); the rest are links. */
function linkFromMarkdown(
  target: Target,
  children: readonly PhrasingContent[],
  writing: Writing,
  marks: readonly AdfMark[],
): AdfNode[] {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(target.url) ?? []
  const label = toString(children as PhrasingContent[])
  switch (scheme.toLowerCase()) {
    case 'accountid':
      return [{ type: 'mention', attrs: { id: safeDecode(rest), text: label } }]
    case 'date': {
      const at = Date.parse(`${rest}T00:00:00Z`)
      if (Number.isNaN(at)) break
      return [{ type: 'date', attrs: { timestamp: String(at) } }]
    }
    case 'status':
      if (!statusColours.has(rest) || !label) break
      return [{ type: 'status', attrs: { text: label, color: rest } }]
    default:
  }
  if (target.url && scheme && !schemes.has(`${scheme.toLowerCase()}:`)) {
    writing.changed.add('links other than http, https, mailto and tel are text')
    const inside = inlineFromMarkdown(children, writing, marks)
    return label === target.url ? inside : [...inside, ...text(` (${target.url})`, marks)]
  }
  if (marks.some((mark) => mark.type === 'link'))
    return inlineFromMarkdown(children, writing, marks)
  if (!target.url || !label) {
    writing.changed.add('links without a text or a target are text')
    return [
      ...inlineFromMarkdown(children, writing, marks),
      ...text(target.url ? `(${target.url})` : '', marks),
    ]
  }
  const attrs = { href: target.url, ...(target.title && { title: target.title }) }
  return inlineFromMarkdown(children, writing, [...marks, { type: 'link', attrs }])
}

/** A file of the replaced body stays; any other picture becomes a link, because Jira would load it for every reader. */
function imageFromMarkdown(
  target: Target,
  alt: string | null | undefined,
  writing: Writing,
  marks: readonly AdfMark[],
): AdfNode[] {
  const file = writing.files.get(safeDecode(target.url)) ?? writing.files.get(target.url)
  if (file?.type === 'mediaInline') return [file]
  if (file) {
    writing.refused.add('a picture in the middle of a line')
    return []
  }
  if (/^attachment:/i.test(target.url)) {
    writing.refused.add('a file that the present text does not hold')
    return []
  }
  writing.changed.add('pictures are links')
  const label = { type: 'text', value: alt || target.url } as const
  return linkFromMarkdown(target, [label], writing, marks)
}

const oneLine = (value: string): string => value.replaceAll(/[ \t]*\n[ \t]*/g, ' ')
const text = (value: string, marks: readonly AdfMark[]): AdfNode[] =>
  value ? [{ type: 'text', text: value, ...(marks.length > 0 && { marks: unique(marks) }) }] : []

/** Each mark once and in one order: Markdown may nest bold in bold. Of sub and sup the inner one holds. */
const unique = (marks: readonly AdfMark[]): AdfMark[] =>
  [...nesting, 'code'].flatMap((type) => marks.findLast((mark) => mark.type === type) ?? [])

function merged(nodes: readonly AdfNode[]): AdfNode[] {
  const result: AdfNode[] = []
  for (const node of nodes) {
    const last = result.at(-1)
    const join = last?.text !== undefined && node.text !== undefined && sameMarks(last, node)
    if (join) result[result.length - 1] = { ...last, text: `${last.text}${node.text}` }
    else result.push(node)
  }
  return result
}

const sameMarks = (a: AdfNode, b: AdfNode): boolean =>
  JSON.stringify(a.marks ?? []) === JSON.stringify(b.marks ?? [])

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
