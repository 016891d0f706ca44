import { DurableObject } from 'cloudflare:workers'
import type { Caller, CountedQuota, EndpointEnv, SessionApi, SpendAnswer } from './caller.ts'
import type { Integration } from './integration.ts'
import { jsonRpcError } from './json-rpc.ts'
import { KeptAnswers } from './kept-answers.ts'
import { legacySession, type LegacySession } from './mcp.ts'
import type { CallIo, Shell } from './pipeline.ts'
import { makeShell } from './shell.ts'
import { Spending } from './spending.ts'

const sessionKeptMs = 30 * 86_400_000
/** Of one person; older ones give way. Their clients go on without a session. */
const keptSessions = 100
/** Sessions with a transport in memory (about 19 KB each); the others are restored when needed. */
const liveSessions = 50
const longestInitialize = 20_000
const sweepMs = 3_600_000
/** Longer than the longest call and the longest wait for a person. What is still open then will never be answered. */
const longestAnswerMs = 600_000

interface SessionRow extends Record<string, SqlStorageValue> {
  id: string
  client: string
  initialize: string
  ended: number
}

/**
 * One object a person and endpoint: 2025-era MCP sessions, long answers behind links, exact
 * quotas. The token selects the object and the session id lives inside, so another person's id
 * names nothing. Only the `initialize` message of a session is durable; the rest is rebuilt by
 * replaying it, after eviction, abort or a new deploy alike.
 */
export function sessionClass(integration: Integration) {
  return class Session extends DurableObject<EndpointEnv> implements SessionApi {
    readonly #sql = this.ctx.storage.sql
    readonly #spending = new Spending(this.#sql)
    readonly #answers = new KeptAnswers(this.#sql)
    readonly #live = new Map<string, Promise<LegacySession>>()
    /** Requests being answered, by session and JSON-RPC id. */
    readonly #answering = new Set<string>()
    #shell: Shell | undefined

    constructor(ctx: DurableObjectState, env: EndpointEnv) {
      super(ctx, env)
      this.#sql.exec(
        'CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, client TEXT NOT NULL, initialize TEXT NOT NULL, used_at INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID',
      )
    }

    async spend(quotas: readonly CountedQuota[], amount: number): Promise<SpendAnswer> {
      return this.#spending.spend(quotas, amount, Date.now())
    }

    async keepAnswer(id: string, tool: string, parts: readonly string[]): Promise<void> {
      this.#answers.keep(id, tool, parts, Date.now())
      await this.#sweepLater()
    }

    async answerPart(id: string, part: number): Promise<{ tool: string; text: string } | null> {
      return this.#answers.part(id, part, Date.now())
    }

    async open(request: Request, message: unknown, caller: Caller): Promise<Response> {
      const initialize = JSON.stringify(message)
      if (initialize.length > longestInitialize)
        return jsonRpcError(413, 'This initialize message is too long.')
      const id = crypto.randomUUID()
      this.#sql.exec(
        'INSERT INTO session (id, client, initialize, used_at) VALUES (?, ?, ?, ?)',
        id,
        caller.principal.clientId,
        initialize,
        Date.now(),
      )
      this.#sql.exec(
        'DELETE FROM session WHERE id NOT IN (SELECT id FROM session ORDER BY used_at DESC LIMIT ?)',
        keptSessions,
      )
      await this.#sweepLater()
      const io = this.#io(caller, request)
      const session = await this.#keepLive(id, legacySession(this.#ownShell(), id, io))
      return session.handle(request, message, io)
    }

    async serve(request: Request, message: unknown, caller: Caller): Promise<Response | null> {
      const id = request.headers.get('mcp-session-id') ?? ''
      const row = this.#sql
        .exec<SessionRow>('SELECT id, client, initialize, ended FROM session WHERE id = ?', id)
        .toArray()[0]
      if (!row || row.client !== caller.principal.clientId) return null
      // The client ended it itself (MCP transports, session management).
      if (row.ended) return jsonRpcError(404, 'Session not found.', { code: -32_001 })
      const io = this.#io(caller, request)
      if (request.method === 'DELETE') return this.#end(id)
      this.#sql.exec('UPDATE session SET used_at = ? WHERE id = ?', Date.now(), id)
      return this.#once(id, message, async () =>
        (await this.#liveOrRestored(row, request, io)).handle(request, message, io),
      )
    }

    /** One answer at a time for a JSON-RPC id: a transport would give one request's answer to the other. */
    async #once(
      session: string,
      message: unknown,
      answer: () => Promise<Response>,
    ): Promise<Response> {
      const { id, method } = { ...(message as { id?: unknown; method?: unknown }) }
      if (method === undefined || id === undefined) return answer()
      const key = `${session} ${JSON.stringify(id)}`
      if (this.#answering.has(key))
        return jsonRpcError(400, 'A request with this id is still being answered.', { id })
      this.#answering.add(key)
      const done = () => this.#answering.delete(key)
      try {
        return ending(await answer(), done)
      } catch (error) {
        done()
        throw error
      }
    }

    #liveOrRestored(row: SessionRow, request: Request, io: CallIo): Promise<LegacySession> {
      return this.#keepLive(row.id, this.#live.get(row.id) ?? this.#restore(row, request, io))
    }

    #keepLive(id: string, session: Promise<LegacySession>): Promise<LegacySession> {
      this.#live.delete(id)
      this.#live.set(id, session) // at the end: the first is the one unused for longest
      for (const oldest of this.#live.keys()) {
        if (this.#live.size <= liveSessions) break
        this.#live.delete(oldest)
      }
      session.catch(() => this.#live.delete(id)) // the next message tries again
      return session
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
      this.#sql.exec('DELETE FROM session WHERE used_at < ?', now - sessionKeptMs)
      const sessions = this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM session').one().n
      if (this.#answers.forget(now) + sessions > 0) await this.ctx.storage.setAlarm(now + sweepMs)
    }
  }
}

/** The response, with `done` called when its body has ended, broken off or stood open too long. */
function ending(response: Response, done: () => void): Response {
  if (!response.body) {
    done()
    return response
  }
  const { readable, writable } = new TransformStream()
  void response.body
    .pipeTo(writable, { signal: AbortSignal.timeout(longestAnswerMs) })
    .catch(() => undefined) // the client is gone or has to ask again; there is nobody to tell
    .finally(done)
  return new Response(readable, response)
}
