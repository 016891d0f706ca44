import type { Access } from './databases.ts'

export type Parameter = string | number | boolean | null

export interface Statement {
  readonly text: string
  readonly parameters?: readonly (Parameter | readonly string[])[]
}

/**
 * What each transaction begins with. All of it is local to the transaction, so nothing is left in
 * a pooled connection.
 * - `role`: from here on the grants of the person's group are what counts. The login role owns nothing.
 * - `search_path`: the schemas that policy allows; temporary objects come last, so none can
 *   stand in for a table.
 * - timeouts: the statement's is the database's own deadline, for when ours doesn't reach it.
 * - `gatehouse.user`, `application_name`: for row-level security and the database's logs.
 * - `standard_conforming_strings`: the guard's parser takes strings as standard, so the server must too.
 * - the rest fixes how values are printed, whatever the database or the role has set.
 */
export function settings(access: Access): Statement {
  const values = {
    role: access.role,
    search_path: [...access.schemas.map(quoted), 'pg_temp'].join(', '),
    statement_timeout: String(Math.ceil(access.timeoutMs)),
    'gatehouse.user': access.email,
    application_name: `gatehouse ${access.email}`,
    ...fixed,
  }
  return { text: settingsSql, parameters: [Object.keys(values), Object.values(values)] }
}

const quoted = (schema: string): string => `"${schema.replaceAll('"', '""')}"`

const fixed = {
  lock_timeout: '3s',
  idle_in_transaction_session_timeout: '15s',
  row_security: 'on',
  standard_conforming_strings: 'on',
  // All rows of a cursor are wanted, so it is planned like the plain query.
  cursor_tuple_fraction: '1',
  timezone: 'UTC',
  datestyle: 'ISO',
  intervalstyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: '1',
}

/** In the order of the names, and with one column in its answer rather than one a setting. */
const settingsSql = `SELECT pg_catalog.count(pg_catalog.set_config(name, value, true))
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS setting(name, value)`

/**
 * What is left of the time since the transaction began becomes the next statement's timeout, so
 * that a MOVE and a FETCH together take no longer than one statement may.
 */
export const remainingTime = ({ timeoutMs }: Access): Statement => ({
  text: `SELECT set_config('statement_timeout', greatest(1, $1::int - (extract(epoch FROM clock_timestamp() - now()) * 1000)::int)::text, true)`,
  parameters: [String(Math.ceil(timeoutMs))],
})
