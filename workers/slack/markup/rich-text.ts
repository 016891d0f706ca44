/** A `rich_text` block made Markdown. Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block. */
import * as z from 'zod'
import { codeBlock, codeSpan, link, wrapped, type Names } from './mrkdwn.ts'
import { textsOf } from './texts.ts'

const word = z.string().catch('')
const Style = z
  .object({ bold: z.boolean(), italic: z.boolean(), strike: z.boolean(), code: z.boolean() })
  .partial()
  .catch({})

const Inline = z.object({
  type: word,
  text: word,
  url: word,
  name: word,
  user_id: word,
  usergroup_id: word,
  channel_id: word,
  range: word,
  fallback: word,
  value: word,
  timestamp: z.number().int().min(0).max(1e11).optional().catch(undefined),
  style: Style.optional(),
})
type Inline = z.infer<typeof Inline>

const Rich = z.object({
  type: word,
  elements: z.array(z.unknown()).catch([]),
  style: z.unknown().optional(),
  indent: z.number().int().min(0).max(8).catch(0),
  offset: z.number().int().catch(0),
  language: z
    .string()
    .regex(/^[\w+#-]{1,20}$/)
    .catch(''),
})

/** @param element one of a block's `elements`: a section, list, quote or preformatted text. */
export function richText(element: unknown, names: Names): string {
  const node = Rich.safeParse(element).data
  const parts = node?.elements.map((part) => Inline.safeParse(part).data) ?? []
  const inside = () => parts.map((part) => inline(part, names)).join('')
  switch (node?.type) {
    case 'rich_text_section':
      return inside()
    case 'rich_text_preformatted':
      return codeBlock(parts.map((part) => plain(part, names)).join(''), node.language)
    case 'rich_text_quote':
      return inside().replace(/^/gm, '> ')
    case 'rich_text_list':
      return node.elements
        .map((item, i) => {
          const mark = node.style === 'ordered' ? `${node.offset + i + 1}.` : '-'
          return `${'   '.repeat(node.indent)}${mark} ${richText(item, names)}`
        })
        .join('\n')
    default:
      return [`[${node?.type || 'unnamed'}]`, ...textsOf(element, names)].join(' ')
  }
}

function inline(node: Inline | undefined, names: Names): string {
  const { bold, italic, strike, code } = node?.style ?? {}
  const text = node?.type === 'text' && code ? codeSpan(node.text) : plain(node, names)
  const struck = strike ? wrapped('~~', text) : text
  const slanted = italic ? wrapped('_', struck) : struck
  return bold ? wrapped('**', slanted) : slanted
}

function plain(node: Inline | undefined, names: Names): string {
  switch (node?.type) {
    case 'text':
      return node.text
    case 'link':
      return link(node.url, node.text)
    case 'emoji':
      return `:${node.name}:`
    case 'user':
      return `@${names.people.get(node.user_id) ?? node.user_id}`
    case 'usergroup':
      return `@${names.groups?.get(node.usergroup_id) ?? node.usergroup_id}`
    case 'channel':
      return `#${names.channels?.get(node.channel_id) ?? node.channel_id}`
    case 'broadcast':
      return `@${node.range}`
    case 'date':
      return node.fallback || new Date((node.timestamp ?? 0) * 1000).toISOString()
    case 'color':
      return node.value
    default:
      return `[${[node?.type || 'unnamed', node?.text].filter(Boolean).join(': ')}]`
  }
}
