import { Hono } from 'hono/tiny'
import { bodyLimit } from 'hono/body-limit'
import { authorizationServer, laterResponse } from './authorization-server.ts'
import { isPublicClientId } from './client-id.ts'
import { oauthEnv } from './oauth-storage.ts'
import type { HubContext } from './session.ts'

/** The OAuth protocol's own endpoints, for clients: no cookies, no pages, any origin. */
export const oauthEndpoints = new Hono<HubContext>()

const refuse = (error: string, description: string, status: number): Response =>
  Response.json(
    { error, error_description: description },
    { status, headers: { 'cache-control': 'no-store', 'access-control-allow-origin': '*' } },
  )

const limited = bodyLimit({
  maxSize: 16 * 1024,
  onError: () => refuse('invalid_request', 'The request is too large.', 413),
})

oauthEndpoints.use('/oauth/*', limited)

oauthEndpoints.post('/oauth/register', async (c, next) => {
  const key = c.req.header('cf-connecting-ip') ?? 'unknown'
  const { success } = await c.env.REGISTRATIONS.limit({ key })
  if (success) return next()
  const response = refuse(
    'temporarily_unavailable',
    'Too many registrations. Try again later.',
    429,
  )
  response.headers.set('retry-after', '60')
  return response
})

oauthEndpoints.post('/oauth/token', async (c, next) => {
  const form = new URLSearchParams(new TextDecoder().decode(await c.req.arrayBuffer()))
  const clientId = form.get('client_id') ?? ''
  return isPublicClientId(clientId) ? next() : refuse('invalid_client', 'Client not found', 401)
})

for (const path of ['/.well-known/oauth-authorization-server', '/oauth/token', '/oauth/register'])
  oauthEndpoints.all(path, async (c) => {
    // The guards above may have read the body; Hono kept it.
    const request = new Request(c.req.raw.url, {
      method: c.req.method,
      headers: c.req.raw.headers,
      ...(c.req.raw.body && { body: await c.req.arrayBuffer() }),
    })
    const ctx = c.executionCtx as ExecutionContext // the Worker's own, which Hono types more narrowly
    return authorizationServer(c.env).fetch(request, oauthEnv(c.env), ctx)
  })

oauthEndpoints.onError((error) => {
  console.error('An OAuth endpoint failed.', error)
  return laterResponse()
})
