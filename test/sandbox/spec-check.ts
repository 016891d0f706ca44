/**
 * Checks requests to a pretend upstream against the vendor's own API document, so that a pretend
 * upstream can't agree with a mistake of ours. The documents lie beside the checkout; where they
 * don't, that is said once and only the pretend upstream's own schemas check.
 */
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { MiddlewareHandler } from 'hono'
import { lookUp, readDocument, type Operation } from './spec/document.ts'
import { overlaid, type Overlay } from './spec/overlay.ts'
import { patternOf, problemsOf, type Compile, type Request } from './spec/request.ts'
import { compiler, type Compiled } from './spec/schema.ts'

export interface Finding {
  readonly upstream: string
  /** `POST /rest/api/3/issue`, as the document writes it, or as it was sent when unknown. */
  readonly operation: string
  readonly problem: string
}

export interface SpecCheckOptions {
  /** Names the upstream in findings. */
  readonly name: string
  /** A file among the vendors' documents beside the checkout, or an absolute path. */
  readonly document: string
  readonly overlay?: Overlay
  /** Parameters that the document puts elsewhere than the client does: `{ token: 'authorization' }`, a header. */
  readonly carriedBy?: Readonly<Record<string, string>>
  /** Also checks the pretend upstream's JSON answers against the document. */
  readonly answers?: boolean
}

export interface SpecCheck {
  /** Whether the document is there. */
  readonly present: boolean
  /** Everything found since the start or the last `reset`. */
  readonly findings: readonly Finding[]
  reset(): void
  /** Findings of one request, which are kept as well. */
  check(request: Request): Finding[]
  /** Hono middleware that checks each request that passes. */
  readonly guard: MiddlewareHandler
}

export function specCheck(options: SpecCheckOptions): SpecCheck {
  const { name, document, overlay = {}, carriedBy = {} } = options
  const file = isAbsolute(document) ? document : join(vendorsDocuments, document)
  const findings: Finding[] = []
  const present = existsSync(file)
  if (!present)
    console.warn(
      `${name}: no ${document} beside the checkout, so requests are checked by own schemas only.`,
    )
  const spec = present ? specification(file, overlay) : undefined
  const keep = (operation: string, problems: readonly string[]): Finding[] => {
    const found = problems.map((problem) => ({ upstream: name, operation, problem }))
    findings.push(...found)
    return found
  }
  function check(request: Request): Finding[] {
    if (!spec) return []
    const operation = spec.find(request)
    if (!operation) return keep(`${request.method} ${request.path}`, ['is not in the document'])
    return keep(nameOf(operation), problemsOf(request, operation, spec.compile, carriedBy))
  }
  return {
    present,
    findings,
    check,
    reset: () => findings.splice(0),
    async guard(c, next) {
      const { pathname, searchParams } = new URL(c.req.url)
      const { method } = c.req
      const body = await c.req.raw.clone().text()
      const request = {
        method,
        path: pathname,
        query: searchParams,
        headers: c.req.raw.headers,
        body,
      }
      check(request)
      await next()
      const operation = options.answers ? spec?.find(request) : undefined
      const schema = operation?.answers[c.res.status] ?? operation?.answers.default
      if (!spec || !operation || !schema) return
      const answer = await c.res
        .clone()
        .json()
        .catch(() => undefined)
      const problems = spec.compile(schema, 'answer').problems(answer)
      keep(
        nameOf(operation),
        problems.map((problem) => `answer ${c.res.status}: ${problem}`),
      )
    },
  }
}

const vendorsDocuments = join(import.meta.dirname, '../../../shared/specs')
const nameOf = ({ method, template }: Operation) => `${method} ${template}`

interface Specification {
  find(request: Request): Operation | undefined
  readonly compile: Compile
}

const loaded = new Map<string, ReturnType<typeof readDocument>>()

function specification(file: string, overlay: Overlay): Specification {
  const document = loaded.get(file) ?? readDocument(file)
  loaded.set(file, document)
  const { root } = document
  const operations = overlaid(document.operations, overlay, (ref) => lookUp(root, ref))
  // The literal path wins over one with a parameter in its place.
  const sorted = operations
    .map((operation) => ({ operation, pattern: patternOf(operation.template) }))
    .sort((a, b) => literal(b.operation) - literal(a.operation))
  const compile = compiler(root)
  const compiled = new Map<string, Compiled>()
  return {
    find: ({ method, path }) =>
      sorted.find((s) => s.operation.method === method && s.pattern.test(path))?.operation,
    compile(schema, direction) {
      const key = direction + JSON.stringify(schema)
      const known = compiled.get(key) ?? compile(schema, direction)
      compiled.set(key, known)
      return known
    },
  }
}

const literal = ({ template }: Operation) => template.replace(/\{[^}]*\}/g, '').length
