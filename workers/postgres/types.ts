import type { Result } from './database.ts'
import type { Access } from './databases.ts'
import type { Statement } from './session.ts'

/** What a value's text can become. An array's delimiter is a comma unless said otherwise. */
export interface Type {
  /** As SQL spells it, without modifiers. */
  readonly name: string
  readonly kind: Kind
  /** The type of an array's elements. */
  readonly element?: Kind
}
export type Kind =
  | 'text'
  | 'bool'
  | 'int'
  | 'bigint'
  | 'float'
  | 'numeric'
  | 'json'
  | 'bytea'
  | 'timestamp'
  | 'timestamptz'
  | 'array'

/** OID of the type, of its array, its name, its kind. Fixed since PostgreSQL 9.4 (pg_type.dat). */
const known: readonly (readonly [number, number, string, Kind])[] = [
  [16, 1000, 'boolean', 'bool'],
  [17, 1001, 'bytea', 'bytea'],
  [18, 1002, '"char"', 'text'],
  [19, 1003, 'name', 'text'],
  [20, 1016, 'bigint', 'bigint'],
  [21, 1005, 'smallint', 'int'],
  [23, 1007, 'integer', 'int'],
  [25, 1009, 'text', 'text'],
  [26, 1028, 'oid', 'int'],
  [114, 199, 'json', 'json'],
  [142, 143, 'xml', 'text'],
  [700, 1021, 'real', 'float'],
  [701, 1022, 'double precision', 'float'],
  [790, 791, 'money', 'text'],
  [829, 1040, 'macaddr', 'text'],
  [869, 1041, 'inet', 'text'],
  [650, 651, 'cidr', 'text'],
  [1042, 1014, 'character', 'text'],
  [1043, 1015, 'varchar', 'text'],
  [1082, 1182, 'date', 'text'],
  [1083, 1183, 'time', 'text'],
  [1114, 1115, 'timestamp', 'timestamp'],
  [1184, 1185, 'timestamptz', 'timestamptz'],
  [1186, 1187, 'interval', 'text'],
  [1266, 1270, 'timetz', 'text'],
  [1560, 1561, 'bit', 'text'],
  [1562, 1563, 'varbit', 'text'],
  [1700, 1231, 'numeric', 'numeric'],
  [2950, 2951, 'uuid', 'text'],
  [3614, 3643, 'tsvector', 'text'],
  [3802, 3807, 'jsonb', 'json'],
  [3904, 3905, 'int4range', 'text'],
  [3906, 3907, 'numrange', 'text'],
  [3908, 3909, 'tsrange', 'text'],
  [3910, 3911, 'tstzrange', 'text'],
  [3912, 3913, 'daterange', 'text'],
  [3926, 3927, 'int8range', 'text'],
]

const builtIn: ReadonlyMap<number, Type> = new Map(
  known.flatMap(([oid, arrayOid, name, kind]): [number, Type][] => [
    [oid, { name, kind }],
    [arrayOid, { name: `${name}[]`, kind: 'array', element: kind }],
  ]),
)

/** Types a company has made itself, by connection string and OID. */
const learned = new Map<string, Map<number, Type>>()
const mostLearned = 2_000

/**
 * The types of a result's columns. Enumerations, composites and extensions' types are looked up
 * in the catalog the first time they are seen; what isn't an array of theirs is text.
 * @param run runs one reading statement in the same database
 */
export async function typesOf(
  access: Access,
  oids: readonly number[],
  run: (statement: Statement) => Promise<Result>,
): Promise<readonly Type[]> {
  const key = access.urls[0]!
  const here = learned.get(key) ?? new Map<number, Type>()
  const missing = [...new Set(oids)].filter((oid) => !builtIn.has(oid) && !here.has(oid))
  if (missing.length > 0) {
    const { rows } = await run({ text: lookup, parameters: [missing.map(String)] })
    if (here.size + missing.length > mostLearned) here.clear()
    for (const [oid, name, element] of rows)
      here.set(Number(oid), learnedType(name ?? 'text', element))
    learned.set(key, here)
  }
  return oids.map(
    (oid) => builtIn.get(oid) ?? here.get(oid) ?? { name: `type ${oid}`, kind: 'text' },
  )
}

/** The element of a true array with a comma between its elements (box has a semicolon). */
const lookup = `SELECT t.oid, format_type(t.oid, NULL),
  CASE WHEN t.typcategory = 'A' AND t.typlen = -1 AND e.typdelim = ',' THEN
    CASE WHEN e.typtype = 'd' THEN e.typbasetype ELSE e.oid END END
FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
WHERE t.oid = ANY ($1::oid[])`

function learnedType(name: string, element: string | null | undefined): Type {
  if (element === null || element === undefined) return { name, kind: 'text' }
  return { name, kind: 'array', element: builtIn.get(Number(element))?.kind ?? 'text' }
}
