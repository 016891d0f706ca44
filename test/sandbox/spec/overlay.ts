import type { JsonSchema, Operation, Parameter } from './document.ts'

/**
 * What a vendor's document lacks, with the page that documents it: a newer method, or a further
 * field of an operation it has. Key: method and path, `POST /api/chat.postMessage`.
 */
export type Overlay = Readonly<Record<string, OverlayOperation>>

export interface OverlayOperation {
  /** The vendor's page, or the public code, that shows it. */
  readonly source: string
  readonly query?: Readonly<Record<string, OverlayField>>
  readonly form?: Readonly<Record<string, OverlayField>>
  /** Path parameters are text unless they stand here. */
  readonly path?: Readonly<Record<string, JsonSchema>>
  /** Of the JSON body: the whole schema, or further properties for an operation the document has. */
  readonly body?: JsonSchema
}
export type OverlayField = JsonSchema & { readonly required?: boolean }

/** @throws Error for an entry without a source. */
export function overlaid(
  operations: readonly Operation[],
  overlay: Overlay,
  look: (ref: string) => JsonSchema,
): Operation[] {
  const all = new Map(operations.map((o) => [`${o.method} ${o.template}`, o]))
  for (const [key, entry] of Object.entries(overlay)) {
    if (!URL.canParse(entry.source)) throw new Error(`Overlay ${key}: where does it come from?`)
    const [method = '', template = ''] = key.split(' ')
    const known = all.get(key)
    all.set(key, {
      method,
      template,
      answers: {},
      ...known,
      parameters: [...parametersOf(entry, template), ...(known?.parameters ?? [])],
      bodies: bodiesOf(entry, known, look),
      bodyRequired: known?.bodyRequired ?? entry.body !== undefined,
    })
  }
  return [...all.values()]
}

function parametersOf(entry: OverlayOperation, template: string): Parameter[] {
  const fields = (place: 'query' | 'form', values: OverlayOperation['query'] = {}) =>
    Object.entries(values).map(([name, schema]) => ({
      name,
      in: place,
      required: schema.required === true,
      schema,
      commas: false,
    }))
  const inPath = Array.from(template.matchAll(/\{(\w+)\}/g), ([, name = '']) => ({
    name,
    in: 'path' as const,
    required: true,
    schema: entry.path?.[name] ?? { type: 'string' },
    commas: false,
  }))
  return [...fields('query', entry.query), ...fields('form', entry.form), ...inPath]
}

function bodiesOf(
  entry: OverlayOperation,
  known: Operation | undefined,
  look: (ref: string) => JsonSchema,
): Operation['bodies'] {
  if (!entry.body) return known?.bodies ?? {}
  const before = known?.bodies['application/json']
  if (!before) return { ...known?.bodies, 'application/json': entry.body }
  const whole = typeof before.$ref === 'string' ? look(before.$ref) : before
  const merged = { ...whole, properties: { ...properties(whole), ...properties(entry.body) } }
  return { ...known?.bodies, 'application/json': merged }
}

const properties = (schema: JsonSchema) =>
  schema.properties as Record<string, JsonSchema> | undefined
