import { growthOf, mostGrowth } from './allocators.ts'
import { functionRows, type FunctionRows } from './function-rows.ts'
import { functions, unrepeatable } from './functions.ts'
import { positions, type Grammar } from './grammar.ts'
import type { GuardOptions, Relation } from './guarded.ts'
import {
  catalogueName,
  checkColumn,
  checkField,
  checkKeyword,
  checkOperator,
  checkRelation,
  checkSample,
  checkType,
} from './names.ts'
import { checkRecursion } from './recursion.ts'
import { quoted, refuse, refusePart } from './refusal.ts'
import { isFields, listOf, nameParts, text, unwrap, type Fields } from './tree.ts'

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
  /** The rows of functions that can be seen here. */
  readonly rows: FunctionRows
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
  let growth = { text: 1, rows: 1 }

  const checks: Readonly<Record<string, (fields: Fields, place: Place) => void>> = {
    RangeVar(fields, place) {
      const relation = checkRange(fields, place)
      if (relation) tables.set(JSON.stringify(relation), relation)
    },
    Target: checkRange,
    FuncCall: checkFunction,
    A_Expr: (fields) => checkOperator(fields['name']),
    SubLink: (fields) => fields['operName'] !== undefined && checkOperator(fields['operName']),
    TypeName: (fields) => checkType(fields, rules),
    ColumnRef(fields, { rows }) {
      columns += 1
      checkColumn(nameParts(fields['fields']), rows, rules)
    },
    A_Indirection(fields) {
      for (const name of nameParts(fields['indirection'])) checkField(name)
    },
    CollateClause: (fields) => catalogueName('collation', fields['collname']),
    RangeTableSample: checkSample,
    SQLValueFunction: checkKeyword,
    ParamRef: checkParameter,
  }

  visit(type, statement, { depth: 0, queries: new Set(), rows: new Map() })
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
    const rows = functionRows(fields['fromClause'] ?? fields['usingClause'], outer.rows)
    const place = { depth: outer.depth + 1, queries, rows }
    for (const field of Object.keys(fields)) {
      if (positions.has(field)) continue
      const kind = shape.get(field)
      if (kind === undefined) return refusePart(type, field)
      if (field === 'withClause') continue
      const before = columns
      visitField(kind, fields[field], place)
      if (field === 'whereClause' && outer.depth === 0) conditionColumns = columns - before
    }
    // Last, so that what a check looks into is known not to be deep.
    checks[type]?.(fields, place)
  }

  function visitField(kind: string, value: unknown, place: Place): void {
    if (kind === 'node') visitNode(value, place)
    else if (kind === 'list' && Array.isArray(value))
      for (const item of value) visitNode(item, place)
    else if (rules.grammar.has(kind) && isFields(value)) visit(kind, value, place)
    else if (kind !== 'value' || typeof value === 'object') unreadable()
  }

  function visitNode(value: unknown, place: Place): void {
    const node = unwrap(value)
    // Of statements only a query may stand inside another: a WITH could hold a write.
    if (node && node[0] !== 'SelectStmt' && node[0].endsWith('Stmt')) refusePart(node[0])
    if (node) visit(node[0], node[1], place)
    // An empty object is a place the grammar leaves open, as in DISTINCT without ON.
    else if (!isFields(value) || Object.keys(value).length > 0) unreadable()
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
      if (withClause['recursive'] === true) checkRecursion(entry)
      visit('CommonTableExpr', entry, {
        depth: place.depth + 1,
        queries: new Set(visible),
        rows: place.rows,
      })
      visible.add(names[index] ?? '')
    }
    return visible
  }

  function checkRange(fields: Fields, place: Place): Relation | undefined {
    relations += 1
    if (relations > limits.relations)
      refuse('The statement reads from too many relations', `Use at most ${limits.relations}.`)
    return checkRelation(fields, place.queries, rules)
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
    const { text, rows } = growthOf(name, listOf(fields['args']))
    growth = { text: growth.text * text, rows: growth.rows * rows }
    if (growth.text > mostGrowth.text)
      refuse('The calls of repeat multiply to too much text', 'Use smaller counts.')
    if (growth.rows > mostGrowth.rows)
      refuse('The calls of generate_series multiply to too many rows', 'Use shorter series.')
  }

  function checkParameter(fields: Fields): void {
    const number = typeof fields['number'] === 'number' ? fields['number'] : 0
    if (number < 1 || number > (rules.parameters ?? 0))
      refuse(`The parameter $${number} has no value`, 'Write values into the statement.')
    parameters = Math.max(parameters, number)
  }
}

/** The tree isn't of the shape that the parser gives. */
function unreadable(): never {
  return refuse('The statement can not be read', 'Write it more plainly.')
}
