import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { Access } from './databases.ts'
import type { Relation } from './guard/guarded.ts'
import type { Transaction } from './transaction.ts'

/** The table a write goes to. `sql` fields are quoted by the server and go into statements as they are. */
const Target = z.object({
  name: z.string(),
  sql: z.string(),
  schema: z.string(),
  kind: z.string(),
  system_columns: z.boolean(),
  columns: z.array(z.object({ name: z.string(), sql: z.string() })).nullable(),
  key: z.array(z.string()).nullable(),
})
export interface Target {
  /** `schema.table`, for people. */
  readonly name: string
  readonly sql: string
  /** The columns the role may read. */
  readonly columns: readonly { readonly name: string; readonly sql: string }[]
  /** The primary key, or nothing when there is none or the role may not read it. */
  readonly key: readonly string[]
}

/**
 * Finds the table as the server itself would, in the search path.
 * @throws ToolError for a view, for a table outside the schemas allowed, and where the role can't
 * see row versions
 */
export async function findTarget(
  transaction: Transaction,
  access: Access,
  { schema, name }: Relation,
): Promise<Target> {
  const path = [schema, name].filter((part) => part !== undefined).map(quoted)
  const { rows } = await transaction.run({ text: targetSql, parameters: [path.join('.')] })
  const json = rows[0]?.[0]
  const found = typeof json === 'string' ? Target.parse(JSON.parse(json)) : undefined
  if (!found || !access.schemas.includes(found.schema))
    throw new ToolError(
      'not_found',
      `There is no table ${JSON.stringify(name)} in the schemas you may use (${access.schemas.join(', ')}).`,
    )
  if (found.kind !== 'r' && found.kind !== 'p')
    throw new ToolError(
      'invalid_input',
      `${found.name} is no plain table, and only the rows of tables can be previewed. Name the table behind it.`,
    )
  const columns = found.columns ?? []
  if (!found.system_columns || columns.length === 0)
    throw new ToolError(
      'misconfigured',
      `The role ${access.role} can't see row versions of ${found.name}, which a preview needs. ${access.owner} can: GRANT SELECT (tableoid, ctid, xmin, xmax) ON ${found.sql} TO ${access.role}.`,
    )
  const key = found.key ?? []
  const readable = new Set(columns.map((column) => column.name))
  return {
    name: found.name,
    sql: found.sql,
    columns,
    key: key.every((column) => readable.has(column)) ? key : [],
  }
}

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

const targetSql = `
SELECT json_build_object(
  'name', n.nspname || '.' || c.relname,
  'sql', format('%I.%I', n.nspname, c.relname),
  'schema', n.nspname,
  'kind', c.relkind,
  'system_columns', c.relkind IN ('r', 'p') AND (SELECT bool_and(has_column_privilege(c.oid, name, 'SELECT'))
    FROM unnest(CASE WHEN c.relkind IN ('r', 'p') THEN '{tableoid,ctid,xmin,xmax}'::text[] END) name),
  'columns', (
    SELECT json_agg(json_build_object('name', a.attname, 'sql', quote_ident(a.attname)) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege(c.oid, a.attnum, 'SELECT')),
  'key', (
    SELECT json_agg(a.attname ORDER BY o.n)
    FROM pg_catalog.pg_constraint k, unnest(k.conkey) WITH ORDINALITY o(attnum, n)
      JOIN pg_catalog.pg_attribute a ON a.attnum = o.attnum
    WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attrelid = c.oid))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass($1)`
