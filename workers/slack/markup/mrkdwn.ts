/** Slack's own markup, as people's messages carry it in `text`, made Markdown for reading. */
import { NodeType, parse, type Node } from 'slack-message-parser'

/** Names for the ids in a message; an id without a name stays an id. */
export interface Names {
  readonly people: ReadonlyMap<string, string>
  readonly groups?: ReadonlyMap<string, string>
  readonly channels?: ReadonlyMap<string, string>
}

/** `*bold* <@U1> &lt;` → `**bold** @Ada <`. Whatever isn't understood stays as it was written. */
export const mrkdwnToMarkdown = (text: string, names: Names): string => written(parse(text), names)

function written(node: Node, names: Names): string {
  const inside = (nodes: readonly Node[]) => joined(nodes, (child) => written(child, names))
  const label = (nodes: readonly Node[] | undefined) => nodes && inside(nodes)
  switch (node.type) {
    case NodeType.Root:
      return inside(node.children)
    case NodeType.Text:
      return decoded(node.text)
    case NodeType.Bold:
      return wrapped('**', inside(node.children))
    case NodeType.Italic:
      return wrapped('_', inside(node.children))
    case NodeType.Strike:
      return wrapped('~~', inside(node.children))
    case NodeType.Code:
      return codeSpan(decoded(node.text))
    case NodeType.PreText:
      return codeBlock(decoded(node.text))
    case NodeType.Quote:
      return inside(node.children).replace(/^ ?/gm, '> ')
    case NodeType.Emoji:
      return node.source
    case NodeType.URL:
      // Slack writes a person's own `<` as `&lt;`, so this is a link, or text that only looks like one.
      return /^[a-z][a-z0-9+.-]*:/i.test(node.url)
        ? link(decoded(node.url), label(node.label))
        : decoded(node.source)
    case NodeType.UserLink:
      return `@${names.people.get(node.userID) ?? label(node.label) ?? node.userID}`
    case NodeType.ChannelLink:
      return `#${label(node.label) || channelName(node.channelID.replace(/\|$/, ''), names)}`
    case NodeType.Command:
      return command(node.name, node.arguments, label(node.label), names)
  }
}

/** Quotes and code blocks stand on lines of their own in Markdown, wherever Slack allows them. */
function joined(nodes: readonly Node[], write: (node: Node) => string): string {
  let text = ''
  let broken = true
  for (const node of nodes) {
    const part = write(node)
    const block = node.type === NodeType.PreText || node.type === NodeType.Quote
    const ownLine = block || !broken
    if (ownLine && text !== '' && !text.endsWith('\n') && !part.startsWith('\n')) text += '\n'
    text += part
    broken = !block
  }
  return text
}

const channelName = (id: string, names: Names): string => names.channels?.get(id) ?? id

function command(
  name: string,
  args: readonly string[],
  label: string | undefined,
  names: Names,
): string {
  if (name === 'subteam') {
    const known = names.groups?.get(args[0] ?? '') ?? label ?? args[0] ?? 'group'
    return `@${known.replace(/^@/, '')}`
  }
  if (label) return label
  return name === 'date' ? (args[0] ?? '') : `@${name}`
}

/** Slack encodes exactly these three, and every text once. */
export const decoded = (text: string): string =>
  text.replace(/&(lt|gt|amp);/g, (_, name: string) => ({ lt: '<', gt: '>' })[name] ?? '&')

/** A link names where it leads, also where Slack would show its label alone. */
export function link(url: string, label?: string): string {
  if (!label || label === url)
    return url.startsWith('http') ? `<${url}>` : url.replace(/^mailto:/, '')
  if (url === `mailto:${label}`) return label
  return `[${label.replace(/[[\]\\]/g, String.raw`\$&`)}](${url.replace(/[()\s<>]/g, percent)})`
}

const percent = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** Markdown knows no emphasis with a space inside its marks, nor an empty one. */
export function wrapped(mark: string, text: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? []
  return inner ? `${before}${mark}${inner}${mark}${after}` : text
}

export function codeSpan(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1)
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${text}${pad}${fence}`
}

export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${language}\n${text.replace(/^\n|\n$/g, '')}\n${fence}`
}

const longestRun = (text: string): number =>
  Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
