import { constantInteger } from './constants.ts'
import { aggregates, setReturning } from './functions.ts'
import { readGrammar, writeGrammar } from './grammar.ts'
import type { GuardedQuery, GuardedWrite, GuardOptions, Relation } from './guarded.ts'
import { parse } from './parser.ts'
import { quoted, refuse, shown, statementName } from './refusal.ts'
import { as, isFields, listOf, nameParts, text, unwrap, type Fields } from './tree.ts'
import { walk } from './walker.ts'

/** Longest statement in UTF-16 units; the bench and the corpus stay far below. */
export const longestStatement = 20_000

/**
 * Parses exactly the text that will be sent and lets it pass when it is one SELECT, VALUES or TABLE
 * in which every part is on the allow-lists. It never changes the text.
 *
 * @throws ToolError `invalid_input` in our words: what was found and what to write instead
 */
export async function guardQuery(sql: string, options: GuardOptions = {}): Promise<GuardedQuery> {
  const [type, fields] = onlyStatement(sql)
  if (type !== 'SelectStmt')
    refuse(
      `${statementName(type)} is not a query`,
      'Only one SELECT, VALUES or TABLE statement can be read here.',
    )
  const { tables, parameters } = walk(type, fields, {
    ...options,
    grammar: readGrammar,
    repeatable: false,
  })
  const boundedBy = mostRows(fields)
  return {
    kind: kindOf(fields),
    ordered: listOf(fields['sortClause']).length > 0,
    ...(boundedBy === undefined ? {} : { boundedBy }),
    tables,
    parameters,
  }
}

const writes: Readonly<Record<string, GuardedWrite['kind']>> = {
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
}

/**
 * Like `guardQuery` for one INSERT, UPDATE or DELETE. Its values, conditions and sources obey the
 * rules of a read, no other write hides in its WITH, and UPDATE and DELETE name in their WHERE at
 * least one column.
 *
 * @throws ToolError `invalid_input`
 */
export async function guardWrite(sql: string, options: GuardOptions = {}): Promise<GuardedWrite> {
  const [type, fields] = onlyStatement(sql)
  const kind = writes[type]
  if (!kind)
    return refuse(
      `${statementName(type)} is not a write that can be approved`,
      'Give one INSERT, UPDATE or DELETE; read with query_database.',
    )
  const found = walk(type, fields, { ...options, grammar: writeGrammar, repeatable: true })
  if (kind !== 'insert' && found.conditionColumns === 0)
    refuse(
      `${statementName(type)} without a condition on a column changes the whole table`,
      'Say in WHERE which rows are meant.',
    )
  const target = isFields(fields['relation']) ? fields['relation'] : {}
  const table = relationOf(target)
  if (table.schema === 'information_schema')
    refuse(`${quoted(table.name)} can not be written`, 'Name a table of your own.')
  const conflict = isFields(fields['onConflictClause']) ? fields['onConflictClause'] : undefined
  const onConflict = conflict?.['action'] === 'ONCONFLICT_UPDATE' ? 'update' : 'nothing'
  const alias = isFields(target['alias']) ? text(target['alias']['aliasname']) : undefined
  return {
    kind,
    table,
    ...(alias === undefined ? {} : { alias }),
    columns: targetColumns(kind === 'insert' ? fields['cols'] : fields['targetList'], conflict),
    hasWhere: fields['whereClause'] !== undefined,
    hasReturning: fields['returningClause'] !== undefined,
    ...(conflict ? { onConflict } : {}),
    ...insertedRows(kind, fields['selectStmt']),
    reads: found.tables,
    parameters: found.parameters,
  }
}

function onlyStatement(sql: string): readonly [type: string, fields: Fields] {
  if (sql.length > longestStatement)
    refuse(
      `The statement is longer than ${longestStatement} characters`,
      'Shorten its lists or split it.',
    )
  // A NUL ends the text for the parser alone; half a surrogate pair is sent as another character.
  if (sql.includes('\0') || !sql.isWellFormed())
    refuse('The statement holds characters that are no text', 'Remove them.')
  const parsed = parse(sql)
  if (!parsed.ok)
    return refuse(`The statement is not valid SQL: ${shown(parsed.message, 200)}`, place(parsed))
  const [first, ...others] = parsed.statements
  if (!first) return refuse('There is no statement', 'Give one SELECT, VALUES or TABLE.')
  if (others.length > 0) refuse(`There are ${others.length + 1} statements`, 'Give one at a time.')
  return unwrap(first['stmt']) ?? refuse('There is no statement', 'Give one.')
}

const place = (parsed: { readonly position?: number }): string =>
  parsed.position === undefined
    ? 'Correct it and try again.'
    : `Correct it at character ${parsed.position + 1}.`

function relationOf(fields: Fields): Relation {
  const name = text(fields['relname'])
  return fields['schemaname'] === undefined
    ? { name }
    : { schema: text(fields['schemaname']), name }
}

function targetColumns(list: unknown, conflict: Fields | undefined): string[] {
  const targets = [...listOf(list), ...listOf(conflict?.['targetList'])]
  return [...new Set(targets.map((target) => text(as('ResTarget', target)?.['name'])))]
}

function kindOf(fields: Fields): GuardedQuery['kind'] {
  if (fields['valuesLists'] !== undefined) return 'values'
  // TABLE x is rewritten by the parser to SELECT * FROM x with a star that stands nowhere.
  const [target, ...others] = listOf(fields['targetList'])
  return others.length === 0 && as('ResTarget', target)?.['location'] === -1 ? 'table' : 'select'
}

/** A bound on the rows of INSERT … VALUES or DEFAULT VALUES. */
function insertedRows(kind: GuardedWrite['kind'], source: unknown): { boundedBy?: number } {
  if (kind !== 'insert') return {}
  if (source === undefined) return { boundedBy: 1 }
  const values = listOf(as('SelectStmt', source)?.['valuesLists'])
  const manyOfOne = callsIn(values).some(({ name }) => setReturning.has(name))
  return values.length === 0 || manyOfOne ? {} : { boundedBy: values.length }
}

/** How many rows the statement returns at most, as far as its text tells. */
function mostRows(fields: Fields): number | undefined {
  const limit =
    fields['limitOption'] === 'LIMIT_OPTION_COUNT'
      ? constantInteger(fields['limitCount'])
      : undefined
  const own = rowsWithoutLimit(fields)
  if (limit === undefined || limit < 0) return own
  return own === undefined ? limit : Math.min(limit, own)
}

function rowsWithoutLimit(fields: Fields): number | undefined {
  if (fields['op'] !== 'SETOP_NONE') return undefined
  const values = listOf(fields['valuesLists'])
  if (values.length > 0) return values.length
  if (fields['groupClause'] !== undefined) return undefined
  const calls = callsIn(fields['targetList'])
  if (calls.some(({ name }) => setReturning.has(name))) return undefined
  const aggregated = calls.some(({ name, windowed }) => aggregates.has(name) && !windowed)
  return aggregated || fields['fromClause'] === undefined ? 1 : undefined
}

/** The function calls of a target list, without those of queries inside it. */
function callsIn(value: unknown): { name: string; windowed: boolean }[] {
  if (Array.isArray(value)) return value.flatMap(callsIn)
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'SubLink' || key === 'SelectStmt') return []
    const call = key === 'FuncCall' && isFields(inner) ? inner : undefined
    const name = call && nameParts(call['funcname']).at(-1)
    const own = call && name ? [{ name, windowed: call['over'] !== undefined }] : []
    return [...own, ...callsIn(inner)]
  })
}
