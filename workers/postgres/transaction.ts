import { Client } from '@neondatabase/serverless'
import { ToolError } from '../../shared/errors.ts'
import { rawTypes, withEitherLogin, type Result } from './database.ts'
import type { Access } from './databases.ts'
import { failure } from './failures.ts'
import { webSocketThrough, type Network } from './network.ts'
import { settings, type Statement } from './session.ts'

/** A transaction that waits between its statements, on one WebSocket connection. */
export interface Transaction {
  run(statement: Statement): Promise<Result & { readonly rowCount: number }>
  /** Begins anew as the caller's role. */
  begin(): Promise<void>
  rollback(): Promise<void>
  /** @returns whether the server said COMMIT. @throws whatever the driver throws: the caller judges it. */
  commit(): Promise<boolean>
}

const connectMs = 10_000
const commitMs = 10_000

/**
 * Opens a connection, hands it to `work`, closes it. Without a commit the server rolls back,
 * whatever happened. Over HTTP this can't be had: a batch always commits.
 * @throws what `work` throws, and ToolError when there is no connection
 */
export async function connected<T>(
  access: Access,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const client = await withEitherLogin(access, (url) => login(url, access.network)).catch(
    (error) => {
      throw failure(error, access)
    },
  )
  const abort = () => client.connection.stream.destroy()
  access.signal.addEventListener('abort', abort, { once: true })
  try {
    access.signal.throwIfAborted()
    return await work(transactionOn(client, access, abort))
  } finally {
    access.signal.removeEventListener('abort', abort)
    void client.end().catch(() => undefined)
  }
}

async function login(url: string, network: Network | undefined): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectMs })
  if (network) client.neonConfig.webSocketConstructor = webSocketThrough(network)
  client.on('error', () => undefined) // the statement that runs is rejected besides
  try {
    await client.connect()
    // The driver says so before the password is judged; the first answer tells.
    await client.query('SELECT 1')
    return client
  } catch (error) {
    void client.end().catch(() => undefined)
    throw error
  }
}

function transactionOn(client: Client, access: Access, abort: () => void): Transaction {
  let statements = 0
  const run = async ({ text, parameters }: Statement) => {
    // A name makes the driver use the extended protocol, which takes one statement only.
    const name = `gatehouse_${(statements += 1)}`
    const { fields, rows, rowCount } = await client.query<(string | null)[]>({
      name,
      text,
      values: [...(parameters ?? [])],
      rowMode: 'array',
      types: rawTypes,
    })
    return { fields, rows, rowCount: rowCount ?? 0 }
  }
  return {
    run,
    async begin() {
      // The login's default is read-only, so that nothing writes that wasn't meant to.
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE')
      await run(settings(access))
    },
    async rollback() {
      await client.query('ROLLBACK')
    },
    async commit() {
      if (access.signal.aborted)
        throw new ToolError(
          'upstream_unavailable',
          'The time allowed was over before the change was committed, so nothing was changed.',
        )
      // From here on only the server knows. Giving up early would make it unknown for no reason.
      access.signal.removeEventListener('abort', abort)
      const late = setTimeout(abort, commitMs)
      try {
        return (await client.query('COMMIT')).command === 'COMMIT'
      } finally {
        clearTimeout(late)
      }
    },
  }
}
