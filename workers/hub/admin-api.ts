import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { Hono } from 'hono/tiny'
import * as z from 'zod'
import { control } from './control.ts'
import { policy } from './policy.ts'
import type { HubContext } from './session.ts'
import { SwitchRequest, turnSwitch } from './switches.ts'

/** Shorter ones are no secrets, so they open nothing. */
const AdminToken = z.string().min(32)

/**
 * What `npm run kill` calls: the kill switches and nothing else, for whoever holds ADMIN_TOKEN.
 * Without that secret the address does not exist. It has no cookies, so no page can ride on it.
 */
export const adminApi = new Hono<HubContext>()

const tokenHolders: MiddlewareHandler<HubContext> = async (c, next) => {
  const secret = AdminToken.safeParse(c.env.ADMIN_TOKEN)
  if (!secret.success) return c.json({ error: 'not_found' }, 404)
  const given = /^Bearer ([\x21-\x7e]+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  if (given === undefined || !same(given, secret.data))
    return c.json({ error: 'unauthorized' }, 401, { 'www-authenticate': 'Bearer' })
  return next()
}

adminApi.use('/admin/api/*', tokenHolders)

adminApi.get('/admin/api/switches', async (c) =>
  c.json(await control(c.env).switches(policy.version)),
)

const Request = SwitchRequest.extend({ operator: z.string().max(200).default('') })

adminApi.post('/admin/api/switches', async (c) => {
  const request = Request.safeParse(await c.req.json().catch(() => undefined))
  if (!request.success)
    return c.json({ error: 'invalid_request', message: z.prettifyError(request.error) }, 400)
  const { operator, ...change } = request.data
  // The token says that somebody may; who it was is their own word.
  const by = `admin token${operator && ` (${operator})`}`
  const turned = await turnSwitch(c.env, c.executionCtx, by, change)
  return 'refused' in turned
    ? c.json({ error: 'invalid_request', message: turned.refused }, 400)
    : c.json(turned)
})

/** Compares in a time that says nothing about either, whatever their lengths. */
const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
