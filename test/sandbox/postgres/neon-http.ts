import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import pg from 'pg'
import { errorBody, Payload, readHeaders, Refused, type Headers } from './neon-protocol.ts'
import { Statements, type StatementResult } from './neon-statements.ts'
import { cancelPacket } from './wire.ts'

/** Where PostgreSQL listens; user, password and database come with each request. */
export type PostgresAddress = Pick<pg.ClientConfig, 'host' | 'port' | 'ssl'> & {
  /** The server forgets a session's settings after each transaction by itself. */
  readonly forgets?: boolean
}

export interface SqlLimits {
  /** Defaults of Neon's proxy: 10 MiB each. */
  readonly maxRequestBytes: number
  readonly maxResponseBytes: number
}

const cancelEveryMs = 250
/** Connections of at most this many different logins are kept. */
const maxPools = 16

/** `POST /sql`: each request is one statement, or one transaction that commits at its end. */
export class SqlOverHttp {
  readonly #address: PostgresAddress
  readonly #limits: SqlLimits
  readonly #pools = new Map<string, pg.Pool>()

  constructor(address: PostgresAddress, limits: SqlLimits) {
    this.#address = address
    this.#limits = limits
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => response.writableFinished || gone.abort())
    const { status, body } = await this.#answer(request, gone.signal).catch((error: unknown) =>
      refusal(error),
    )
    if (response.destroyed) return
    const text = JSON.stringify(body)
    const length = Buffer.byteLength(text)
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': length })
      .end(text)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()))
  }

  async #answer(request: IncomingMessage, gone: AbortSignal) {
    const headers = readHeaders((name) => {
      const value = request.headers[name]
      return Array.isArray(value) ? value[0] : value
    })
    if (!headers.rawText) throw new Refused(501, 'the sandbox answers with raw text only')
    const payload = readPayload(await readBody(request, this.#limits.maxRequestBytes))
    const client = await this.#connect(headers)
    if ('queries' in payload) {
      const batch = [
        { query: headers.begin, params: [] },
        ...payload.queries,
        { query: 'COMMIT', params: [] },
      ]
      const statements = new Statements(batch, this.#options(headers))
      // A read-only transaction leaves nothing behind that is worth a round trip to forget.
      const results = await this.#run(client, statements, gone, headers.begin.includes('READ ONLY'))
      return { status: 200, body: { results: results.slice(1, -1) } }
    }
    const arrayMode = payload.arrayMode ?? headers.arrayMode
    const statements = new Statements([payload], { ...this.#options(headers), arrayMode })
    const [result] = await this.#run(client, statements, gone)
    return { status: 200, body: result }
  }

  #options(headers: Headers) {
    return { arrayMode: headers.arrayMode, maxBytes: this.#limits.maxResponseBytes }
  }

  async #run(
    client: pg.PoolClient,
    statements: Statements,
    gone: AbortSignal,
    forgotten = this.#address.forgets ?? false,
  ): Promise<readonly StatementResult[]> {
    // Again and again: a cancel request that comes before its statement is forgotten.
    let again: NodeJS.Timeout | undefined
    const cancel = () => {
      this.#cancel(client)
      again ??= setInterval(cancel, cancelEveryMs)
    }
    gone.addEventListener('abort', cancel, { once: true })
    let outcome: 'done' | 'failed' | 'broken' = 'broken'
    try {
      gone.throwIfAborted()
      client.query(statements)
      const results = await statements.done
      outcome = 'done'
      return results
    } catch (error) {
      if (error instanceof Refused) this.#cancel(client)
      else if (error instanceof pg.DatabaseError) outcome = 'failed'
      throw error
    } finally {
      clearInterval(again)
      gone.removeEventListener('abort', cancel)
      if (outcome === 'broken' || gone.aborted) client.release(true)
      else void giveBack(client, outcome === 'failed', forgotten)
    }
  }

  async #connect({ user, password, database }: Headers): Promise<pg.PoolClient> {
    const key = JSON.stringify([user, password, database])
    let pool = this.#pools.get(key)
    if (!pool) {
      pool = new pg.Pool({ ...this.#address, user, password, database, max: 16 })
      // A connection that the server closes is no error of ours; who waits for an answer hears of it.
      pool.on('error', () => {})
      pool.on('connect', (client) => client.on('error', () => {}))
      for (const [oldest] of this.#pools) {
        if (this.#pools.size < maxPools) break
        void this.#pools.get(oldest)?.end()
        this.#pools.delete(oldest)
      }
      this.#pools.set(key, pool)
    }
    try {
      return await pool.connect()
    } catch (error) {
      if (!(error instanceof pg.DatabaseError))
        throw new Refused(500, "couldn't connect to compute node")
      const refused = error.code === '28P01' || error.code === '3D000'
      if (refused && this.#pools.get(key) === pool) {
        this.#pools.delete(key)
        void pool.end()
      }
      // Neon checks the password itself, so the driver sees its words and no SQLSTATE.
      if (error.code === '28P01')
        throw new Refused(400, `password authentication failed for user '${user}'`)
      throw error
    }
  }

  #cancel(client: pg.PoolClient): void {
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    const { host = 'localhost', port = 5432 } = this.#address
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    socket.on('error', () => {}).end(cancelPacket(processID, secretKey))
  }
}

/** The next request of this login must find no transaction, and no settings, of the last one. */
async function giveBack(client: pg.PoolClient, failed: boolean, forgotten: boolean): Promise<void> {
  try {
    // After an error the status may still be an old one, until ReadyForQuery is here.
    if (failed || client.getTransactionStatus() !== 'I') await client.query('ROLLBACK')
    if (!forgotten) await client.query('DISCARD ALL')
    client.release()
  } catch {
    client.release(true)
  }
}

async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > limit) throw new Refused(413, `request is too large (max is ${limit} bytes)`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function readPayload(body: string) {
  try {
    return Payload.parse(JSON.parse(body))
  } catch {
    throw new Refused(400, 'could not parse the HTTP request body')
  }
}

function refusal(error: unknown): { status: number; body: unknown } {
  if (error instanceof Refused) return { status: error.status, body: errorBody(error.message) }
  if (error instanceof pg.DatabaseError)
    return { status: 400, body: errorBody(error.message, { ...error }) }
  return { status: 500, body: errorBody(error instanceof Error ? error.message : String(error)) }
}
