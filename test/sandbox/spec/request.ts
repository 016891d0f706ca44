/** One request against one operation of a document: parameters, form, body. */
import type { JsonSchema, Operation, Parameter } from './document.ts'
import type { Compiled, Direction } from './schema.ts'
import { valueOf } from './text-value.ts'

export interface Request {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  /** As sent; empty when there is none. */
  readonly body: string
}

export type Compile = (schema: JsonSchema, direction: Direction) => Compiled

export const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .split(/\{[^}]*\}/)
      .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('([^/]+)')}$`,
  )

/** What is wrong with a request to a known operation, in words. */
export function problemsOf(
  request: Request,
  operation: Operation,
  compile: Compile,
  carriedBy: Readonly<Record<string, string>>,
): string[] {
  const form = formOf(request)
  const texts = (p: Parameter): readonly unknown[] => {
    const carrier = carriedBy[p.name]
    if (carrier !== undefined) return request.headers.has(carrier) ? ['carried'] : []
    if (p.in === 'query') return request.query.getAll(p.name)
    if (p.in === 'header') return [request.headers.get(p.name)].filter((v) => v !== null)
    if (p.in === 'form') return form.get(p.name) ?? []
    return pathValues(operation, request.path, p.name)
  }
  const problems: string[] = []
  for (const p of operation.parameters) {
    const given = texts(p)
    if (given.length === 0) {
      if (p.required) problems.push(`${p.in} ${p.name} is missing`)
    } else if (carriedBy[p.name] === undefined) {
      const value = given.every((v) => typeof v === 'string') ? valueOf(p, given) : given[0]
      // A form field that the document calls text may be JSON in a JSON body.
      if (p.in === 'form' && p.schema.type === 'string' && typeof value === 'object') continue
      for (const problem of compile(p.schema, 'request').problems(value))
        problems.push(`${p.in} ${p.name} ${problem}`)
    }
  }
  const known = (place: string, name: string) =>
    operation.parameters.some((p) => p.in === place && p.name === name)
  for (const key of new Set(request.query.keys()))
    if (!known('query', key)) problems.push(`query ${key} is not in the document`)
  if (operation.parameters.some((p) => p.in === 'form')) {
    for (const key of form.keys())
      if (!known('form', key)) problems.push(`form ${key} is not in the document`)
    return problems
  }
  return [...problems, ...bodyProblems(request, operation, compile)]
}

function bodyProblems(
  request: Request,
  { bodies, bodyRequired }: Operation,
  compile: Compile,
): string[] {
  if (request.body === '') return bodyRequired ? ['the body is missing'] : []
  if (Object.keys(bodies).length === 0) return ['the document has no body here']
  const type = mediaType(request)
  const schema = bodies[type] ?? bodies['*/*']
  if (!schema) return [`the document has no body of type ${type}`]
  if (!type.endsWith('json')) return []
  const value = fromJson(request.body)
  if (value === undefined) return ['the body is not JSON']
  return compile(schema, 'request')
    .problems(value)
    .map((problem) => `body ${problem}`)
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const mediaType = ({ headers }: Request) =>
  (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** A form's fields, from either of its spellings: urlencoded or JSON. */
function formOf(request: Request): Map<string, unknown[]> {
  const fields = new Map<string, unknown[]>()
  const add = (key: string, value: unknown) => fields.set(key, [...(fields.get(key) ?? []), value])
  if (mediaType(request) === 'application/x-www-form-urlencoded')
    for (const [key, value] of new URLSearchParams(request.body)) add(key, value)
  else for (const [key, value] of Object.entries(fromJson(request.body) ?? {})) add(key, value)
  return fields
}

function pathValues({ template }: Operation, path: string, name: string): string[] {
  const names = Array.from(template.matchAll(/\{([^}]*)\}/g), ([, n]) => n)
  const value = patternOf(template).exec(path)?.[names.indexOf(name) + 1]
  return value === undefined ? [] : [decodeURIComponent(value)]
}
