/**
 * Block Kit made Markdown for reading. A block without a writer here keeps its texts and is named,
 * so nothing is left out without a word.
 * Source: docs.slack.dev/reference/block-kit/blocks and @slack/types 3.2.
 */
import * as z from 'zod'
import type { Names } from './mrkdwn.ts'
import { richText } from './rich-text.ts'
import { TextObject, textsOf, written } from './texts.ts'

type Writer = (block: unknown, names: Names) => string

/** @returns Markdown, blocks parted by an empty line; '' for none. */
export const blocksToMarkdown = (blocks: readonly unknown[], names: Names): string =>
  blocks
    .map((block) => (writers[typeOf(block)] ?? unknownBlock)(block, names))
    .filter((text) => text !== '')
    .join('\n\n')

const Typed = z.object({ type: z.string() })
const typeOf = (block: unknown): string => Typed.safeParse(block).data?.type ?? 'unnamed'

const unknownBlock: Writer = (block, names) =>
  [`[${typeOf(block)} block]`, ...textsOf(block, names)].join('\n')

/** A writer of one type; a block without the type's shape is written as an unknown one. */
const as =
  <S extends z.ZodType>(schema: S, write: (block: z.output<S>, names: Names) => string): Writer =>
  (block, names) => {
    const parsed = schema.safeParse(block)
    return parsed.success ? write(parsed.data, names) : unknownBlock(block, names)
  }

const Image = z.object({ alt_text: z.string().catch(''), title: TextObject.optional() })
const image = ({ alt_text, title }: z.infer<typeof Image>, names: Names): string =>
  `[image: ${[title && written(title, names), alt_text].filter(Boolean).join(' – ') || 'not described'}]`

/** A button, a menu: something to click, which reading can't. */
const control: Writer = (element, names) =>
  `[${typeOf(element)}: ${textsOf(element, names).join(' / ') || 'no text'}]`

const richTextBlock = as(z.object({ elements: z.array(z.unknown()) }), ({ elements }, names) =>
  elements.map((element) => richText(element, names)).join('\n'),
)

const cell = (value: unknown, names: Names): string =>
  (typeOf(value) === 'rich_text' ? richTextBlock(value, names) : textsOf(value, names).join(' '))
    .replaceAll('\n', ' ')
    .replaceAll('|', String.raw`\|`)

const writers: Readonly<Record<string, Writer>> = {
  rich_text: richTextBlock,
  markdown: as(z.object({ text: z.string() }), ({ text }) => text),
  header: as(z.object({ text: TextObject }), ({ text }, names) => `## ${written(text, names)}`),
  divider: () => '---',
  image: as(Image, image),
  section: as(
    z.object({
      text: TextObject.optional(),
      fields: z.array(TextObject).default([]),
      accessory: z.unknown().optional(),
    }),
    ({ text, fields, accessory }, names) =>
      [
        ...(text ? [written(text, names)] : []),
        ...fields.map((field) => `- ${written(field, names).replaceAll('\n', ' ')}`),
        ...(accessory === undefined ? [] : [control(accessory, names)]),
      ].join('\n'),
  ),
  context: as(
    z.object({ elements: z.array(z.union([TextObject, Image])) }),
    ({ elements }, names) =>
      elements
        .map((element) => ('text' in element ? written(element, names) : image(element, names)))
        .join(' · '),
  ),
  actions: as(z.object({ elements: z.array(z.unknown()) }), ({ elements }, names) =>
    elements.map((element) => control(element, names)).join(' '),
  ),
  table: as(z.object({ rows: z.array(z.array(z.unknown())) }), ({ rows }, names) => {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
    const [head = [], ...body] = rows.map((row) => row.map((value) => cell(value, names)))
    return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
  }),
}
