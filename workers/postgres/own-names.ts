import { readOne } from './database.ts'
import type { Access } from './databases.ts'
import type { GuardOptions } from './guard/guarded.ts'

const memoryMs = 5 * 60_000
const mostRemembered = 200

/** Names that a database has made itself and that the guard has to know. */
export type OwnNames = Required<Pick<GuardOptions, 'rowFunctions' | 'enums'>>

const remembered = new Map<string, OwnNames & { readonly until: number }>()

/**
 * Functions that take one row and that the role may run (`orders.total` calls such a one although
 * it reads like a column), and enumerations, which a cast may name. Remembered for five minutes.
 */
export async function ownNames(access: Access): Promise<OwnNames> {
  const key = JSON.stringify([access.urls[0], access.role, access.schemas])
  const known = remembered.get(key)
  if (known && known.until > Date.now()) return known
  const { rows } = await readOne(access, { text: sql, parameters: [access.schemas] })
  const namesOf = (kind: string) =>
    new Set(rows.flatMap(([found, name]) => (found === kind && name ? [name] : [])))
  const names = {
    rowFunctions: namesOf('function'),
    enums: namesOf('enum'),
    until: Date.now() + memoryMs,
  }
  if (remembered.size >= mostRemembered) remembered.clear()
  remembered.set(key, names)
  return names
}

/**
 * A function counts when a row fits its first argument (a composite type, a domain over one, a
 * pseudo-type) and none after it lacks a default. PostgreSQL's own are on the guard's list or refused.
 */
const sql = `
SELECT DISTINCT 'function', p.proname
FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0]
  LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1
  AND (t.typtype IN ('c', 'p') OR b.typtype = 'c')
  AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
UNION ALL
SELECT 'enum', t.typname
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND n.nspname = ANY ($1::text[]) AND has_schema_privilege(n.oid, 'USAGE')
  AND has_type_privilege(t.oid, 'USAGE')`
