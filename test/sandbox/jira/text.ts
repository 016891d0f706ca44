/** The text of a body, for searching and for the page. */
export function plainText(node: unknown): string {
  if (typeof node !== 'object' || node === null) return ''
  const { text, content, attrs } = node as {
    text?: unknown
    content?: unknown
    attrs?: { text?: unknown }
  }
  if (typeof text === 'string') return text
  if (Array.isArray(content)) return content.map(plainText).join(' ')
  return typeof attrs?.text === 'string' ? attrs.text : ''
}
