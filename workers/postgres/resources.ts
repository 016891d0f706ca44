import type { ResourceTemplate } from '../../shared/integration.ts'
import { ToolError } from '../../shared/errors.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { readOne } from './database.ts'
import { accessTo, visibleDatabases } from './databases.ts'
import { tableMarkdown } from './table-markdown.ts'
import { describeTable } from './table.ts'

/** How many tables `resources/list` names. */
const listed = 50

export const tableResource: ResourceTemplate = {
  name: 'table',
  title: 'Table',
  description: 'Columns, keys, indexes and comments of a table or view.',
  uriTemplate: 'postgres://{database}/{schema}/{table}',
  mimeType: 'text/markdown',
  scope: 'postgres:read',
  tool: 'get_table_schema',

  async read({ database, schema, table }, ctx) {
    const access = accessTo(ctx, database)
    return tableMarkdown(await describeTable(access, `${quoted(schema)}.${quoted(table)}`))
  },

  async list(ctx) {
    const lists = visibleDatabases(ctx).map(async ({ id }) => {
      const tables = await tablesOf(ctx, id, undefined, '')
      return tables.map(({ schema, name, comment }) => ({
        uri: `postgres://${[id, schema, name].map(encodeURIComponent).join('/')}`,
        name: `${schema}.${name}`,
        ...(comment !== '' && { description: comment }),
      }))
    })
    return (await Promise.all(lists)).flat()
  },

  async complete(variable, value, known, ctx) {
    if (variable === 'database')
      return startingWith(
        visibleDatabases(ctx).map(({ id }) => id),
        value,
      )
    const { schemas } = accessTo(ctx, known.database)
    if (variable === 'schema') return startingWith(schemas, value)
    const tables = await tablesOf(ctx, known.database, known.schema, value)
    return [...new Set(tables.map(({ name }) => name))]
  },
}

const quoted = (part: string | undefined): string => {
  if (!part) throw new ToolError('not_found', 'There is no such table.')
  return `"${part.replaceAll('"', '""')}"`
}

const startingWith = (names: readonly string[], start: string): string[] =>
  names.filter((name) => name.startsWith(start))

/** Tables whose names begin with `start`, those in one schema or in all that are allowed. */
async function tablesOf(
  ctx: ToolContext,
  database: string | undefined,
  schema: string | undefined,
  start: string,
): Promise<{ schema: string; name: string; comment: string }[]> {
  const access = accessTo(ctx, database)
  const schemas = schema === undefined ? access.schemas : access.schemas.filter((s) => s === schema)
  const { rows } = await readOne(access, {
    text: tablesSql,
    parameters: [schemas, start, listed],
  })
  return rows.map(([schema, name, comment]) => ({
    schema: schema ?? '',
    name: name ?? '',
    comment: comment ?? '',
  }))
}

const tablesSql = `
SELECT n.nspname, c.relname, left(obj_description(c.oid, 'pg_class'), 200)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND starts_with(c.relname::text, $2)
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY array_position($1::text[], n.nspname::text), c.relname COLLATE "C"
LIMIT $3::int`
