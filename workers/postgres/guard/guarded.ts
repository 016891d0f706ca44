/** A relation as the statement names it: folded to lower case unless quoted, without its alias. */
export interface Relation {
  readonly schema?: string
  readonly name: string
}

export interface GuardOptions {
  /** How many parameters are sent along: `$1` to this number may appear (default 0). */
  readonly parameters?: number
  /** Schemas that a qualified name may use; without it the role's grants alone decide. */
  readonly schemas?: readonly string[]
  /** Names of the database's enum types, which a cast may use besides the built-in types. */
  readonly enums?: ReadonlySet<string>
  /**
   * Names of functions that take one row of a table and that the role may run. `orders.name`
   * calls such a function though it reads like a column, so columns of these names are refused.
   */
  readonly rowFunctions?: ReadonlySet<string>
}

/** One table, and columns of it that equal a value in every row that comes back. */
export interface KeyLookup {
  readonly table: Relation
  readonly columns: readonly string[]
}

/** A reading statement that holds nothing outside the allow-lists. */
export interface GuardedQuery {
  readonly kind: 'select' | 'values' | 'table'
  /** The outermost statement has an ORDER BY, so pages of it don't shift. */
  readonly ordered: boolean
  /**
   * At most this many rows come back, by the text alone: a constant LIMIT, a VALUES list, or
   * aggregates without GROUP BY. Absent when the text doesn't say.
   */
  readonly boundedBy?: number
  /** Where a unique key may bound the rows to one: what only the database knows. */
  readonly lookup?: KeyLookup
  /** The relations read, once each, in order of appearance; names of WITH queries and the two views of the catalog are not among them. */
  readonly tables: readonly Relation[]
  /** The highest `$n` in the text, 0 without any. */
  readonly parameters: number
}

/** One INSERT, UPDATE or DELETE whose every expression obeys the rules of a read. */
export interface GuardedWrite {
  readonly kind: 'insert' | 'update' | 'delete'
  readonly table: Relation
  /** The name other parts of the statement know the table by, when it isn't its own. */
  readonly alias?: string
  /** The columns an INSERT lists or an UPDATE sets (ON CONFLICT DO UPDATE included); empty when the text names none. */
  readonly columns: readonly string[]
  /** Always true for an UPDATE or DELETE: without a WHERE that names a column they are refused. */
  readonly hasWhere: boolean
  readonly hasReturning: boolean
  /** What an INSERT does with a row that is already there; `update` changes rows that exist. */
  readonly onConflict?: 'nothing' | 'update'
  /** How many rows an INSERT … VALUES writes at most. Absent for a query or a condition. */
  readonly boundedBy?: number
  /** The other relations read on the way, without the target. */
  readonly reads: readonly Relation[]
  readonly parameters: number
}
