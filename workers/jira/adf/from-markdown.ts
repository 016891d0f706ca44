import type { Definition, RootContent } from 'mdast'
import { ToolError } from '../../../shared/errors.ts'
import { blocksFromMarkdown } from './blocks-from-markdown.ts'
import { walk } from './document.ts'
import type { AdfDocument, AdfNode } from './document.ts'
import type { Writing } from './inline-from-markdown.ts'
import { fileUrl } from './inline-to-markdown.ts'
import { keepBlocks } from './keep.ts'
import { parseMarkdown } from './markdown.ts'

export interface AdfBody {
  readonly document: AdfDocument
  /** What looks different in Jira than the Markdown says, in words. */
  readonly changed: readonly string[]
}

/**
 * Markdown as a Jira body.
 * @param replaced the body this one takes the place of: its blocks that are unchanged stay as
 *   they are, node for node, with all that Markdown doesn't show.
 * @throws ToolError `invalid_input` when something would be lost without a word
 */
export function markdownToAdf(markdown: string, replaced?: AdfDocument): AdfBody {
  const source = markdown.replaceAll('\r\n', '\n')
  checkShape(source)
  const { children } = parseMarkdown(source)
  const writing: Writing = {
    source,
    changed: new Set(),
    refused: new Set(),
    definitions: definitionsOf(children),
    files: filesOf(replaced),
  }
  const kept = keepBlocks(children, replaced)
  const content = children.flatMap(
    (block) => kept.get(block) ?? blocksFromMarkdown([block], 'doc', writing),
  )
  const refused = [...writing.refused, ...kept.lost, ...droppedFiles(writing.files, content)]
  if (refused.length > 0) {
    throw new ToolError(
      'invalid_input',
      `Markdown can't write, or would lose, ${refused.join(', ')}. Leave such blocks exactly as the issue shows them and make no new ones, or tell the user to edit the text in Jira.`,
    )
  }
  numberTasks(content)
  return { document: { type: 'doc', version: 1, content }, changed: [...writing.changed] }
}

const maxNesting = 20
/** What opens a container at the beginning of a line: a quote, a list item, a footnote. */
const container = /[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)|\[\^[^\]\n]*\]:)/y

/**
 * Parsers of Markdown recurse into what is nested and compare every `~~` with every other: a few
 * kilobytes of either would keep the Worker busy for minutes. @throws ToolError `invalid_input`
 */
function checkShape(source: string): void {
  for (const line of source.split('\n')) {
    container.lastIndex = 0
    let depth = 0
    while (container.test(line)) depth += 1
    if (depth > maxNesting) throw tooMuch(`nests quotes and lists deeper than ${maxNesting}`)
  }
  if (source.split('~~').length > 1000) throw tooMuch('has too many ~~')
}

const tooMuch = (why: string): ToolError =>
  new ToolError('invalid_input', `The Markdown ${why}. Write it more simply.`)

/** Jira requires an id on tasks, unique in the body. A kept one has its own. */
function numberTasks(content: readonly AdfNode[]): void {
  let number = 0
  for (const node of walk(content)) {
    if (node.type !== 'taskList' && node.type !== 'taskItem') continue
    if (node.attrs?.['localId'] !== undefined) continue
    number += 1
    node.attrs = { ...node.attrs, localId: `gatehouse-${number}` }
  }
}

function definitionsOf(nodes: readonly RootContent[]): Map<string, Definition> {
  const found = new Map<string, Definition>()
  for (const node of nodes) {
    const here =
      node.type === 'definition'
        ? [[node.identifier, node] as const]
        : 'children' in node
          ? definitionsOf(node.children as RootContent[])
          : []
    // CommonMark: the first definition of a label holds
    for (const [label, definition] of here) if (!found.has(label)) found.set(label, definition)
  }
  return found
}

/** Files of a body by how Markdown refers to them, each with the node that holds it alone. */
function filesOf(replaced: AdfDocument | undefined): Map<string, AdfNode> {
  const files = new Map<string, AdfNode>()
  for (const node of walk(replaced?.content ?? [])) {
    if (node.type === 'mediaInline') files.set(fileUrl(node), node)
    if (node.type !== 'mediaSingle' && node.type !== 'mediaGroup') continue
    for (const media of node.content ?? []) {
      if (media.type !== 'media') continue
      const alone = node.type === 'mediaSingle' ? node : { ...node, content: [media] }
      files.set(fileUrl(media), alone)
    }
  }
  return files
}

/** Files of the replaced body that the new one no longer holds, in words. */
function droppedFiles(files: ReadonlyMap<string, AdfNode>, content: readonly AdfNode[]): string[] {
  const held = new Set(
    [...walk(content)]
      .filter(({ type }) => type === 'media' || type === 'mediaInline')
      .map(fileUrl),
  )
  const dropped = [...files.keys()].filter((url) => !held.has(url))
  return dropped.length > 0 ? [`${dropped.length} pictures or files of the present text`] : []
}
