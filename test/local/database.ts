import { startNeon, type Neon } from '../sandbox/postgres/neon.ts'
import type { PostgresAddress } from '../sandbox/postgres/neon-http.ts'
import { pgliteOwner, startPglite } from '../sandbox/postgres/pglite-server.ts'
import { login, prepareSample, type Prepared } from '../sandbox/postgres/sample.ts'
import { copyTemplate } from '../sandbox/postgres/template.ts'
import type { State } from './state.ts'

/** Every host below it leads to the stack's PostgreSQL, by Neon's protocols. */
const domain = 'postgres.test'
const hosts = [`*.${domain}`]
const loginSecret = 'database_login_password'

const workerUrlOf = (credentials: string, database: string): string =>
  `postgres://${credentials}@shop.${domain}/${database}`

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

/** A database that may still be on its way up, and what is known of it already. */
export interface ComingDatabase extends Pick<LocalDatabase, 'hosts'> {
  readonly workerUrl: Promise<string>
  readonly opened: Promise<LocalDatabase>
}

/**
 * The shop database: in the embedded PGlite, or in a PostgreSQL server by its owner's connection
 * string. There an empty database is filled with the sample, and any other is used as it is.
 */
export function openDatabase(state: State, databaseUrl?: string): ComingDatabase {
  const opened = open(state, databaseUrl)
  const workerUrl = databaseUrl
    ? opened.then((database) => database.workerUrl)
    : Promise.resolve(workerUrlOf(`${login}:${state.secret(loginSecret)}`, 'shop'))
  return { hosts, workerUrl, opened }
}

async function open(state: State, databaseUrl?: string): Promise<LocalDatabase> {
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
    [login]: state.secret(loginSecret),
  }
  await copyTemplate(state.database)
  const server = await startPglite({ dataDir: state.database, database: 'shop', passwords })
  const ownerUrl = `postgres://${pgliteOwner}:${passwords[pgliteOwner]}@${server.host}:${server.port}/shop`
  try {
    const prepared = await prepareSample(ownerUrl, passwords[login]!, state.database)
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
  const loginPassword = state.secret(loginSecret)
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
  return { ...facts, neon, workerUrl: workerUrlOf(credentials, database), hosts }
}
