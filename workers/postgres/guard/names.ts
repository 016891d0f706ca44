import { checkPadding } from './allocators.ts'
import type { FunctionRows } from './function-rows.ts'
import { outputColumns } from './functions.ts'
import type { GuardOptions, Relation } from './guarded.ts'
import { quoted, refuse } from './refusal.ts'
import { listOf, nameParts, text, type Fields } from './tree.ts'
import {
  catalogueViews,
  clockKeywords,
  operators,
  paddedTypes,
  sampleMethods,
  systemColumns,
  types,
} from './vocabulary.ts'

/**
 * What a name in a statement may mean. Each check throws ToolError `invalid_input`.
 *
 * A name may stand bare or in pg_catalog, where nobody but PostgreSQL itself puts things.
 */
export function catalogueName(what: string, list: unknown): string {
  const parts = nameParts(list)
  const [schema, name] = parts.length === 2 ? parts : ['pg_catalog', parts[0]]
  if (name === undefined || schema !== 'pg_catalog' || parts.length !== listOf(list).length)
    refuse(`The ${what} ${quoted(parts.join('.'))} is not available`, 'Only PostgreSQL’s own are.')
  return name
}

const describeInstead =
  'Use search_database_schema and get_table_schema, or information_schema.tables and information_schema.columns.'

/** The relation, unless it is one of the `queries` of a WITH or one of the catalog's two views. */
export function checkRelation(
  fields: Fields,
  queries: ReadonlySet<string>,
  { schemas }: GuardOptions,
): Relation | undefined {
  const name = text(fields['relname'])
  const schema = fields['schemaname'] === undefined ? undefined : text(fields['schemaname'])
  const catalogued = schema === 'information_schema'
  // Everything of the system's own begins with pg_, and its names are found without a schema.
  const ofSystem = name.startsWith('pg_') || schema?.startsWith('pg_')
  if (ofSystem || (catalogued && !catalogueViews.has(name)))
    refuse(`The system relation ${quoted(name)} is not available`, describeInstead)
  if (catalogued) return undefined
  if (schema === undefined) return queries.has(name) ? undefined : { name }
  if (schemas && !schemas.includes(schema))
    refuse(`The schema ${quoted(schema)} is not offered here`, `Use one of: ${schemas.join(', ')}.`)
  return { schema, name }
}

/** An operator's name, from the list that holds it. */
export function checkOperator(list: unknown): void {
  const name = catalogueName('operator', list)
  if (!operators.has(name))
    refuse(`The operator ${quoted(name)} is not available`, 'Use the standard operators.')
}

/** A TypeName. */
export function checkType(fields: Fields, options: GuardOptions): void {
  if (isEnum(nameParts(fields['names']), options)) return
  const name = catalogueName('type', fields['names'])
  if (!types.has(name))
    refuse(`The type ${quoted(name)} is not available in a cast`, 'Compare with or cast to text.')
  if (paddedTypes.has(name)) checkPadding(name, listOf(fields['typmods']))
}

function isEnum(parts: readonly string[], { enums, schemas }: GuardOptions): boolean {
  const [schema, name] = parts.length === 2 ? parts : [undefined, parts[0]]
  if (parts.length > 2 || name === undefined || !enums?.has(name)) return false
  return schema === undefined || schemas === undefined || schemas.includes(schema)
}

/**
 * A column, by the parts of its name. `o.name` calls a function `name(orders)` when there is one and
 * no such column; where a row is one value, it calls any function on that value.
 */
export function checkColumn(
  parts: readonly string[],
  rows: FunctionRows,
  { rowFunctions }: GuardOptions,
): void {
  const [name = '', row] = parts.toReversed()
  if (systemColumns.has(name))
    refuse(`The system column ${name} is not available`, 'Use the table’s own columns.')
  if (row === undefined) return
  if (rowFunctions?.has(name))
    refuse(`${quoted(name)} is a function on rows, not a column`, 'Name columns only.')
  if (name.startsWith('pg_') || rows.get(row)?.has(name) === false)
    refuse(`${quoted(row)} has no column ${quoted(name)}`, 'Name its columns: … AS name(column).')
}

/** `(value).name` calls any function on any value, so only what JSON functions call their columns may be named. */
export function checkField(name: string): void {
  if (!fieldNames.has(name))
    refuse(
      `The field ${quoted(name)} of a value is not available`,
      "Take columns from a row in FROM, or to_jsonb(value) ->> 'field' for parts of a composite value.",
    )
}

const fieldNames = new Set([...outputColumns.values()].flat())

/** A RangeTableSample. */
export function checkSample(fields: Fields): void {
  const method = catalogueName('sampling method', fields['method'])
  if (!sampleMethods.has(method))
    refuse(`The sampling method ${quoted(method)} is not available`, 'Use BERNOULLI or SYSTEM.')
}

/** A SQLValueFunction: CURRENT_DATE and its kin. */
export function checkKeyword(fields: Fields): void {
  const keyword = text(fields['op'])
  if (!clockKeywords.has(keyword))
    refuse(`${keyword.replace('SVFOP_', '')} is not available`, 'A query need not know who asks.')
}

/** The relation as it is written. */
export function relationOf(fields: Fields): Relation {
  const name = text(fields['relname'])
  return fields['schemaname'] === undefined
    ? { name }
    : { schema: text(fields['schemaname']), name }
}
