import type { JsonSchema, Parameter } from './document.ts'

/** What the text of a path segment, query or form field stands for by its schema; text when it fits nothing else. */
export function valueOf({ schema, commas }: Parameter, texts: readonly string[]): unknown {
  if (schema.type !== 'array') return scalar(schema, texts.at(-1) ?? '')
  const parts = commas ? texts.flatMap((text) => text.split(',')) : texts
  const items = typeof schema.items === 'object' && schema.items !== null ? schema.items : {}
  return parts.map((part) => scalar(items as JsonSchema, part))
}

function scalar({ type }: JsonSchema, text: string): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|false|1|0)$/.test(text)) return text === 'true' || text === '1'
  return text
}
