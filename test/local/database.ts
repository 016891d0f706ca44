import { startNeon, type Neon } from '../sandbox/postgres/neon.ts'
import type { PostgresAddress } from '../sandbox/postgres/neon-http.ts'
import { pgliteOwner, startPglite } from '../sandbox/postgres/pglite-server.ts'
import { login, prepareSample, type Prepared } from '../sandbox/postgres/sample.ts'
import { ensureCluster } from '../sandbox/postgres/template.ts'
import type { State } from './state.ts'

/** Every host below it leads to the stack's PostgreSQL, by Neon's protocols. */
const domain = 'postgres.test'

export interface LocalDatabase {
  readonly neon: Neon
  readonly hosts: readonly string[]
  readonly prepared: Prepared
  /** What a Worker connects with: the host is one that only leads somewhere inside the stack. */
  readonly workerUrl: string
  /** For `psql` and tests: the owner, at PostgreSQL's own protocol. */
  readonly ownerUrl: string
  close(): Promise<void>
}

/**
 * The shop database: in the embedded PGlite, or in a PostgreSQL server by its owner's connection
 * string. There an empty database is filled with the sample, and any other is used as it is.
 */
export async function openDatabase(state: State, databaseUrl?: string): Promise<LocalDatabase> {
  try {
    return await (databaseUrl ? openServer(databaseUrl, state) : openEmbedded(state))
  } catch (error) {
    const where = databaseUrl ? 'DATABASE_URL' : `The database in ${state.database}`
    const advice = databaseUrl ? '' : ' Start with --fresh to make it anew.'
    throw new Error(`${where} can't be used: ${reasonOf(error)}.${advice}`, { cause: error })
  }
}

/** A refused connection is an AggregateError without a message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

async function openEmbedded(state: State): Promise<LocalDatabase> {
  const passwords = {
    [pgliteOwner]: state.secret('database_owner_password'),
    [login]: state.secret('database_login_password'),
  }
  await ensureCluster(state.database)
  const server = await startPglite({ dataDir: state.database, database: 'shop', passwords })
  const ownerUrl = `postgres://${pgliteOwner}:${passwords[pgliteOwner]}@${server.host}:${server.port}/shop`
  try {
    const prepared = await prepareSample(ownerUrl, passwords[login]!)
    const opened = await front(
      server,
      { prepared, ownerUrl },
      `${login}:${passwords[login]}`,
      'shop',
    )
    return {
      ...opened,
      async close() {
        await opened.neon.close()
        await server.close()
      },
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

async function openServer(ownerUrl: string, state: State): Promise<LocalDatabase> {
  const { hostname, port, searchParams, username, password, pathname } = new URL(ownerUrl)
  const loginPassword = state.secret('database_login_password')
  const prepared = await prepareSample(ownerUrl, loginPassword)
  const secured = /^(require|verify-)/.test(searchParams.get('sslmode') ?? '')
  const address = {
    host: searchParams.get('host') ?? hostname,
    port: Number(port || searchParams.get('port') || 5432),
    ...(secured && { ssl: true }),
  }
  // Somebody's own database may have no gatehouse_login, so it is used as whom he gave.
  const as = prepared === 'foreign' ? `${username}:${password}` : `${login}:${loginPassword}`
  const opened = await front(address, { prepared, ownerUrl }, as, pathname.slice(1))
  return { ...opened, close: () => opened.neon.close() }
}

async function front(
  address: PostgresAddress,
  facts: Pick<LocalDatabase, 'prepared' | 'ownerUrl'>,
  credentials: string,
  database: string,
) {
  const neon = await startNeon({ address })
  const workerUrl = `postgres://${credentials}@shop.${domain}/${database}`
  return { ...facts, neon, workerUrl, hosts: [`*.${domain}`] }
}
