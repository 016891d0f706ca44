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
export const settings = (access: Access): Statement => ({
  text: settingsSql,
  parameters: [
    access.role,
    [...access.schemas.map(quoted), 'pg_temp'].join(', '),
    String(Math.ceil(access.timeoutMs)),
    access.email,
    `gatehouse ${access.email}`,
  ],
})

const quoted = (schema: string): string => `"${schema.replaceAll('"', '""')}"`

const settingsSql = `SELECT ${[
  `set_config('role', $1, true)`,
  `set_config('search_path', $2, true)`,
  `set_config('statement_timeout', $3, true)`,
  `set_config('gatehouse.user', $4, true)`,
  `set_config('application_name', $5, true)`,
  ...Object.entries({
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
  }).map(([name, value]) => `set_config('${name}', '${value}', true)`),
].join(', ')}`

/**
 * What is left of the time since the transaction began becomes the next statement's timeout, so
 * that a MOVE and a FETCH together take no longer than one statement may.
 */
export const remainingTime = ({ timeoutMs }: Access): Statement => ({
  text: `SELECT set_config('statement_timeout', greatest(1, $1::int - (extract(epoch FROM clock_timestamp() - now()) * 1000)::int)::text, true)`,
  parameters: [String(Math.ceil(timeoutMs))],
})
