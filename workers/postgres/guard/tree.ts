/** The fields of one node of a parse tree, as the parser's JSON holds them. */
export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The type and the fields of a node: the parser wraps each as `{ Type: fields }`. Undefined for anything else. */
export function unwrap(value: unknown): readonly [type: string, fields: Fields] | undefined {
  if (!isFields(value)) return undefined
  const [type, ...others] = Object.keys(value)
  const fields = type === undefined ? undefined : value[type]
  return type !== undefined && others.length === 0 && isFields(fields) ? [type, fields] : undefined
}

/** The node's fields when it is of that type. */
export function as(type: string, value: unknown): Fields | undefined {
  const node = unwrap(value)
  return node?.[0] === type ? node[1] : undefined
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The parts of a possibly qualified name: a list of String nodes. A part that is no string (a star) is left out. */
export function nameParts(list: unknown): string[] {
  return listOf(list).flatMap((part) => {
    const string = as('String', part)
    return string ? [text(string['sval'])] : []
  })
}
