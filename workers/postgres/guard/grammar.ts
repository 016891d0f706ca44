/**
 * What a statement may be made of: each node type with each of its fields. A type or a field that
 * isn't here refuses the statement, so syntax that a later PostgreSQL adds is refused until
 * somebody has thought about it.
 *
 * A field is `name:kind`; the kind is `value` (a number, word or flag that names nothing), `node`,
 * `list` (of nodes), or the type of a node that the parser writes without its wrapper.
 */
const reads = {
  // Statements
  SelectStmt:
    'distinctClause:list targetList:list fromClause:list whereClause:node groupClause:list groupDistinct:value havingClause:node windowClause:list valuesLists:list sortClause:list limitOffset:node limitCount:node limitOption:value withClause:WithClause op:value all:value larg:SelectStmt rarg:SelectStmt',
  WithClause: 'ctes:list recursive:value',
  CommonTableExpr:
    'ctename:value aliascolnames:list ctematerialized:value ctequery:node search_clause:CTESearchClause cycle_clause:CTECycleClause',
  CTESearchClause: 'search_col_list:list search_breadth_first:value search_seq_column:value',
  CTECycleClause:
    'cycle_col_list:list cycle_mark_column:value cycle_mark_value:node cycle_mark_default:node cycle_path_column:value',
  ResTarget: 'name:value val:node',
  SortBy: 'node:node sortby_dir:value sortby_nulls:value',
  WindowDef:
    'name:value refname:value partitionClause:list orderClause:list frameOptions:value startOffset:node endOffset:node',
  GroupingSet: 'kind:value content:list',

  // FROM
  RangeVar: 'schemaname:value relname:value inh:value relpersistence:value alias:Alias',
  RangeSubselect: 'lateral:value subquery:node alias:Alias',
  RangeFunction:
    'lateral:value ordinality:value is_rowsfrom:value functions:list alias:Alias coldeflist:list',
  RangeTableSample: 'relation:node method:list args:list repeatable:node',
  JoinExpr:
    'jointype:value isNatural:value larg:node rarg:node usingClause:list join_using_alias:Alias quals:node alias:Alias',
  Alias: 'aliasname:value colnames:list',
  ColumnDef: 'colname:value typeName:TypeName is_local:value',

  // Expressions
  A_Const: 'ival:Constant fval:Constant boolval:Constant sval:Constant bsval:Constant isnull:value',
  Constant: 'ival:value fval:value boolval:value sval:value bsval:value',
  A_Expr: 'kind:value name:list lexpr:node rexpr:node',
  A_ArrayExpr: 'elements:list',
  A_Indices: 'is_slice:value lidx:node uidx:node',
  A_Indirection: 'arg:node indirection:list',
  A_Star: '',
  BoolExpr: 'boolop:value args:list',
  BooleanTest: 'arg:node booltesttype:value',
  CaseExpr: 'arg:node args:list defresult:node',
  CaseWhen: 'expr:node result:node',
  CoalesceExpr: 'args:list',
  CollateClause: 'arg:node collname:list',
  ColumnRef: 'fields:list',
  FuncCall:
    'funcname:list args:list agg_order:list agg_filter:node over:WindowDef agg_within_group:value agg_star:value agg_distinct:value func_variadic:value funcformat:value',
  GroupingFunc: 'args:list',
  Integer: 'ival:value',
  List: 'items:list',
  MinMaxExpr: 'op:value args:list',
  NamedArgExpr: 'arg:node name:value argnumber:value',
  NullTest: 'arg:node nulltesttype:value',
  ParamRef: 'number:value',
  RowExpr: 'args:list row_format:value',
  SQLValueFunction: 'op:value typmod:value',
  String: 'sval:value',
  SubLink: 'subLinkType:value testexpr:node operName:list subselect:node',
  TypeCast: 'arg:node typeName:TypeName',
  TypeName: 'names:list typmods:list typemod:value arrayBounds:list',

  // SQL/JSON (PostgreSQL 16 and 17)
  JsonFormat: 'format_type:value encoding:value',
  JsonReturning: 'format:JsonFormat',
  JsonOutput: 'typeName:TypeName returning:JsonReturning',
  JsonValueExpr: 'raw_expr:node format:JsonFormat',
  JsonKeyValue: 'key:node value:JsonValueExpr',
  JsonArgument: 'val:JsonValueExpr name:value',
  JsonBehavior: 'btype:value expr:node',
  JsonObjectConstructor: 'exprs:list output:JsonOutput absent_on_null:value unique:value',
  JsonArrayConstructor: 'exprs:list output:JsonOutput absent_on_null:value',
  JsonArrayQueryConstructor: 'query:node output:JsonOutput format:JsonFormat absent_on_null:value',
  JsonAggConstructor: 'output:JsonOutput agg_filter:node agg_order:list over:WindowDef',
  JsonObjectAgg:
    'constructor:JsonAggConstructor arg:JsonKeyValue absent_on_null:value unique:value',
  JsonArrayAgg: 'constructor:JsonAggConstructor arg:JsonValueExpr absent_on_null:value',
  JsonIsPredicate: 'expr:node format:JsonFormat item_type:value unique_keys:value',
  JsonParseExpr: 'expr:JsonValueExpr output:JsonOutput unique_keys:value',
  JsonScalarExpr: 'expr:node output:JsonOutput',
  JsonSerializeExpr: 'expr:JsonValueExpr output:JsonOutput',
  JsonFuncExpr:
    'op:value context_item:JsonValueExpr pathspec:node passing:list output:JsonOutput on_empty:JsonBehavior on_error:JsonBehavior wrapper:value quotes:value',
  JsonTable:
    'context_item:JsonValueExpr pathspec:JsonTablePathSpec passing:list columns:list on_error:JsonBehavior alias:Alias lateral:value',
  JsonTableColumn:
    'coltype:value name:value typeName:TypeName pathspec:JsonTablePathSpec format:JsonFormat wrapper:value quotes:value columns:list on_empty:JsonBehavior on_error:JsonBehavior',
  JsonTablePathSpec: 'string:node name:value',
}

/** What INSERT, UPDATE and DELETE add. They stand only at the top: no field of a read leads to one. */
const writes = {
  InsertStmt:
    'relation:Target cols:list selectStmt:node onConflictClause:OnConflictClause returningClause:ReturningClause withClause:WithClause override:value',
  UpdateStmt:
    'relation:Target targetList:list whereClause:node fromClause:list returningClause:ReturningClause withClause:WithClause',
  DeleteStmt:
    'relation:Target usingClause:list whereClause:node returningClause:ReturningClause withClause:WithClause',
  Target: reads.RangeVar,
  ResTarget: `${reads.ResTarget} indirection:list`,
  OnConflictClause: 'action:value infer:InferClause targetList:list whereClause:node',
  InferClause: 'indexElems:list whereClause:node conname:value',
  IndexElem: 'name:value expr:node ordering:value nulls_ordering:value',
  ReturningClause: 'exprs:list',
  SetToDefault: '',
  MultiAssignRef: 'source:node colno:value ncolumns:value',
}

export type Grammar = ReadonlyMap<string, ReadonlyMap<string, string>>

const compile = (shapes: Readonly<Record<string, string>>): Grammar =>
  new Map(
    Object.entries(shapes).map(([type, fields]) => [
      type,
      new Map(
        fields
          .split(' ')
          .filter(Boolean)
          .map((field): [string, string] => {
            const [name = '', kind = ''] = field.split(':')
            return [name, kind]
          }),
      ),
    ]),
  )

export const readGrammar = compile(reads)
export const writeGrammar = compile({ ...reads, ...writes })

/** Where something stands in the text; present on most nodes, names nothing. */
export const positions: ReadonlySet<string> = new Set([
  'location',
  'name_location',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
])
