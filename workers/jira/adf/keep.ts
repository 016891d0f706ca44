import type { RootContent } from 'mdast'
import type { AdfDocument, AdfNode } from './document.ts'
import { Losses } from './losses.ts'
import { parseMarkdown, printBlock } from './markdown.ts'
import { blockToMarkdown } from './to-markdown.ts'

interface KeptBlocks {
  /** The block of the replaced body that this Markdown block shows, unchanged. */
  get(block: RootContent): AdfNode | undefined
  /** Content of replaced blocks that the new body would lose, in words. */
  readonly lost: ReadonlySet<string>
}

/**
 * Finds the blocks of the body to be replaced that its new Markdown leaves as they were: these
 * stay, node for node, with all that Markdown doesn't show. A block that says more than its
 * Markdown and isn't found again would be lost.
 */
export function keepBlocks(
  blocks: readonly RootContent[],
  replaced: AdfDocument | undefined,
): KeptBlocks {
  const old = new Map<string, { node: AdfNode; losses: Losses }[]>()
  for (const node of replaced?.content ?? []) {
    const losses = new Losses()
    const shown = blockToMarkdown(node, losses)
    if (!shown) continue
    const key = canonical(printBlock(shown))
    old.set(key, [...(old.get(key) ?? []), { node, losses }])
  }
  const kept = new Map<RootContent, AdfNode>()
  for (const block of blocks) {
    const found = old.get(printBlock(block))?.shift()
    if (found) kept.set(block, found.node)
  }
  const lost = new Set<string>()
  for (const { losses } of [...old.values()].flat())
    for (const what of losses.content) lost.add(`the ${what} of the present text`)
  return { get: (block) => kept.get(block), lost }
}

/** As it prints after it was read once: what a client that sends it back unchanged arrives at. */
const canonical = (markdown: string): string => {
  const [block, ...more] = parseMarkdown(markdown).children
  return block && more.length === 0 ? printBlock(block) : markdown
}
