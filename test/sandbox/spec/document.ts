/** A vendor's API document, OpenAPI 3 or Swagger 2, as a list of operations. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import * as z from 'zod'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'form'
  readonly required: boolean
  readonly schema: JsonSchema
  /** One value holds several, separated by commas (OpenAPI `explode: false`, Swagger `csv`). */
  readonly commas: boolean
}

export interface Operation {
  readonly method: string
  /** As the document writes it: `/orders/{orderId}`. */
  readonly template: string
  readonly parameters: readonly Parameter[]
  /** Media type → schema; a form's fields are parameters. */
  readonly bodies: Readonly<Record<string, JsonSchema>>
  readonly bodyRequired: boolean
  /** Status or `default` → schema of the JSON answer. */
  readonly answers: Readonly<Record<string, JsonSchema>>
}

export interface Document {
  /** The whole of it, where `$ref` points to. */
  readonly root: JsonSchema
  readonly operations: readonly Operation[]
}

/** @param file JSON or YAML. YAML is slow to parse, so its JSON is kept beside the installed packages. */
export function readDocument(file: string): Document {
  const text = readFileSync(file, 'utf8')
  const root = Json.parse(/\.ya?ml$/.test(file) ? fromYaml(text) : JSON.parse(text))
  return { root, operations: operationsOf(root) }
}

function fromYaml(text: string): unknown {
  const folder = join(import.meta.dirname, '../../../node_modules/.cache/gatehouse')
  const kept = join(folder, `${createHash('sha256').update(text).digest('hex')}.json`)
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as unknown
  const value: unknown = parseYaml(text)
  mkdirSync(folder, { recursive: true })
  writeFileSync(kept, JSON.stringify(value))
  return value
}

const Json = z.record(z.string(), z.unknown())
const optionalJson = Json.catch({})
const list = z.array(Json).catch([])

function operationsOf(root: JsonSchema): Operation[] {
  const prefix = prefixOf(root)
  return Object.entries(optionalJson.parse(root.paths)).flatMap(([path, item]) => {
    const shared = list.parse(optionalJson.parse(item).parameters)
    return Object.entries(optionalJson.parse(item))
      .filter(([method]) => methods.has(method))
      .map(([method, value]) => {
        const operation = optionalJson.parse(value)
        const own = [...shared, ...list.parse(operation.parameters)].map((p) => resolved(root, p))
        const { form, ...bodies } = bodiesOf(root, operation, own)
        return {
          method: method.toUpperCase(),
          template: prefix + path,
          parameters: [...own.flatMap(parameterOf), ...form],
          ...bodies,
          answers: answersOf(root, operation),
        }
      })
  })
}

const methods = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options'])

/** The part of the server's URL that belongs to every path. */
function prefixOf(root: JsonSchema): string {
  if (typeof root.basePath === 'string') return root.basePath.replace(/\/$/, '')
  const url = list.parse(root.servers)[0]?.url
  const path = typeof url === 'string' ? url.replace(/^https?:\/\/[^/]+/, '') : ''
  return path.replace(/\/$/, '')
}

function parameterOf(p: JsonSchema): Parameter[] {
  const place = p.in === 'formData' ? 'form' : p.in
  if (place !== 'path' && place !== 'query' && place !== 'header' && place !== 'form') return []
  const swagger2 = p.schema === undefined
  return [
    {
      name: String(p.name),
      in: place,
      required: p.required === true,
      schema: swagger2 ? p : optionalJson.parse(p.schema),
      commas: swagger2 ? p.collectionFormat !== 'multi' : p.explode === false,
    },
  ]
}

function bodiesOf(root: JsonSchema, operation: JsonSchema, parameters: readonly JsonSchema[]) {
  const none = { bodies: {}, bodyRequired: false, form: [] as Parameter[] }
  const inBody = parameters.find((p) => p.in === 'body') // Swagger 2
  if (inBody)
    return {
      ...none,
      bodies: { 'application/json': optionalJson.parse(inBody.schema) },
      bodyRequired: inBody.required === true,
    }
  const body = resolved(root, optionalJson.parse(operation.requestBody))
  const bodies: Record<string, JsonSchema> = {}
  for (const [type, media] of Object.entries(optionalJson.parse(body.content)))
    bodies[type] = optionalJson.parse(optionalJson.parse(media).schema)
  return { ...none, bodies, bodyRequired: body.required === true }
}

function answersOf(root: JsonSchema, operation: JsonSchema): Record<string, JsonSchema> {
  const answers: Record<string, JsonSchema> = {}
  for (const [status, value] of Object.entries(optionalJson.parse(operation.responses))) {
    const answer = resolved(root, optionalJson.parse(value))
    const content = optionalJson.parse(optionalJson.parse(answer.content)['application/json'])
    const schema = content.schema ?? answer.schema // OpenAPI 3, Swagger 2
    if (schema !== undefined) answers[status] = optionalJson.parse(schema)
  }
  return answers
}

/** Follows `$ref` of a parameter, body or answer. */
function resolved(root: JsonSchema, value: JsonSchema): JsonSchema {
  return typeof value.$ref === 'string' ? resolved(root, lookUp(root, value.$ref)) : value
}

/** @param ref a JSON pointer into the document, `#/components/schemas/Order`. */
export function lookUp(root: JsonSchema, ref: string): JsonSchema {
  let value: unknown = root
  for (const part of ref.replace(/^#\//, '').split('/')) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    value = optionalJson.parse(value)[key]
  }
  return Json.parse(value)
}
