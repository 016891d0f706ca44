/** The document's schemas as JSON Schema 2019-09 that ajv compiles, one operation at a time. */
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js'
import addFormats from 'ajv-formats'
import { lookUp, type JsonSchema } from './document.ts'

/** A request must not bring fields the document doesn't name or marks read-only; an answer may bring more. */
export type Direction = 'request' | 'answer'

export interface Compiled {
  /** What is wrong, each with the place: `/fields/summary must be string`. */
  problems(value: unknown): string[]
}

export function compiler(root: JsonSchema) {
  const ajv = new Ajv2019({ strict: false, allErrors: true, unicodeRegExp: false, logger: false })
  addFormats.default(ajv)
  ajv.addKeyword({ keyword: 'neverSent', validate: () => false, errors: false })
  return (schema: JsonSchema, direction: Direction): Compiled => {
    let validate: ValidateFunction | undefined
    return {
      problems(value) {
        validate ??= ajv.compile(selfContained(root, schema, direction))
        if (validate(value)) return []
        return (validate.errors ?? []).map(({ instancePath, message, params, keyword }) => {
          if (keyword === 'neverSent') return `${instancePath} is read-only`
          const extra =
            params.unevaluatedProperty ?? params.additionalProperty ?? params.allowedValues
          return `${instancePath} ${message}${extra === undefined ? '' : ` (${String(extra)})`}`.trim()
        })
      },
    }
  }
}

/** Copies what a schema refers to into its own `$defs`, so that nothing else of a large document is looked at. */
function selfContained(root: JsonSchema, schema: JsonSchema, direction: Direction): JsonSchema {
  const $defs: Record<string, JsonSchema> = {}
  const open: [name: string, ref: string, composed: boolean][] = []
  const refer = (ref: string, composed: boolean): string => {
    const name = `${ref.replaceAll(/[^\w.-]/g, '_')}${composed ? '.part' : ''}`
    if (!(name in $defs)) {
      $defs[name] = {}
      open.push([name, ref, composed])
    }
    return `#/$defs/${name}`
  }
  const top = translated(schema, { direction, refer, composed: false })
  for (let next = open.pop(); next; next = open.pop()) {
    const [name, ref, composed] = next
    $defs[name] = translated(lookUp(root, ref), { direction, refer, composed })
  }
  return { ...top, $defs }
}

interface Translation {
  readonly direction: Direction
  readonly refer: (ref: string, composed: boolean) => string
  /**
   * Part of a larger whole, which alone can say what fields there may be. An `allOf` of one is no
   * composition (that is how a `$ref` gets a description), nor are alternatives without a frame.
   */
  readonly composed: boolean
}

/** OpenAPI's dialect in JSON Schema's words. */
function translated(schema: JsonSchema, t: Translation): JsonSchema {
  if (typeof schema.$ref === 'string') return { $ref: t.refer(schema.$ref, t.composed) }
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') out[key] = eachOf(value, (v) => property(v, t))
    else if (key === 'items' || key === 'not') out[key] = inner(value, t)
    else if (key === 'additionalProperties')
      out[key] = typeof value === 'object' ? inner(value, t) : value
    else if (compositions.has(key) && Array.isArray(value)) {
      const composed =
        t.composed || schema.properties !== undefined || (key === 'allOf' && value.length > 1)
      out[key] = value.map((v) => translated(v as JsonSchema, { ...t, composed }))
    } else if (plain.has(key)) out[key] = value
  }
  if (typeof schema.required === 'boolean') delete out.required // a Swagger 2 parameter's own
  bounds(schema, out)
  if (typeof out.pattern === 'string' && !isRegExp(out.pattern)) delete out.pattern
  if (t.direction === 'request' && !t.composed && isClosed(schema))
    out.unevaluatedProperties = false
  return schema.nullable === true ? { anyOf: [out, { type: 'null' }] } : out
}

const compositions = new Set(['allOf', 'anyOf', 'oneOf'])
const plain = new Set(
  'type enum format pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems uniqueItems minProperties maxProperties required const'.split(
    ' ',
  ),
)

const inner = (value: unknown, t: Translation): JsonSchema =>
  translated(value as JsonSchema, { ...t, composed: false })

const eachOf = (value: unknown, make: (schema: JsonSchema) => JsonSchema): JsonSchema =>
  Object.fromEntries(
    Object.entries(value as Record<string, JsonSchema>).map(([k, v]) => [k, make(v)]),
  )

const property = (schema: JsonSchema, t: Translation): JsonSchema =>
  t.direction === 'request' && schema.readOnly === true ? { neverSent: true } : inner(schema, t)

/** OpenAPI 3.0 and Swagger 2 write `exclusiveMinimum: true` beside `minimum`. */
function bounds(schema: JsonSchema, out: Record<string, unknown>): void {
  for (const [flag, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[flag] !== 'boolean') continue
    delete out[flag]
    if (schema[flag] !== true) continue
    out[flag] = schema[bound]
    delete out[bound]
  }
}

/** Says which fields there are and doesn't say that there may be others: a further one is a mistake of ours. */
const isClosed = (schema: JsonSchema): boolean =>
  schema.properties !== undefined &&
  schema.additionalProperties === undefined &&
  !schema.oneOf &&
  !schema.anyOf

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}
