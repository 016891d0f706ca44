import { ToolError } from '../../../shared/errors.ts'

/**
 * Refuses the statement in our words. `construct` is what was found, as the subject of the message
 * and for the audit; `advice` says what to write instead.
 */
export function refuse(construct: string, advice: string): never {
  throw new ToolError('invalid_input', `${construct}. ${advice}`, { details: { construct } })
}

/** Part of the caller's text for one of our messages: short, and without characters that can't be seen. */
export const shown = (part: string, length: number): string =>
  part.slice(0, length).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}')

/** A name from the caller's text: bare when plain, else quoted. */
export const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_.]*$/.test(name) && name.length <= 63 ? name : JSON.stringify(shown(name, 63))

const statements: Readonly<Record<string, string>> = {
  VariableSetStmt: 'SET',
  VariableShowStmt: 'SHOW',
  TransactionStmt: 'A transaction command',
  ConstraintsSetStmt: 'SET CONSTRAINTS',
  DeclareCursorStmt: 'DECLARE CURSOR',
  ClosePortalStmt: 'CLOSE',
  CreateTableAsStmt: 'CREATE TABLE AS',
  DefineStmt: 'CREATE',
  ViewStmt: 'CREATE VIEW',
  RenameStmt: 'ALTER … RENAME',
  AlterSystemStmt: 'ALTER SYSTEM',
}

/** `AlterTableStmt` → `ALTER TABLE`. */
export const statementName = (type: string): string =>
  statements[type] ??
  type
    .replace(/Stmt$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()

const parts: Readonly<Record<string, string>> = {
  'SelectStmt.intoClause': 'SELECT … INTO creates a table',
  'SelectStmt.lockingClause': 'FOR UPDATE and FOR SHARE lock rows',
  'RangeVar.catalogname': 'A table is named by schema and table, without the database in front',
  'Target.catalogname': 'A table is named by schema and table, without the database in front',
  'SortBy.useOp': 'ORDER BY … USING is not available',
  'TypeName.pct_type': '%TYPE is not available',
  'TypeName.setof': 'SETOF is not available',
  'ResTarget.indirection': 'A target here is a plain column',
  'ReturningClause.options': 'RETURNING WITH is not available',
  'IndexElem.opclass': 'An operator class is not available',
  'IndexElem.collation': 'A collation in ON CONFLICT is not available',
  XmlExpr: 'XML functions are not available',
  XmlSerialize: 'XML functions are not available',
  RangeTableFunc: 'XMLTABLE is not available',
  CurrentOfExpr: 'WHERE CURRENT OF is not available',
  SetToDefault: 'DEFAULT stands only for a value to be written',
  MultiAssignRef: 'A list of columns is assigned only by UPDATE',
  MergeSupportFunc: 'merge_action() is not available',
}

/** Refuses a node type, or a field of one, that the grammar doesn't hold. */
export function refusePart(type: string, field?: string): never {
  const key = field === undefined ? type : `${type}.${field}`
  const named = parts[key]
  if (named) return refuse(named, 'Leave it out and write the rest as a plain query.')
  if (field === undefined && type.endsWith('Stmt'))
    return refuse(
      `${statementName(type)} inside a query is not available`,
      'Queries, also those in WITH, only read.',
    )
  return refuse(
    `This form of SQL is not available (${key})`,
    'Write it with plain SELECT, joins, conditions, grouping and window functions.',
  )
}
