import type { Context, Hono } from 'hono'
import * as z from 'zod'

/** What may sign in: an account's API tokens, and OAuth clients whose tokens live an hour. */
export interface Access {
  readonly email: string
  readonly apiTokens: Set<string>
  readonly clients: Map<string, Set<string>>
  readonly bearers: Map<string, number>
}

export const sandboxAccess = (): Access => ({
  email: 'gatehouse@serviceaccount.example.com',
  apiTokens: new Set(['sandbox-jira-token']),
  clients: new Map([['sandbox-client', new Set(['sandbox-client-secret'])]]),
  bearers: new Map(),
})

export function isSignedIn(c: Context, access: Access, now: number): boolean {
  const header = c.req.header('authorization') ?? ''
  const [, bearer] = /^Bearer (.+)$/.exec(header) ?? []
  if (bearer !== undefined) return (access.bearers.get(bearer) ?? 0) > now
  const [, pair] = /^Basic (.+)$/.exec(header) ?? []
  const [email, token = ''] = Buffer.from(pair ?? '', 'base64')
    .toString('utf8')
    .split(/:(.*)/s)
  return email === access.email && access.apiTokens.has(token)
}

const TokenForm = z.strictObject({
  grant_type: z.literal('client_credentials'),
  client_id: z.string(),
  client_secret: z.string(),
})

/** auth.atlassian.com: client credentials of a service account, an hour at a time. */
export function tokenRoute(app: Hono, access: Access, now: () => number): void {
  app.post('/oauth/token', async (c) => {
    const form = TokenForm.safeParse(await c.req.parseBody())
    const secrets = form.success ? access.clients.get(form.data.client_id) : undefined
    if (!form.success || !secrets?.has(form.data.client_secret))
      return c.json({ error: 'access_denied', error_description: 'Unauthorized' }, 401)
    const token = `sandbox-bearer-${access.bearers.size + 1}`
    access.bearers.set(token, now() + 3_600_000)
    return c.json({ access_token: token, expires_in: 3600, token_type: 'Bearer' })
  })
}
