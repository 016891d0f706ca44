import { cancelled, Interrupted, type PgliteEngine } from './pglite-engine.ts'
import type { Turns } from './turns.ts'
import * as wire from './wire.ts'

export interface BackendOptions {
  readonly engine: PgliteEngine
  readonly turns: Turns
  readonly owner: string
  readonly maxStatementMs: number
}

/** Where a client's text mentions this, its value is read again before the next message. */
export const timeoutSetting = 'statement_timeout'

const housekeepingMs = 60_000

/** SQLSTATEs of a stopped statement. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const codes = {
  timeout: '57014',
  cancelled: '57014',
  too_large: '54000',
  crashed: 'XX000',
} as const

/**
 * What a backend process would be for one client, on the one session that PGlite is. It holds the
 * database from the first message of a transaction to its end.
 */
export class PgliteBackend {
  readonly #options: BackendOptions
  readonly #user: string
  #prologue: Buffer
  #endTurn: (() => void) | undefined
  /** From the arrival of a group to its answer, the waiting for a turn included. */
  #answering = false
  #cancelled = false
  #running = false
  #status: wire.TransactionStatus = 'I'
  /** A BEGIN was sent since the last ReadyForQuery, so `#status` may be behind. */
  #begun = false
  /** After an error everything up to Sync is skipped, by PostgreSQL and so by us. */
  #skipping = false
  #timeoutMs: number
  #defaultTimeoutMs: number

  constructor(options: BackendOptions, user: string) {
    this.#options = options
    this.#user = user
    this.#timeoutMs = this.#defaultTimeoutMs = options.maxStatementMs
    this.#prologue = Buffer.concat([
      wire.query('DISCARD ALL'),
      wire.query(`SET SESSION AUTHORIZATION ${identifier(user)}`),
    ])
  }

  /** In a transaction, so nobody else gets a turn. */
  get busy(): boolean {
    return this.#endTurn !== undefined
  }

  /**
   * Applies what `ALTER ROLE … SET` gives this role: it takes effect at login, and PGlite's one
   * session never logs in again. @throws NoTurn
   */
  async login(): Promise<void> {
    await this.#enter()
    const rows = wire.rowsOf(await this.#run(wire.query(roleSettings(this.#user))))
    const settings = rows.map(
      ([name, value]) => `set_config(${literal(name!)}, ${literal(value!)}, false)`,
    )
    if (settings.length > 0) {
      const apply = wire.query(`SELECT ${settings.join(', ')}`)
      wire.rowsOf(await this.#run(apply))
      this.#prologue = Buffer.concat([this.#prologue, apply])
    }
    this.#defaultTimeoutMs = await this.#readTimeout(wire.sync)
    this.#exit()
  }

  /**
   * Answers a group of messages that ends in one of `kind`: Query, Sync, Flush or Execute.
   * @throws NoTurn
   */
  async answer(group: Uint8Array, kind: string): Promise<Uint8Array> {
    if (this.#skipping && kind !== 'S') return Buffer.alloc(0)
    this.#answering = true
    if (!this.#endTurn) await this.#enter()
    const text = Buffer.from(group.buffer, group.byteOffset, group.length).toString('latin1')
    this.#begun ||= /\b(begin|start\s+transaction)\b/i.test(text)
    let answer: Uint8Array
    try {
      if (this.#skipping) answer = this.#resume()
      else answer = await this.#runOwn(this.#isEscape(text) ? this.#refusal(kind) : group)
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      answer = await this.#interrupted(error, kind)
    } finally {
      this.#answering = this.#cancelled = false
    }
    const status = wire.statusAtEnd(answer)
    if (status) {
      this.#status = status
      this.#begun = false
    }
    if (status === 'I') this.#exit()
    else if (status !== 'E' && text.includes(timeoutSetting))
      this.#timeoutMs = await this.#readTimeout(status ? wire.sync : Buffer.alloc(0))
    return answer
  }

  /** The client asked for it, or is gone: ends what it waits for, and nothing when it waits for nothing. */
  cancel(): void {
    if (this.#running) this.#options.engine.cancel()
    else this.#cancelled = this.#answering
  }

  /** Rolls back what is open and lets the next one in. */
  async leave(): Promise<void> {
    if (!this.#endTurn) return
    await this.#run(wire.query('ROLLBACK')).catch(() => {})
    this.#exit()
  }

  async #enter(): Promise<void> {
    const end = await this.#options.turns.take()
    this.#endTurn = end
    try {
      wire.rowsOf(await this.#run(this.#prologue))
    } catch (error) {
      this.#exit()
      throw error
    }
  }

  #exit(): void {
    this.#status = 'I'
    this.#begun = this.#skipping = false
    this.#timeoutMs = this.#defaultTimeoutMs
    this.#endTurn?.()
    this.#endTurn = undefined
  }

  /** What the client sent: the only thing that it can cancel. */
  async #runOwn(bytes: Uint8Array): Promise<Uint8Array> {
    if (this.#cancelled) throw cancelled()
    this.#running = true
    try {
      return await this.#options.engine.run(bytes, this.#timeoutMs)
    } finally {
      this.#running = false
    }
  }

  /** What this class needs itself: quick, whatever the client's timeout is, but for a busy machine. */
  #run(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#options.engine.run(bytes, housekeepingMs)
  }

  /** The statement is gone with PGlite's session; what the client sees is what PostgreSQL would say. */
  async #interrupted(error: Interrupted, kind: string): Promise<Uint8Array> {
    const said = wire.errorResponse(wire.errorFields('ERROR', codes[error.why], error.message))
    const inTransaction = this.#status !== 'I' || this.#begun
    wire.rowsOf(await this.#run(this.#prologue))
    if (inTransaction) await this.#run(failedTransaction)
    this.#status = inTransaction ? 'E' : 'I'
    this.#skipping = !'QS'.includes(kind)
    return this.#skipping ? said : Buffer.concat([said, wire.readyForQuery(this.#status)])
  }

  #resume(): Uint8Array {
    this.#skipping = false
    return wire.readyForQuery(this.#status)
  }

  /**
   * Reads what `statement_timeout` is now, without disturbing unnamed statements and portals. It
   * ends in a Sync of its own unless the client's is still to come.
   */
  async #readTimeout(end: Uint8Array): Promise<number> {
    const [row] = wire.rowsOf(await this.#run(Buffer.concat([timeoutProbe, end]))) // none while PostgreSQL skips to Sync
    const ms = Number(row?.[0] ?? 0)
    return ms > 0 ? Math.min(ms, this.#options.maxStatementMs) : this.#options.maxStatementMs
  }

  /**
   * PGlite's session is authenticated as a superuser, which may always become somebody else by
   * SET SESSION AUTHORIZATION; a real login may not. Nothing in PGlite can forbid it, so the words are.
   */
  #isEscape(text: string): boolean {
    if (this.#user === this.#options.owner) return false
    return /session(?:[\s_]|--[^\n]*\n|\/\*.*?\*\/)*authorization/is.test(text)
  }

  #refusal(kind: string): Uint8Array {
    const refused = `SET ROLE ${identifier(this.#options.owner)}`
    if (kind === 'Q') return wire.query(refused)
    const unsynced = wire.statement(refused)
    return kind === 'S' ? Buffer.concat([unsynced, wire.sync]) : unsynced
  }
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`

const failedTransaction = Buffer.concat([wire.query('BEGIN'), wire.query('SELECT 1/0')])

const timeoutProbe = wire.statement(
  "SELECT extract(epoch FROM current_setting('statement_timeout')::interval) * 1000",
  'gatehouse_probe',
)

const roleSettings = (role: string) => `
  SELECT split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)
  FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) setting
  WHERE r.rolname = ${literal(role)}
    AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`
