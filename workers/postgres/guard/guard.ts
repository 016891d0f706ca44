import { readGrammar, writeGrammar } from './grammar.ts'
import type { GuardedQuery, GuardedWrite, GuardOptions } from './guarded.ts'
import { keyLookup } from './key-lookup.ts'
import { relationOf } from './names.ts'
import { parse } from './parser.ts'
import { quoted, refuse, shown, statementName } from './refusal.ts'
import { hasSetReturning, mostRows } from './row-bound.ts'
import { as, isFields, listOf, text, unwrap, type Fields } from './tree.ts'
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
  const lookup = keyLookup(fields)
  return {
    kind: kindOf(fields),
    ordered: listOf(fields['sortClause']).length > 0,
    ...(boundedBy === undefined ? {} : { boundedBy }),
    ...(lookup && { lookup }),
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
  const manyOfOne = hasSetReturning(values)
  return values.length === 0 || manyOfOne ? {} : { boundedBy: values.length }
}
