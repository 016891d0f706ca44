import { checkAllocation, checkPadding, growthOf, repetitionBudget } from './allocators.ts'
import { functions, unrepeatable } from './functions.ts'
import { positions, type Grammar } from './grammar.ts'
import type { GuardOptions, Relation } from './guarded.ts'
import { quoted, refuse, refusePart } from './refusal.ts'
import { isFields, listOf, nameParts, text, unwrap, type Fields } from './tree.ts'
import {
  catalogueViews,
  clockKeywords,
  operators,
  paddedTypes,
  sampleMethods,
  systemColumns,
  types,
} from './vocabulary.ts'

const limits = { depth: 250, nodes: 10_000, relations: 100 }

/** What a walk found on its way. */
export interface Findings {
  readonly tables: readonly Relation[]
  readonly parameters: number
  /** How many column references stand in a WHERE at the top. */
  readonly conditionColumns: number
}

export interface WalkRules extends GuardOptions {
  readonly grammar: Grammar
  /** The statement is previewed and run later, so both must compute the same. */
  readonly repeatable: boolean
}

interface Place {
  readonly depth: number
  /** Names of WITH queries that a plain table name means here. */
  readonly queries: ReadonlySet<string>
}

/**
 * Walks a whole statement and refuses what isn't on the lists: node types, fields, functions,
 * operators, types, relations.
 *
 * @throws ToolError `invalid_input`, naming the first construct that is refused
 */
export function walk(type: string, statement: Fields, rules: WalkRules): Findings {
  const tables = new Map<string, Relation>()
  let nodes = 0
  let relations = 0
  let columns = 0
  let conditionColumns = 0
  let parameters = 0
  let growth = 1

  const checks: Readonly<Record<string, (fields: Fields, place: Place) => void>> = {
    RangeVar: checkRelation,
    Target: checkRelation,
    FuncCall: checkFunction,
    A_Expr: (fields) => checkOperator(fields['name']),
    SubLink: (fields) => fields['operName'] !== undefined && checkOperator(fields['operName']),
    TypeName: checkType,
    ColumnRef(fields) {
      columns += 1
      checkColumn(nameParts(fields['fields']))
    },
    // `(row).name` calls a function of that name just as `row.name` does.
    A_Indirection: (fields) => checkColumn(['', ...nameParts(fields['indirection'])]),
    CollateClause: (fields) => catalogueName('collation', fields['collname']),
    RangeTableSample: checkSample,
    SQLValueFunction: checkKeyword,
    ParamRef: checkParameter,
  }

  visit(type, statement, { depth: 0, queries: new Set() })
  return { tables: [...tables.values()], parameters, conditionColumns }

  function visit(type: string, fields: Fields, outer: Place): void {
    const shape = rules.grammar.get(type)
    if (!shape) return refusePart(type)
    nodes += 1
    if (nodes > limits.nodes)
      refuse('The statement has too many parts', 'Split it, or shorten its lists.')
    if (outer.depth > limits.depth)
      refuse('The statement is nested too deeply', 'Flatten it, for example with WITH queries.')
    const withClause = fields['withClause']
    const queries = isFields(withClause) ? visitQueries(withClause, outer) : outer.queries
    const place = { depth: outer.depth + 1, queries }
    checks[type]?.(fields, place)
    for (const [field, value] of Object.entries(fields)) {
      if (positions.has(field)) continue
      const kind = shape.get(field)
      if (kind === undefined) return refusePart(type, field)
      if (field === 'withClause') continue
      const before = columns
      visitField(kind, value, place)
      if (field === 'whereClause' && outer.depth === 0) conditionColumns = columns - before
    }
  }

  function visitField(kind: string, value: unknown, place: Place): void {
    if (kind === 'value') {
      if (typeof value === 'object')
        refuse('The statement can not be read', 'Write it more plainly.')
    } else if (kind === 'node') visitNode(value, place)
    else if (kind === 'list') for (const item of listOf(value)) visitNode(item, place)
    else if (isFields(value)) visit(kind, value, place)
  }

  function visitNode(value: unknown, place: Place): void {
    const node = unwrap(value)
    // Of statements only a query may stand inside another: a WITH could hold a write.
    if (node && node[0] !== 'SelectStmt' && node[0].endsWith('Stmt')) refusePart(node[0])
    if (node) visit(node[0], node[1], place)
    // An empty object is a place the grammar leaves open, as in DISTINCT without ON.
    else if (!isFields(value) || Object.keys(value).length > 0)
      refuse('The statement can not be read', 'Write it more plainly.')
  }

  /** Visits the WITH queries, each with the names it may use, and returns the names the statement may use. */
  function visitQueries(withClause: Fields, place: Place): ReadonlySet<string> {
    const entries = listOf(withClause['ctes']).map((entry) => unwrap(entry)?.[1] ?? {})
    const names = entries.map((entry) => text(entry['ctename']))
    const visible = new Set(place.queries)
    if (withClause['recursive'] === true) for (const name of names) visible.add(name)
    for (const field of Object.keys(withClause))
      if (!rules.grammar.get('WithClause')?.has(field) && !positions.has(field))
        refusePart('WithClause', field)
    for (const [index, entry] of entries.entries()) {
      visit('CommonTableExpr', entry, { depth: place.depth + 1, queries: new Set(visible) })
      visible.add(names[index] ?? '')
    }
    return visible
  }

  function checkRelation(fields: Fields, place: Place): void {
    const name = text(fields['relname'])
    const schema = fields['schemaname'] === undefined ? undefined : text(fields['schemaname'])
    relations += 1
    if (relations > limits.relations)
      refuse('The statement reads from too many relations', `Use at most ${limits.relations}.`)
    // Everything of the system's own begins with pg_, and its names are found without a schema.
    if (name.startsWith('pg_') || schema?.startsWith('pg_'))
      refuse(`The system relation ${quoted(name)} is not available`, describeInstead)
    if (schema === 'information_schema') {
      if (!catalogueViews.has(name))
        refuse(`The system relation ${quoted(name)} is not available`, describeInstead)
      return
    }
    if (schema === undefined && place.queries.has(name)) return
    if (schema !== undefined && rules.schemas && !rules.schemas.includes(schema))
      refuse(
        `The schema ${quoted(schema)} is not offered here`,
        `Use one of: ${rules.schemas.join(', ')}.`,
      )
    tables.set(JSON.stringify([schema, name]), schema === undefined ? { name } : { schema, name })
  }

  function checkFunction(fields: Fields): void {
    const name = catalogueName('function', fields['funcname'])
    if (!functions.has(name))
      refuse(
        `The function ${quoted(name)} is not available`,
        'Use the usual functions on text, numbers, dates, JSON and arrays, aggregates and window functions.',
      )
    if (rules.repeatable && unrepeatable.has(name))
      refuse(
        `The function ${quoted(name)} would give another value when the approved statement runs`,
        'Write the value itself, or leave it to the column’s default.',
      )
    const args = listOf(fields['args'])
    checkAllocation(name, args)
    growth *= growthOf(name, args)
    if (growth > repetitionBudget)
      refuse('The calls of repeat multiply to too much text', 'Use smaller counts.')
  }

  function checkOperator(list: unknown): void {
    const name = catalogueName('operator', list)
    if (!operators.has(name))
      refuse(`The operator ${quoted(name)} is not available`, 'Use the standard operators.')
  }

  function checkType(fields: Fields): void {
    const name = catalogueName('type', fields['names'])
    if (!types.has(name))
      refuse(`The type ${quoted(name)} is not available in a cast`, 'Compare with or cast to text.')
    if (paddedTypes.has(name)) checkPadding(name, listOf(fields['typmods']))
  }

  function checkColumn(parts: readonly string[]): void {
    const name = parts.at(-1) ?? ''
    if (systemColumns.has(name))
      refuse(`The system column ${name} is not available`, 'Use the table’s own columns.')
    if (parts.length > 1 && rules.rowFunctions?.has(name))
      refuse(`${quoted(name)} is a function on rows, not a column`, 'Name columns only.')
  }

  function checkSample(fields: Fields): void {
    const method = catalogueName('sampling method', fields['method'])
    if (!sampleMethods.has(method))
      refuse(`The sampling method ${quoted(method)} is not available`, 'Use BERNOULLI or SYSTEM.')
  }

  function checkKeyword(fields: Fields): void {
    const keyword = text(fields['op'])
    if (!clockKeywords.has(keyword))
      refuse(
        `${keyword.replace('SVFOP_', '')} is not available`,
        'Queries do not need to know the session.',
      )
  }

  function checkParameter(fields: Fields): void {
    const number = typeof fields['number'] === 'number' ? fields['number'] : 0
    if (number < 1 || number > (rules.parameters ?? 0))
      refuse(`The parameter $${number} has no value`, 'Write values into the statement.')
    parameters = Math.max(parameters, number)
  }
}

const describeInstead =
  'Use search_database_schema and get_table_schema, or information_schema.tables and information_schema.columns.'

/** A name that may stand bare or in pg_catalog, where nobody but PostgreSQL itself puts things. */
function catalogueName(what: string, list: unknown): string {
  const parts = nameParts(list)
  const name = parts.at(-1) ?? ''
  if (parts.length > 2 || (parts.length === 2 && parts[0] !== 'pg_catalog'))
    refuse(`The ${what} ${quoted(parts.join('.'))} is not available`, 'Only PostgreSQL’s own are.')
  return name
}
