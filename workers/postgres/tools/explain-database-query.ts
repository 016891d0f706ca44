import * as z from 'zod'
import { defineTool } from '../../../shared/tool.ts'
import { database, parameters, query } from '../arguments.ts'
import { read } from '../database.ts'
import { accessTo } from '../databases.ts'
import { findingsOf, type RelationFacts } from '../findings.ts'
import type { Relation } from '../guard/guarded.ts'
import { guarded } from '../guarded.ts'
import { parsedPlan, planLines } from '../plan.ts'

const explain = 'EXPLAIN (FORMAT JSON) '

export const explainDatabaseQuery = defineTool({
  name: 'explain_database_query',
  title: 'Explain database query',
  description:
    "PostgreSQL's plan for a query, with findings about its steps. Estimates: the query isn't run.",
  scope: 'postgres:read',
  effect: 'read',
  input: z.object({ query, parameters, database }),
  output: z.object({
    estimated_rows: z.number(),
    total_cost: z.number().describe("In the planner's own unit"),
    findings: z.array(
      z.object({
        severity: z.enum(['high', 'medium', 'low']),
        node: z.string(),
        finding: z.string(),
      }),
    ),
    plan: z.array(
      z.object({
        depth: z.number(),
        node: z.string(),
        rows: z.number(),
        cost: z.number(),
        detail: z.string().optional(),
      }),
    ),
  }),
  async run({ query, parameters, database }, ctx) {
    const access = accessTo(ctx, database)
    const { tables } = await guarded(access, query, parameters)
    const [explained, relations] = await read(
      access,
      [
        { text: explain + query, parameters },
        { text: relationsSql, parameters: [tables.map(quoted)] },
      ],
      explain.length,
    )
    const root = parsedPlan(explained?.rows[0]?.[0] ?? '')
    const facts = (relations?.rows ?? []).map(([json]) => Facts.parse(JSON.parse(json ?? '')))
    return {
      estimated_rows: root['Plan Rows'],
      total_cost: root['Total Cost'],
      findings: findingsOf(root, facts, facts[0]?.work_mem ?? defaultWorkMem),
      plan: planLines(root),
    }
  },
})

/** PostgreSQL's own default, for a plan without tables. */
const defaultWorkMem = 4 * 1024 * 1024

const Facts = z.object({
  name: z.string(),
  rows: z.number(),
  leading: z
    .record(z.string(), z.string())
    .nullable()
    .transform((leading) => leading ?? {}),
  columns: z.array(z.string()),
  work_mem: z.number(),
}) satisfies z.ZodType<RelationFacts>

const quoted = ({ schema, name }: Relation): string =>
  [schema, name]
    .filter((part) => part !== undefined)
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')

/** Size, columns and first index columns of the tables that the guard found. Views are left to the plan. */
const relationsSql = `
SELECT json_build_object(
  'name', c.relname,
  'rows', c.reltuples::bigint,
  'columns', (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'leading', (SELECT json_object_agg(i.relname, pg_get_indexdef(x.indexrelid, 1, false))
    FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = c.oid AND x.indisvalid),
  'work_mem', pg_size_bytes(current_setting('work_mem')))
FROM unnest($1::text[]) t JOIN pg_catalog.pg_class c ON c.oid = to_regclass(t)
WHERE c.relkind IN ('r', 'm')`
