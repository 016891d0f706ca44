import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import type { Access } from './databases.ts'
import { readOne } from './database.ts'
import { tableSql } from './table-sql.ts'

const optionalText = z.string().optional()

/** A table as its catalog and the caller's grants describe it. Absent fields mean: none. */
export const Table = z.object({
  database: z.string(),
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'partitioned table', 'view', 'materialized view', 'foreign table']),
  comment: optionalText,
  rows_estimate: z.number().optional().describe('From statistics, not counted'),
  size_bytes: z.number().optional().describe('With indexes'),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      not_null: z.boolean().optional(),
      default: optionalText,
      generated: optionalText,
      values: z.array(z.string()).optional().describe('Of an enumeration'),
      comment: optionalText,
      masked: z.boolean().optional().describe('You may not read it'),
    }),
  ),
  primary_key: z.array(z.string()).optional(),
  constraints: z.array(z.object({ name: z.string(), definition: z.string() })).optional(),
  foreign_keys: z
    .array(
      z.object({ columns: z.array(z.string()), references: z.string(), on_delete: optionalText }),
    )
    .optional(),
  referenced_by: z.array(z.object({ table: z.string(), columns: z.array(z.string()) })).optional(),
  indexes: z
    .array(
      z.object({
        name: z.string(),
        definition: z.string(),
        unique: z.boolean().optional(),
        invalid: z.boolean().optional(),
      }),
    )
    .optional(),
  partitions: z.object({ key: z.string(), count: z.number() }).optional(),
  row_security: z
    .array(
      z.object({
        policy: z.string(),
        command: z.string(),
        using: optionalText,
        check: optionalText,
      }),
    )
    .optional()
    .describe('Which rows you see depends on these'),
})
export type Table = z.infer<typeof Table>

/**
 * Describes a table the caller may read at least one column of.
 * @param name `table` or `schema.table`, quoted or not
 * @throws ToolError `not_found` in the same words for a table that isn't there and one that isn't theirs
 */
export async function describeTable(access: Access, name: string): Promise<Table> {
  const { schema, table } = parsedName(name)
  const { rows } = await readOne(access, {
    text: tableSql,
    parameters: [access.schemas, schema ?? null, table, table.toLowerCase()],
  })
  const text = rows[0]?.[0]
  if (text === undefined || text === null) throw notFound(access, name)
  return Table.parse({ database: access.id, ...withoutNulls(JSON.parse(text)) })
}

function parsedName(name: string): { schema: string | undefined; table: string } {
  const parts = /^\s*(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^".]+)\s*$/.exec(name)
  if (!parts?.[2])
    throw new ToolError('invalid_input', 'table_name: must be `table` or `schema.table`.')
  return {
    schema: parts[1] === undefined ? undefined : unquoted(parts[1]),
    table: unquoted(parts[2]),
  }
}

const unquoted = (identifier: string): string =>
  identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier.trim()

const notFound = (access: Access, name: string): ToolError =>
  new ToolError(
    'not_found',
    `There is no table ${JSON.stringify(name.slice(0, 130))} that you may read in ${access.id} (schemas: ${access.schemas.join(', ')}).`,
  )

/** PostgreSQL's json_build_object writes what is absent as null. */
function withoutNulls(value: unknown): object {
  return JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
    item === null ? undefined : item,
  )
}
