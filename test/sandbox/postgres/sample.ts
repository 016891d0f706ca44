import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { hardeningFile, rolesFile, rowsFile } from './sample-files.ts'
import { keepTemplate } from './template.ts'

/** The login that the Postgres Worker connects with; `workers/postgres/roles.sql` makes it. */
export const login = 'gatehouse_login'

/** Times older than this are moved when the sandbox starts. */
const staleMinutes = 90

export type Prepared = 'loaded' | 'moved' | 'fresh' | 'foreign'

/**
 * Sees to it that a database holds the sample and that its times are about now: an empty one is
 * filled (`loaded`), an old sample is moved forward in time (`moved`), and one with other tables
 * is somebody's own and left untouched (`foreign`).
 * @param ownerUrl connection string of the owner, who may create roles
 * @param loginPassword for `gatehouse_login`; set anew at each start unless the database is foreign
 * @param dataDir of a PGlite cluster, which is kept as a template when it was filled here
 */
export async function prepareSample(
  ownerUrl: string,
  loginPassword: string,
  dataDir?: string,
): Promise<Prepared> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const prepared = await ensureRows(client)
    if (prepared === 'foreign') return prepared
    const roles = await readFile(rolesFile, 'utf8')
    await client.query(roles.replaceAll(":'login_password'", pg.escapeLiteral(loginPassword)))
    await client.query(await readFile(hardeningFile, 'utf8'))
    if (dataDir !== undefined && prepared === 'loaded') await keepTemplate(dataDir, client)
    return prepared
  } finally {
    await client.end()
  }
}

async function ensureRows(client: pg.Client): Promise<Prepared> {
  const { rows } = await client.query<{ sample: boolean; tables: string }>(
    `SELECT to_regclass('gatehouse_sample.clock') IS NOT NULL AS sample, count(*) AS tables
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema$)'`,
  )
  if (rows[0]?.sample) return (await moveTimes(client)) ? 'moved' : 'fresh'
  if (rows[0]?.tables !== '0') return 'foreign'
  await client.query(await readFile(rowsFile, 'utf8'))
  return 'loaded'
}

/** Every table with a time in it: moved by the same period, so the sample keeps its story. */
const timed = {
  'public.customers': ['created_at'],
  'public.orders': ['created_at', 'updated_at'],
  'public.payments': ['created_at'],
  'support.tickets': ['created_at'],
}

async function moveTimes(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ stale: boolean; period: string }>(
    `SELECT now() - now > make_interval(mins => ${staleMinutes}) AS stale,
       date_trunc('second', now() - now)::text AS period
     FROM gatehouse_sample.clock`.replaceAll('now() - now', 'current_timestamp - clock.now'),
  )
  if (!rows[0]?.stale) return false
  const period = pg.escapeLiteral(rows[0].period)
  const moves = Object.entries(timed).map(
    ([table, columns]) =>
      `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} + ${period}::interval`).join(', ')};`,
  )
  await client.query(
    `BEGIN; ${moves.join(' ')} UPDATE gatehouse_sample.clock SET now = now + ${period}::interval; COMMIT`,
  )
  for (const table of Object.keys(timed)) await client.query(`VACUUM ANALYZE ${table}`)
  return true
}
