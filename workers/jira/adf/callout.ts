import type { BlockContent, Blockquote, DefinitionContent, PhrasingContent } from 'mdast'
import { toString } from 'mdast-util-to-string'
import { panelKinds, readOnlyKinds } from './markdown.ts'

export interface Callout {
  readonly kind: string
  readonly title: string
  readonly children: readonly (BlockContent | DefinitionContent)[]
}

/**
 * A quote that begins with `[!KIND] title`. With an escaped bracket (`\[!NOTE]`) it is a quote of
 * that text and no call-out, so text in a ticket can't turn into one.
 * @param source the Markdown the quote was parsed from
 */
export function calloutOf(quote: Blockquote, source: string): Callout | undefined {
  const [first, ...rest] = quote.children
  const start = first?.type === 'paragraph' ? first.children[0] : undefined
  if (first?.type !== 'paragraph' || start?.type !== 'text') return undefined
  const [head, kind] = /^\[!([A-Z]+)\]/.exec(start.value) ?? []
  if (!head || !kind || !isKind(kind)) return undefined
  if (!source.startsWith(head, start.position?.start.offset)) return undefined
  const [line, below] = splitAtFirstLine(first.children)
  const title = toString(line).slice(head.length).trim()
  return {
    kind,
    title,
    children: below.length > 0 ? [{ ...first, children: below }, ...rest] : rest,
  }
}

const isKind = (kind: string): boolean =>
  kind in panelKinds || kind === 'EXPAND' || readOnlyKinds.has(kind)

function splitAtFirstLine(
  children: readonly PhrasingContent[],
): [PhrasingContent[], PhrasingContent[]] {
  for (const [at, child] of children.entries()) {
    if (child.type === 'break') return [children.slice(0, at), children.slice(at + 1)]
    const newline = child.type === 'text' ? child.value.indexOf('\n') : -1
    if (child.type !== 'text' || newline === -1) continue
    const after = child.value.slice(newline + 1)
    const tail = after ? [{ ...child, value: after }] : []
    return [
      [...children.slice(0, at), { ...child, value: child.value.slice(0, newline) }],
      [...tail, ...children.slice(at + 1)],
    ]
  }
  return [[...children], []]
}
