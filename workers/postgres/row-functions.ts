import { readOne } from './database.ts'
import type { Access } from './databases.ts'

const memoryMs = 5 * 60_000
const mostRemembered = 200
const remembered = new Map<
  string,
  { readonly until: number; readonly names: ReadonlySet<string> }
>()

/**
 * Names of functions of the database's own that take one row and that the role may run. In
 * `orders.total` such a function is called although it reads like a column, so the guard has to
 * know them. Remembered for five minutes.
 */
export async function rowFunctions(access: Access): Promise<ReadonlySet<string>> {
  const key = JSON.stringify([access.urls[0], access.role])
  const known = remembered.get(key)
  if (known && known.until > Date.now()) return known.names
  const { rows } = await readOne(access, { text: rowFunctionsSql })
  const names = new Set(rows.map(([name]) => name ?? ''))
  if (remembered.size >= mostRemembered) remembered.clear()
  remembered.set(key, { until: Date.now() + memoryMs, names })
  return names
}

/**
 * A first argument that a row fits (a composite type, a domain over one, a pseudo-type) and none
 * after it that has no default. PostgreSQL's own functions are on the guard's list or refused.
 */
const rowFunctionsSql = `
SELECT DISTINCT p.proname
FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0]
  LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1
  AND (t.typtype IN ('c', 'p') OR b.typtype = 'c')
  AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')`
