import { randomInt } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { PgliteEngine } from './pglite-engine.ts'
import { PgliteSession, type SessionOptions } from './pglite-session.ts'
import { Turns } from './turns.ts'
import { query, rowsOf } from './wire.ts'

export interface PgliteServerOptions {
  /** Where the data is kept between runs. */
  readonly dataDir: string
  readonly database: string
  /** Passwords by role. `postgres` is the owner of everything; others act as themselves. */
  readonly passwords: Readonly<Record<string, string>>
  /** Longest statement where the session sets no `statement_timeout` (milliseconds). */
  readonly maxStatementMs?: number
  readonly maxAnswerBytes?: number
  readonly maxWaiting?: number
  readonly maxWaitMs?: number
  /** How long a transaction may sit idle; nobody else gets a turn meanwhile. */
  readonly maxIdleInTransactionMs?: number
}

/** The superuser that PGlite runs as. */
export const pgliteOwner = 'postgres'

/**
 * PGlite as a server that any PostgreSQL client can connect to. PGlite is one session, so clients
 * take turns transaction by transaction, as behind a pooler in transaction mode: what a session
 * sets outside a transaction is gone with its turn.
 */
export async function startPglite(
  options: PgliteServerOptions,
): Promise<{ host: string; port: number; forgets: true; close(): Promise<void> }> {
  const engine = new PgliteEngine({
    dataDir: options.dataDir,
    database: options.database,
    maxAnswerBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
  })
  await engine.open()
  const sessions = new Map<number, PgliteSession>()
  const session: SessionOptions = {
    engine,
    turns: new Turns(options.maxWaiting ?? 64, options.maxWaitMs ?? 30_000),
    owner: pgliteOwner,
    database: options.database,
    passwords: options.passwords,
    serverVersion: rowsOf(await engine.run(query('SHOW server_version'), 10_000))[0]?.[0] ?? '',
    maxStatementMs: options.maxStatementMs ?? 60_000,
    maxIdleInTransactionMs: options.maxIdleInTransactionMs ?? 30_000,
    report: (error) => console.error('PGlite:', error),
    cancel(pid, secret) {
      const target = sessions.get(pid)
      if (target?.secret === secret) target.cancel()
    },
  }
  let lastPid = 0
  const server = createServer({ noDelay: true }, (socket) => {
    const pid = (lastPid += 1)
    sessions.set(pid, new PgliteSession(socket, session, pid, randomInt(2 ** 31)))
    socket.once('close', () => sessions.delete(pid))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { address, port } = server.address() as AddressInfo
  return {
    host: address,
    port,
    forgets: true,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const open of sessions.values()) open.end()
      await closed
      await engine.close()
    },
  }
}
