import type { Nodes, Root, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown, gfmToMarkdown } from 'mdast-util-gfm'
import { toMarkdown } from 'mdast-util-to-markdown'
import { gfm } from 'micromark-extension-gfm'

/** GitHub Flavored Markdown as a syntax tree. */
export const parseMarkdown = (text: string): Root =>
  fromMarkdown(text, {
    extensions: [gfm({ singleTilde: false })],
    mdastExtensions: [gfmFromMarkdown()],
  })

/** A syntax tree as Markdown, in one fixed style, so equal trees print equally. */
export const printMarkdown = (tree: Nodes): string =>
  toMarkdown(tree, {
    bullet: '-',
    emphasis: '*',
    fences: true,
    incrementListMarker: true,
    listItemIndent: 'one',
    rule: '-',
    extensions: [gfmToMarkdown({ tablePipeAlign: false })],
  }).trimEnd()

/** One block as it would stand alone: what two versions of a body are compared by. */
export const printBlock = (block: RootContent): string =>
  printMarkdown({ type: 'root', children: [block] })

/**
 * Blocks that Markdown has no syntax for stand in a quote whose first line is `[!KIND] title`, as
 * GitHub and Obsidian write call-outs: one ADF block is always one Markdown block.
 */
export const panelKinds: Readonly<Record<string, string>> = {
  INFO: 'info',
  NOTE: 'note',
  TIP: 'tip',
  WARNING: 'warning',
  ERROR: 'error',
  SUCCESS: 'success',
  // GitHub's names for what Jira calls otherwise
  IMPORTANT: 'note',
  CAUTION: 'error',
}
/** Call-outs that only Jira can make: shown, kept as long as they are left as they are, never written. */
export const readOnlyKinds = new Set([
  'MACRO',
  'COLUMNS',
  'COLUMN',
  'SYNCED',
  'DECISIONS',
  'UNKNOWN',
])
