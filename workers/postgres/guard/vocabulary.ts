const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/).filter(Boolean))

/** Operators by name. BETWEEN and its kin stand in the tree as operators of that name. */
export const operators = words(`
  + - * / % ^ |/ ||/ @ & | # ~ << >> = <> < > <= >=
  || ~~ !~~ ~~* !~~* !~ ~* !~* ^@
  -> ->> #> #>> #- @> <@ ? ?| ?& @? @@
  && -|- &< &> <<= >>= <-> !!
`).union(new Set(['BETWEEN', 'NOT BETWEEN', 'BETWEEN SYMMETRIC', 'NOT BETWEEN SYMMETRIC']))

/**
 * Types by the name the parser gives them (`int` and `decimal` arrive as `int4` and `numeric`).
 * None looks up an object by name as `regclass` does, runs a check as a domain may, or is XML.
 */
export const types = words(`
  bool int2 int4 int8 float4 float8 numeric money text varchar bpchar
  date time timetz timestamp timestamptz interval
  json jsonb jsonpath uuid bytea bit varbit inet cidr macaddr macaddr8 tsvector tsquery
  int4range int8range numrange tsrange tstzrange daterange
  int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange
`)

/** Types padded to their length whatever the value, so the length is bounded. */
export const paddedTypes = words('bpchar bit')

/** Columns every table has: where a row lies and which transactions touched it. */
export const systemColumns = words('ctid xmin xmax cmin cmax tableoid')

/** The catalog's only relations one may read: they show what the role may see, and nothing else. */
export const catalogueViews = words('tables columns')

/** Sampling methods of PostgreSQL itself; a method is a function, and extensions bring others. */
export const sampleMethods = words('bernoulli system')

/** Keywords that work as functions: the clock, and none that tells who is asking. */
export const clockKeywords = words(`
  SVFOP_CURRENT_DATE SVFOP_CURRENT_TIME SVFOP_CURRENT_TIME_N SVFOP_CURRENT_TIMESTAMP SVFOP_CURRENT_TIMESTAMP_N
  SVFOP_LOCALTIME SVFOP_LOCALTIME_N SVFOP_LOCALTIMESTAMP SVFOP_LOCALTIMESTAMP_N
`)
