import type { Table } from 'mdast'
import type { AdfNode } from './document.ts'
import { emptyParagraph } from './fit.ts'
import { inlineFromMarkdown } from './inline-from-markdown.ts'
import type { Writing } from './inline-from-markdown.ts'

/** GitHub's table as ADF: the first row is the header, and an empty header row means there is none. */
export function tableFromMarkdown(table: Table, writing: Writing): AdfNode {
  if (table.align?.some(Boolean)) writing.changed.add('table columns are aligned to the left')
  const width = table.children[0]?.children.length ?? 0
  const rows = table.children.map((row, at): AdfNode => {
    const cells = Array.from({ length: width }, (_, column): AdfNode => {
      const content = inlineFromMarkdown(row.children[column]?.children ?? [], writing)
      const inside = content.length > 0 ? { type: 'paragraph', content } : emptyParagraph
      return { type: at === 0 ? 'tableHeader' : 'tableCell', attrs: {}, content: [inside] }
    })
    return { type: 'tableRow', content: cells }
  })
  const [header, ...body] = rows
  const unheaded = body.length > 0 && header?.content?.every((cell) => isEmpty(cell))
  return { type: 'table', attrs: {}, content: unheaded ? body : rows }
}

const isEmpty = (cell: AdfNode): boolean => cell.content?.[0]?.content?.length === 0
