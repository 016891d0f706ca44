import { tests } from 'commonmark-spec'
import { describe, expect, test } from 'vitest'
import type { AdfNode } from '../../../workers/jira/adf/document.ts'
import { markdownToAdf } from '../../../workers/jira/adf/from-markdown.ts'
import { adfToMarkdown } from '../../../workers/jira/adf/to-markdown.ts'
import { adfProblems } from '../../sandbox/jira/adf.ts'

const examples = tests.map(({ markdown, number, section }) => ({ markdown, number, section }))

/**
 * A document without what no reader sees: space (Markdown moves it out of emphasis and off the
 * ends of lines), and how text is cut into nodes. Each visible character carries its marks.
 */
function visible(nodes: readonly AdfNode[]): unknown[] {
  return nodes.flatMap((node): unknown[] => {
    if (node.text === undefined)
      return [{ type: node.type, attrs: node.attrs, content: visible(node.content ?? []) }]
    const marks = JSON.stringify(node.marks ?? [])
    return [...node.text].filter((char) => char.trim()).map((char) => `${char} ${marks}`)
  })
}

describe('the examples of the CommonMark specification', () => {
  test('are all there', () => {
    expect(examples).toHaveLength(652)
  })

  test.each(examples)('$number ($section) becomes a body that Jira takes', ({ markdown }) => {
    expect(adfProblems(markdownToAdf(markdown).document)).toEqual([])
  })

  test.each(examples)(
    '$number ($section) comes back from Jira meaning the same',
    ({ markdown }) => {
      const once = markdownToAdf(markdown)
      const back = adfToMarkdown(once.document)
      const twice = markdownToAdf(back.markdown)
      expect(visible(twice.document.content)).toEqual(visible(once.document.content))
      expect(back.notShown).toEqual([])
      expect(twice.changed).toEqual([])
    },
  )

  test.each(examples)('$number ($section) loses no word without saying so', ({ markdown }) => {
    const { document, changed } = markdownToAdf(markdown)
    if (changed.length > 0) return
    const shown = JSON.stringify(visible(document.content))
    for (const char of proseOf(markdown)) expect(shown).toContain(char)
  })
})

/** Letters of the example, where nothing but prose and code can hold them. */
const proseOf = (markdown: string): Set<string> =>
  new Set(/[[\]<>&#\\:]/.test(markdown) ? [] : markdown.match(/[A-Za-z]/g))
