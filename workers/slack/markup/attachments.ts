/** Attachments (unfurled links, shared messages, the older way apps format) as quoted Markdown. */
import * as z from 'zod'
import { blocksToMarkdown } from './blocks.ts'
import { link, mrkdwnToMarkdown, type Names } from './mrkdwn.ts'

const word = z.string().catch('')
const Attachment = z.object({
  pretext: word,
  author_name: word,
  title: word,
  title_link: word,
  text: word,
  fallback: word,
  footer: word,
  from_url: word,
  image_url: word,
  fields: z.array(z.object({ title: word, value: word })).catch([]),
  blocks: z.array(z.unknown()).catch([]),
  message_blocks: z
    .array(z.object({ message: z.object({ blocks: z.array(z.unknown()) }) }))
    .catch([]),
})

export const attachmentsToMarkdown = (attachments: readonly unknown[], names: Names): string =>
  attachments.map((one) => written(one, names).replace(/^/gm, '> ')).join('\n\n')

function written(attachment: unknown, names: Names): string {
  const parsed = Attachment.safeParse(attachment)
  if (!parsed.success) return '[attachment that could not be read]'
  const it = parsed.data
  const md = (text: string) => mrkdwnToMarkdown(text, names)
  const blocks = [...it.blocks, ...it.message_blocks.flatMap(({ message }) => message.blocks)]
  const lines = [
    it.author_name && `${md(it.author_name)}:`,
    it.title && (it.title_link ? link(it.title_link, md(it.title)) : md(it.title)),
    md(it.pretext),
    blocksToMarkdown(blocks, names) || md(it.text),
    ...it.fields.map(({ title, value }) => `- ${md(title)}: ${md(value).replaceAll('\n', ' ')}`),
    it.image_url && `[image: ${it.image_url}]`,
    md(it.footer),
  ].filter(Boolean)
  if (lines.length > 0) return lines.join('\n')
  return md(it.fallback) || (it.from_url ? `[attachment of ${it.from_url}]` : '[empty attachment]')
}
