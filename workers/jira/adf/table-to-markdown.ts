import type { PhrasingContent, Table, TableCell, TableRow } from 'mdast'
import { attribute, plainText } from './document.ts'
import type { AdfNode } from './document.ts'
import { inlineToMarkdown } from './inline-to-markdown.ts'
import type { Losses } from './losses.ts'

/**
 * A table as GitHub's tables, whose cells are one line and whose first row is a header: cells of
 * several blocks are joined by `<br>`, a table without a header row gets an empty one.
 */
export function tableToMarkdown(table: AdfNode, losses: Losses): Table {
  const rows = grid(table, losses)
  const [first] = table.content ?? []
  const headed = (first?.content ?? []).every((cell) => cell.type === 'tableHeader')
  const width = Math.max(...rows.map((row) => row.length), 1)
  const header = headed ? [] : [[]]
  if (headsAside(table, headed)) losses.formatting.add('header cells outside the first row')
  return {
    type: 'table',
    children: [...header, ...rows].map((row): TableRow => {
      const cells = Array.from({ length: width }, (_, column): TableCell => {
        const cell = row[column]
        return { type: 'tableCell', children: cell ? cellToMarkdown(cell, losses) : [] }
      })
      return { type: 'tableRow', children: cells }
    }),
  }
}

const headsAside = (table: AdfNode, headed: boolean): boolean =>
  (table.content ?? [])
    .slice(headed ? 1 : 0)
    .some((row) => (row.content ?? []).some((cell) => cell.type === 'tableHeader'))

/** Rows of cells by column; the places that a merged cell covers are empty. */
function grid(table: AdfNode, losses: Losses): (AdfNode | undefined)[][] {
  const rows: (AdfNode | undefined)[][] = (table.content ?? []).map(() => [])
  for (const [y, row] of (table.content ?? []).entries()) {
    let x = 0
    for (const cell of row.content ?? []) {
      while (x in (rows[y] ?? [])) x += 1
      const across = span(cell, 'colspan')
      const down = span(cell, 'rowspan')
      if (across > 1 || down > 1) losses.formatting.add('merged cells')
      if (attribute(cell, 'background')) losses.formatting.add('cell colours')
      for (let dy = 0; dy < down && rows[y + dy]; dy += 1)
        for (let dx = 0; dx < across; dx += 1)
          (rows[y + dy] as (AdfNode | undefined)[])[x + dx] = dx + dy === 0 ? cell : undefined
      x += across
    }
  }
  return rows
}

const span = (cell: AdfNode, name: string): number =>
  Math.min(100, Math.max(1, Math.trunc(Number(attribute(cell, name))) || 1))

function cellToMarkdown(cell: AdfNode, losses: Losses): PhrasingContent[] {
  const lines = (cell.content ?? []).flatMap((block) => cellLines(block, losses))
  return lines
    .filter((line) => line.length > 0)
    .flatMap((line, at) => (at > 0 ? [{ type: 'html', value: '<br>' } as const, ...line] : line))
}

function cellLines(block: AdfNode, losses: Losses): PhrasingContent[][] {
  if (block.type === 'paragraph')
    return [breaksAsTags(inlineToMarkdown(block.content ?? [], losses))]
  losses.formatting.add('layout inside table cells')
  const text = plainText(block)
  switch (block.type) {
    case 'heading':
      return [[{ type: 'strong', children: inlineToMarkdown(block.content ?? [], losses) }]]
    case 'codeBlock':
      return [[{ type: 'inlineCode', value: text.replaceAll(/\s+/g, ' ') }]]
    case 'bulletList':
    case 'orderedList':
    case 'listItem':
    case 'blockquote':
    case 'panel':
    case 'expand':
    case 'nestedExpand': {
      const inner = (block.content ?? []).flatMap((child) => cellLines(child, losses))
      const [first, ...rest] = inner
      return block.type === 'listItem' && first
        ? [[{ type: 'text', value: '• ' }, ...first], ...rest]
        : inner
    }
    default:
      losses.content.add(`${block.type} in a table cell`)
      return text ? [[{ type: 'text', value: text }]] : []
  }
}

const breaksAsTags = (line: PhrasingContent[]): PhrasingContent[] =>
  line.map((node) => (node.type === 'break' ? { type: 'html', value: '<br>' } : node))
