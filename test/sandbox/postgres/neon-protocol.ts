/**
 * Neon's SQL over HTTP, as `@neondatabase/serverless` speaks it and Neon's proxy answers it.
 * @see https://github.com/neondatabase/neon/blob/main/proxy/src/serverless/sql_over_http.rs
 */
import * as z from 'zod'

const Statement = z.object({
  query: z.string(),
  params: z.array(z.unknown()).default([]),
  arrayMode: z.boolean().optional(),
})
export type Statement = z.infer<typeof Statement>

/** One statement, or several in one transaction. */
export const Payload = z.union([z.object({ queries: z.array(Statement) }), Statement])

export interface Headers {
  readonly user: string
  readonly password: string
  readonly database: string
  readonly rawText: boolean
  readonly arrayMode: boolean
  /** What follows BEGIN in a batch. */
  readonly begin: string
}

/** A request that Neon's proxy refuses itself. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'Refused'
    this.status = status
  }
}

const isolationLevels = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
}

/** @throws Refused in the proxy's words */
export function readHeaders(get: (name: string) => string | undefined): Headers {
  const connection = get('neon-connection-string')
  if (connection === undefined) throw new Refused(400, 'invalid header: neon-connection-string')
  const isolation = get('neon-batch-isolation-level')
  if (isolation !== undefined && !Object.hasOwn(isolationLevels, isolation))
    throw new Refused(400, 'invalid isolation level')
  const modes = [
    isolation && `ISOLATION LEVEL ${isolationLevels[isolation as keyof typeof isolationLevels]}`,
    get('neon-batch-read-only') === 'true' && 'READ ONLY',
    get('neon-batch-deferrable') === 'true' && 'DEFERRABLE',
  ]
  return {
    ...readConnectionString(connection),
    rawText: get('neon-raw-text-output') === 'true',
    arrayMode: get('neon-array-mode') === 'true',
    begin: ['BEGIN', ...modes.filter(Boolean)].join(' '),
  }
}

function readConnectionString(text: string): Pick<Headers, 'user' | 'password' | 'database'> {
  if (!URL.canParse(text))
    throw new Refused(400, 'invalid connection string: relative URL without a base')
  const url = new URL(text)
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw new Refused(400, 'incorrect scheme')
  const [user, password, database] = [
    url.username,
    url.password,
    url.pathname.split('/')[1] ?? '',
  ].map(decodeURIComponent) as [string, string, string]
  if (!database) throw new Refused(400, 'invalid database name')
  if (!user) throw new Refused(400, 'missing username')
  if (!password) throw new Refused(400, 'missing authentication credentials: required password')
  return { user, password, database }
}

/** A JSON parameter as PostgreSQL's text format; null stays null. */
export function toPgText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  return Array.isArray(value) ? toPgArray(value) : JSON.stringify(value)
}

function toPgArray(value: unknown): string {
  if (value === null) return 'NULL'
  if (Array.isArray(value)) return `{${value.map(toPgArray).join(',')}}`
  return JSON.stringify(typeof value === 'object' ? JSON.stringify(value) : value)
}

/** An error as the driver reads it; the proxy names every field, and what it doesn't know is null or ''. */
export function errorBody(message: string, error: Readonly<Record<string, unknown>> = {}) {
  const text = (field: string) => (typeof error[field] === 'string' ? error[field] : null)
  return {
    message,
    code: text('code') ?? '',
    detail: text('detail'),
    hint: text('hint'),
    position: text('position'),
    internalPosition: text('internalPosition'),
    internalQuery: text('internalQuery'),
    severity: text('severity') ?? '',
    where: text('where'),
    table: text('table'),
    column: text('column'),
    schema: text('schema'),
    dataType: text('dataType'),
    constraint: text('constraint'),
    file: text('file'),
    line: text('line'),
    routine: text('routine'),
  }
}
