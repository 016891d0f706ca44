import { DurableObject } from 'cloudflare:workers'
import type { Caller, EndpointEnv, SessionApi, SpendAnswer } from './caller.ts'
import type { Integration } from './integration.ts'
import { legacySession, type LegacySession } from './mcp.ts'
import type { CallIo, Shell } from './pipeline.ts'
import { makeShell } from './shell.ts'

const textKeptMs = 3_600_000
const sessionKeptMs = 30 * 86_400_000
const sweepMs = 3_600_000

interface SessionRow extends Record<string, SqlStorageValue> {
  id: string
  client: string
  initialize: string
  ended: number
}

const sessionNotFound = () =>
  Response.json(
    { jsonrpc: '2.0', id: null, error: { code: -32_001, message: 'Session not found.' } },
    { status: 404 },
  )

/**
 * One object a person and endpoint: 2025-era MCP sessions, long answers behind links, exact
 * quotas. The token selects the object and the session id lives inside, so another person's id
 * names nothing. Only the `initialize` message of a session is durable; the rest is rebuilt by
 * replaying it, after eviction, abort or a new deploy alike.
 */
export function sessionClass(integration: Integration) {
  return class Session extends DurableObject<EndpointEnv> implements SessionApi {
    readonly #sql = this.ctx.storage.sql
    readonly #live = new Map<string, Promise<LegacySession>>()
    #shell: Shell | undefined

    constructor(ctx: DurableObjectState, env: EndpointEnv) {
      super(ctx, env)
      this.#sql.exec(`
        CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, client TEXT NOT NULL, initialize TEXT NOT NULL, used_at INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS text (id TEXT PRIMARY KEY, body TEXT NOT NULL, mime_type TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS spent (quota TEXT PRIMARY KEY, window INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
      `)
    }

    /** All or nothing over the quotas given; a window is aligned to the clock, so everybody can tell when it ends. */
    async spend(
      quotas: readonly { id: string; limit: number; windowMs: number }[],
      amount: number,
    ): Promise<SpendAnswer> {
      const now = Date.now()
      let granted = amount
      for (const quota of quotas) {
        const left = quota.limit - this.#spentIn(quota.id, Math.floor(now / quota.windowMs))
        if (left <= 0) {
          const endsAt = (Math.floor(now / quota.windowMs) + 1) * quota.windowMs
          return {
            granted: 0,
            quota: quota.id,
            limit: quota.limit,
            retryAfterSeconds: (endsAt - now) / 1000,
          }
        }
        granted = Math.min(granted, left)
      }
      for (const quota of quotas) {
        const window = Math.floor(now / quota.windowMs)
        this.#sql.exec(
          `INSERT INTO spent VALUES (?1, ?2, ?3) ON CONFLICT (quota) DO UPDATE
             SET count = CASE WHEN window = ?2 THEN count + ?3 ELSE ?3 END, window = ?2`,
          quota.id,
          window,
          granted,
        )
      }
      return { granted }
    }

    #spentIn(quota: string, window: number): number {
      const rows = this.#sql.exec<{ count: number }>(
        'SELECT count FROM spent WHERE quota = ? AND window = ?',
        quota,
        window,
      )
      return rows.toArray()[0]?.count ?? 0
    }

    async putText(id: string, text: string, mimeType: string): Promise<void> {
      this.#sql.exec(
        'INSERT OR REPLACE INTO text VALUES (?, ?, ?, ?)',
        id,
        text.slice(0, 900_000),
        mimeType,
        Date.now() + textKeptMs,
      )
      await this.#sweepLater()
    }

    async getText(id: string): Promise<{ text: string; mimeType: string } | null> {
      const rows = this.#sql.exec<{ body: string; mime_type: string }>(
        'SELECT body, mime_type FROM text WHERE id = ? AND until > ?',
        id,
        Date.now(),
      )
      const row = rows.toArray()[0]
      return row ? { text: row.body, mimeType: row.mime_type } : null
    }

    async open(request: Request, message: unknown, caller: Caller): Promise<Response> {
      const id = crypto.randomUUID()
      this.#sql.exec(
        'INSERT INTO session (id, client, initialize, used_at) VALUES (?, ?, ?, ?)',
        id,
        caller.principal.clientId,
        JSON.stringify(message),
        Date.now(),
      )
      await this.#sweepLater()
      const io = this.#io(caller, request)
      const session = legacySession(this.#ownShell(), id, io)
      this.#live.set(id, session)
      return (await session).handle(request, message, io)
    }

    async serve(request: Request, message: unknown, caller: Caller): Promise<Response | null> {
      const id = request.headers.get('mcp-session-id') ?? ''
      const row = this.#sql
        .exec<SessionRow>('SELECT id, client, initialize, ended FROM session WHERE id = ?', id)
        .toArray()[0]
      if (!row || row.client !== caller.principal.clientId) return null
      if (row.ended) return sessionNotFound() // the client ended it itself (MCP transports, session management)
      const io = this.#io(caller, request)
      if (request.method === 'DELETE') return this.#end(id)
      this.#sql.exec('UPDATE session SET used_at = ? WHERE id = ?', Date.now(), id)
      return (await this.#liveOrRestored(row, request, io)).handle(request, message, io)
    }

    #liveOrRestored(row: SessionRow, request: Request, io: CallIo): Promise<LegacySession> {
      const known = this.#live.get(row.id)
      if (known) return known
      const restored = this.#restore(row, request, io)
      this.#live.set(row.id, restored)
      restored.catch(() => this.#live.delete(row.id)) // the next message tries again
      return restored
    }

    async #restore(row: SessionRow, request: Request, io: CallIo): Promise<LegacySession> {
      const session = await legacySession(this.#ownShell(), row.id, io)
      const post = (message: unknown, id?: string) => {
        const headers = new Headers({
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        })
        if (id !== undefined) headers.set('mcp-session-id', id)
        return session.handle(new Request(request.url, { method: 'POST', headers }), message, io)
      }
      const answer = await post(JSON.parse(row.initialize))
      await answer.text() // the answer that the client has had already
      await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, row.id)
      return session
    }

    async #end(id: string): Promise<Response> {
      this.#sql.exec('UPDATE session SET ended = 1 WHERE id = ?', id)
      const live = this.#live.get(id)
      this.#live.delete(id)
      await live?.then(
        (session) => session.close(),
        () => undefined,
      )
      return new Response(null, { status: 200 })
    }

    #io(caller: Caller, request: Request): CallIo {
      return { caller, signal: request.signal, waitUntil: (promise) => this.ctx.waitUntil(promise) }
    }

    #ownShell(): Shell {
      return (this.#shell ??= makeShell(integration, this.env))
    }

    async #sweepLater(): Promise<void> {
      if ((await this.ctx.storage.getAlarm()) === null)
        await this.ctx.storage.setAlarm(Date.now() + sweepMs)
    }

    override async alarm(): Promise<void> {
      const now = Date.now()
      this.#sql.exec('DELETE FROM text WHERE until < ?', now)
      this.#sql.exec('DELETE FROM session WHERE used_at < ?', now - sessionKeptMs)
      const left = this.#sql
        .exec<{ n: number }>(
          'SELECT (SELECT count(*) FROM text) + (SELECT count(*) FROM session) AS n',
        )
        .one().n
      if (left > 0) await this.ctx.storage.setAlarm(now + sweepMs)
    }
  }
}
