import * as z from 'zod'

/**
 * Atlassian Document Format as Jira sends it. Loose on purpose: a node type or attribute that
 * Atlassian adds tomorrow must still be read (and named), not turn an issue unreadable.
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 */
export interface AdfNode {
  type: string
  attrs?: Record<string, unknown> | undefined
  content?: AdfNode[] | undefined
  marks?: AdfMark[] | undefined
  text?: string | undefined
}
export interface AdfMark {
  type: string
  attrs?: Record<string, unknown> | undefined
}
export interface AdfDocument {
  type: 'doc'
  version: number
  content: AdfNode[]
}

const Attributes = z.record(z.string(), z.unknown()).optional()
const AdfMark = z.object({ type: z.string(), attrs: Attributes })
const AdfNode: z.ZodType<AdfNode> = z.object({
  type: z.string(),
  attrs: Attributes,
  get content() {
    return z.array(AdfNode).optional()
  },
  marks: z.array(AdfMark).optional(),
  text: z.string().optional(),
})
const WholeDocument = z.object({
  type: z.literal('doc'),
  version: z.number(),
  content: z.array(AdfNode),
})
export const AdfDocument = z
  .unknown()
  .transform((value) => shallow(value, 0))
  .pipe(WholeDocument)

/** Deeper than any editor goes. What lies below is a node of type `tooDeep`, so that nobody can make an issue unreadable. */
const maxDepth = 60

function shallow(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || !('content' in value)) return value
  if (depth > maxDepth) return { type: 'tooDeep' }
  const { content } = value
  return Array.isArray(content)
    ? { ...value, content: content.map((child) => shallow(child, depth + 1)) }
    : value
}

/** The text or number an attribute holds, or ''. */
export const attribute = (node: AdfNode | AdfMark, name: string): string => {
  const value = node.attrs?.[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The attribute that holds what an inline node shows. */
const shownBy: Readonly<Record<string, (node: AdfNode) => string>> = {
  hardBreak: () => ' ',
  mention: (node) => attribute(node, 'text') || '@someone',
  emoji: (node) => attribute(node, 'text') || attribute(node, 'shortName'),
  status: (node) => attribute(node, 'text'),
  placeholder: (node) => attribute(node, 'text'),
  date: (node) => day(node),
  inlineCard: (node) => attribute(node, 'url'),
}
const holdsInline = new Set(['paragraph', 'heading', 'taskItem', 'decisionItem', 'caption'])

/** All text of a node on one line, without marks. */
export function plainText(node: AdfNode): string {
  const shown = shownBy[node.type]
  if (shown) return shown(node)
  if (node.text !== undefined) return node.text
  return (node.content ?? []).map(plainText).join(holdsInline.has(node.type) ? '' : ' ')
}

/** A date node's day as YYYY-MM-DD. Its timestamp is milliseconds since 1970 in a string, UTC. */
export function day(node: AdfNode): string {
  const at = new Date(Number(attribute(node, 'timestamp') || Number.NaN))
  return Number.isNaN(at.valueOf()) ? '' : at.toISOString().slice(0, 10)
}

/** Every node of a document, parents first. */
export function* walk(nodes: readonly AdfNode[]): Generator<AdfNode> {
  for (const node of nodes) {
    yield node
    yield* walk(node.content ?? [])
  }
}
