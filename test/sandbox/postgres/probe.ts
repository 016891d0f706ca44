/**
 * A Worker that speaks to the database as the driver does when nobody configures it: SQL over
 * HTTP, and an interactive transaction over a WebSocket. It shows that the sandbox stands in for Neon.
 */
import { DurableObject } from 'cloudflare:workers'
import { Client, neon } from '@neondatabase/serverless'
import * as z from 'zod'

const Job = z.object({
  over: z.enum(['http', 'websocket', 'world']),
  statements: z.array(z.string()),
})

/** `[env.postgres]` binds it. */
export class Session extends DurableObject {}

export default {
  async fetch(request: Request, env: { SHOP_DATABASE_URL: string }): Promise<Response> {
    const { over, statements } = Job.parse(await request.json())
    try {
      return Response.json(await ways[over](env.SHOP_DATABASE_URL, statements))
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      return Response.json({ code, message }, { status: 500 })
    }
  },
}

const ways = {
  async http(url: string, statements: readonly string[]): Promise<unknown> {
    const sql = neon(url)
    return sql.transaction(statements.map((statement) => sql.query(statement)))
  },
  async websocket(url: string, statements: readonly string[]): Promise<unknown> {
    const client = new Client(url)
    try {
      await client.connect()
      const rows: unknown[] = []
      for (const statement of statements) rows.push((await client.query(statement)).rows)
      return rows
    } finally {
      await client.end()
    }
  },
  /** Each statement is a URL. */
  async world(_: string, urls: readonly string[]): Promise<unknown> {
    const answers: unknown[] = []
    for (const url of urls) {
      const answer = await fetch(url, { method: 'POST', body: 'hello' })
      answers.push([answer.status, await answer.text()])
    }
    return answers
  },
}
