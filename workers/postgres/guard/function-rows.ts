import { outputColumns } from './functions.ts'
import { refuse } from './refusal.ts'
import { as, isFields, listOf, nameParts, text, unwrap, type Fields } from './tree.ts'

/** The columns of each function in FROM, by the name its row goes by. */
export type FunctionRows = ReadonlyMap<string, ReadonlySet<string>>

/**
 * A row of `FROM unnest(ARRAY['/etc/passwd']) s` is one text, and PostgreSQL reads `s.anything` as
 * a column or else as `anything(text)`: `s.pg_read_file` reads the file. So where such a row can be
 * seen, only its columns may be named through it. Other rows are composite, and no function of
 * PostgreSQL's own does more with one than show it.
 *
 * @param outer what can be seen from the surrounding query
 * @throws ToolError `invalid_input` for an expression in FROM without a name
 */
export function functionRows(from: unknown, outer: FunctionRows): FunctionRows {
  const found = functionsIn(listOf(from))
  if (found.length === 0) return outer
  const rows = new Map(outer)
  for (const fields of found) {
    const [name, columns] = rowOf(fields)
    // The alias of a join hides a name, so it can't be told which of two is meant.
    const other = rows.get(name)
    rows.set(name, other ? columns.intersection(other) : columns)
  }
  return rows
}

function functionsIn(items: readonly unknown[]): Fields[] {
  return items.flatMap((item) => {
    const [type, fields] = unwrap(item) ?? ['', {}]
    if (type === 'JoinExpr') return functionsIn([fields['larg'], fields['rarg']])
    const isComposite = listOf(fields['functions']).length > 1 || fields['ordinality'] === true
    return type === 'RangeFunction' && !isComposite ? [fields] : []
  })
}

function rowOf(fields: Fields): readonly [name: string, columns: ReadonlySet<string>] {
  const [call, itsColumns] = listOf(as('List', listOf(fields['functions'])[0])?.['items'])
  const called = nameParts(as('FuncCall', call)?.['funcname']).at(-1)
  const alias = isFields(fields['alias']) ? fields['alias'] : undefined
  const name = alias ? text(alias['aliasname']) : called
  if (name === undefined)
    return refuse('An expression in FROM needs a name', 'Write … AS name(column).')
  const renamed = nameParts(alias?.['colnames'])
  const declared = [
    ...listOf(as('List', itsColumns)?.['items']),
    ...listOf(fields['coldeflist']),
  ].map((column) => text(as('ColumnDef', column)?.['colname']))
  const own = declared.length > 0 ? declared : (outputColumns.get(called ?? '') ?? [name])
  return [name, new Set([...renamed, ...own.slice(renamed.length)])]
}
