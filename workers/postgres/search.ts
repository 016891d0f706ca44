import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { Access } from './databases.ts'
import { readOne } from './database.ts'

export const objectKinds = ['table', 'column', 'function', 'index'] as const
export type ObjectKind = (typeof objectKinds)[number]

export interface FoundObject {
  readonly kind: ObjectKind
  /** `schema.table`, `schema.table.column`, `schema.function(arguments)`, `schema.index`. */
  readonly name: string
  /** The table's kind, the column's type, what the function returns, what the index covers. */
  readonly type: string
  readonly comment?: string
  readonly masked?: true
}

/** Where the last page ended: the sort key of its last object. */
const Position = z.tuple([z.enum(objectKinds), z.string()])
const perPage = 50

/**
 * Objects whose name or comment has every word of `text` in it, in the order of kind and name.
 * @param position of the next page, as an earlier answer gave it
 */
export async function searchObjects(
  access: Access,
  text: string,
  kind: ObjectKind | undefined,
  position: string | undefined,
): Promise<{ items: FoundObject[]; next: string | undefined }> {
  const after = position === undefined ? undefined : parsedPosition(position)
  const { rows } = await readOne(access, {
    text: searchSql,
    parameters: [
      access.schemas,
      text.toLowerCase().split(/\s+/).filter(Boolean),
      kind === undefined ? objectKinds : [kind],
      objectKinds,
      after?.[0] ?? objectKinds[0],
      after?.[1] ?? '',
      perPage + 1,
    ],
  })
  const items = rows.slice(0, perPage).map(([found, name, type, comment, masked]): FoundObject => ({
    kind: z.enum(objectKinds).parse(found),
    name: name ?? '',
    type: type ?? '',
    ...(comment && { comment }),
    ...(masked === 't' && { masked: true }),
  }))
  const last = items.at(-1)
  return {
    items,
    next: rows.length > perPage && last ? JSON.stringify([last.kind, last.name]) : undefined,
  }
}

function parsedPosition(position: string): z.infer<typeof Position> {
  const parsed = Position.safeParse(JSON.parse(position))
  if (!parsed.success) throw new ToolError('invalid_input', 'This cursor is of another version.')
  return parsed.data
}

/**
 * $1 schemas, $2 words, $3 kinds wanted, $4 kinds in order, $5 and $6 kind and name to go on after, $7 limit.
 * Names are compared by code point ("C"), so that the order is one everywhere.
 */
const searchSql = `
WITH tables AS (
  SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
), objects AS (
  SELECT 'table' AS kind, t.name,
    CASE t.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS type,
    obj_description(t.oid, 'pg_class') AS comment, false AS masked
  FROM tables t
  UNION ALL
  SELECT 'column', format('%s.%I', t.name, a.attname), format_type(a.atttypid, a.atttypmod),
    col_description(a.attrelid, a.attnum), NOT has_column_privilege(a.attrelid, a.attnum, 'SELECT')
  FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid
  WHERE a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'function', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
    pg_get_function_result(p.oid), obj_description(p.oid, 'pg_proc'), false
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = ANY ($1::text[]) AND p.prokind = 'f' AND has_function_privilege(p.oid, 'EXECUTE')
    AND has_schema_privilege(n.oid, 'USAGE')
  UNION ALL
  SELECT 'index', format('%I.%I', n.nspname, i.relname),
    format('%s %s', t.name, split_part(pg_get_indexdef(i.oid), ' USING ', 2)),
    obj_description(i.oid, 'pg_class'), false
  FROM tables t JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
    JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
)
SELECT kind, name, left(type, 300), left(comment, 300), masked
FROM objects o
WHERE kind = ANY ($3::text[])
  AND NOT EXISTS (SELECT FROM unnest($2::text[]) w
    WHERE strpos(lower(concat_ws(' ', o.name, o.comment)), w) = 0)
  AND (array_position($4::text[], kind), name COLLATE "C") > (array_position($4::text[], $5::text), $6::text)
ORDER BY array_position($4::text[], kind), name COLLATE "C"
LIMIT $7::int`
