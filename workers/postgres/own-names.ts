import * as z from 'zod'
import { readOne } from './database.ts'
import type { Access } from './databases.ts'
import type { GuardOptions, Relation } from './guard/guarded.ts'

const memoryMs = 5 * 60_000
const mostRemembered = 50

/** Names that a database has made itself: what the guard has to know, and the unique keys. */
export interface OwnNames extends Required<Pick<GuardOptions, 'rowFunctions' | 'enums'>> {
  /** Another number for each look into a database's catalog. */
  readonly edition: number
  /** The columns of each unique key of a table, by `writtenName`. */
  readonly keys: ReadonlyMap<string, readonly (readonly string[])[]>
}

/** A relation as a statement writes it: a bare name is what the search path makes of it. */
export const writtenName = ({ schema, name }: Relation): string =>
  JSON.stringify([schema ?? null, name])

const remembered = new Map<string, OwnNames & { readonly until: number }>()
let editions = 0

/**
 * Functions that take one row and that the role may run (`orders.total` calls such a one although
 * it reads like a column), enumerations, which a cast may name, and unique keys. Remembered for
 * five minutes.
 */
export async function ownNames(access: Access): Promise<OwnNames> {
  const key = JSON.stringify([access.id, access.urls[0], access.role, access.schemas])
  const known = remembered.get(key)
  if (known && known.until > Date.now()) return known
  const { rows } = await readOne(access, { text: sql, parameters: [access.schemas] })
  const namesOf = (kind: string) =>
    new Set(rows.flatMap(([found, name]) => (found === kind && name ? [name] : [])))
  const names = {
    edition: (editions += 1),
    rowFunctions: namesOf('function'),
    enums: namesOf('enum'),
    keys: keysOf(namesOf('key')),
    until: Date.now() + memoryMs,
  }
  for (const [old, { until }] of remembered) if (until <= Date.now()) remembered.delete(old)
  if (remembered.size >= mostRemembered) remembered.clear()
  remembered.set(key, names)
  return names
}

const Key = z.tuple([z.string(), z.string(), z.boolean(), z.array(z.string())])

function keysOf(found: ReadonlySet<string>): OwnNames['keys'] {
  const keys = new Map<string, string[][]>()
  for (const json of found) {
    const [schema, name, visible, columns] = Key.parse(JSON.parse(json))
    for (const relation of visible ? [{ name }, { schema, name }] : [{ schema, name }])
      keys.set(writtenName(relation), [...(keys.get(writtenName(relation)) ?? []), columns])
  }
  return keys
}

/**
 * A function counts when a row fits its first argument (a composite type, a domain over one, a
 * pseudo-type) and none after it lacks a default. PostgreSQL's own are on the guard's list or refused.
 * A key counts when it holds for all rows: not a partial one, nor a parent's for what inherits from it.
 * Without the casts all of it would be of type `name`, which is cut at 63 bytes.
 */
const sql = `
SELECT DISTINCT 'function', p.proname::text
FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0]
  LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1
  AND (t.typtype IN ('c', 'p') OR b.typtype = 'c')
  AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
UNION ALL
SELECT 'enum', t.typname::text
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND n.nspname = ANY ($1::text[]) AND has_schema_privilege(n.oid, 'USAGE')
  AND has_type_privilege(t.oid, 'USAGE')
UNION ALL
(SELECT 'key', json_build_array(n.nspname, c.relname, coalesce(pg_table_is_visible(c.oid), false), (
  SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])))::text
FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND has_schema_privilege(n.oid, 'USAGE')
  AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND (c.relkind = 'p' OR NOT c.relhassubclass) AND NOT c.relispartition
LIMIT 1000)`
