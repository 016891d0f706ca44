import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { markdownToAdf } from '../../../workers/jira/adf/from-markdown.ts'
import { adfToMarkdown } from '../../../workers/jira/adf/to-markdown.ts'
import { adfProblems } from '../../sandbox/jira/adf.ts'
import { samples } from './adf-samples.ts'

const root = join(import.meta.dirname, '../../..')
const schema = JSON.parse(
  readFileSync(join(root, 'test/sandbox/jira/adf-schema.json'), 'utf8'),
) as { definitions: Record<string, unknown> }

/** Every `type` that the schema knows, of nodes and marks. */
const allTypes = new Set(
  Array.from(JSON.stringify(schema).matchAll(/"type":\{"enum":\["(\w+)"\]\}/g), ([, type]) => type),
)

describe('every node type and mark of the ADF schema', () => {
  test('has a sample', () => {
    const sampled = new Set(samples.flatMap(({ types }) => types))
    const missing = [...allTypes].filter((type) => type && !sampled.has(type))
    // states, panel types and the like are attributes that happen to be called type
    expect(
      missing.filter((type) => !['file', 'link', 'external', 'sub', 'sup'].includes(type ?? '')),
    ).toEqual([])
  })

  test('stands in the table of the docs with the same fate', () => {
    const readme = readFileSync(join(root, 'workers/jira/README.md'), 'utf8')
    const rows = Array.from(readme.matchAll(/^\| (`.*?) \| .* \| (kept|named|guarded|held)\b/gm))
    const documented = new Set(
      rows.flatMap(([, types = '', fate]) =>
        Array.from(types.matchAll(/`(\w+)`/g), ([, type]) => `${type} ${fate}`),
      ),
    )
    const sampled = new Set(samples.flatMap(({ types, fate }) => types.map((t) => `${t} ${fate}`)))
    expect([...documented].sort()).toEqual([...sampled].sort())
  })

  test.each(samples)('$types fits the schema', ({ document }) => {
    expect(adfProblems(document)).toEqual([])
  })

  test.each(samples)('$types reads as Markdown, and what that lacks is named', (sample) => {
    const { markdown, notShown } = adfToMarkdown(sample.document)
    expect(markdown).toBe(sample.markdown)
    if (!sample.says) expect(notShown).toEqual([])
    else expect(notShown).toEqual(expect.arrayContaining([...sample.says]))
  })

  test.each(samples.filter(({ fate }) => fate === 'kept'))(
    '$types is written as it was read',
    ({ markdown, document }) => {
      expect(markdownToAdf(markdown)).toEqual({ document, changed: [] })
    },
  )

  test.each(samples)('$types stays node for node while its block is unchanged', (sample) => {
    const { markdown } = adfToMarkdown(sample.document)
    const { document } = markdownToAdf(`${markdown}\n\nNew last line`, sample.document)
    expect(document.content.slice(0, -1)).toEqual(sample.document.content)
  })

  test.each(samples.filter(({ fate }) => fate === 'guarded' || fate === 'held'))(
    '$types is never lost by a rewrite: it is refused',
    ({ document }) => {
      expect(() => markdownToAdf('Something else', document)).toThrow(/would lose/)
    },
  )

  test.each(samples.filter(({ fate }) => fate === 'named'))(
    '$types gives way to new words',
    ({ document }) => {
      const guarded = adfToMarkdown(document).notShown.some((what) => what.startsWith('macro'))
      if (!guarded) expect(markdownToAdf('Something else', document).changed).toEqual([])
    },
  )
})
