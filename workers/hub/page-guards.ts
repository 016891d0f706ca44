import type { MiddlewareHandler } from 'hono'
import { configuration } from './configuration.ts'
import { foreignForm, showProblem } from './pages/error.tsx'
import type { HubContext } from './session.ts'

/**
 * Pages live at the issuer's origin and nowhere else: another name for this Worker is sent there,
 * which also takes the point out of DNS rebinding. A POST comes from our own pages: browsers say
 * so in `Origin` and `Sec-Fetch-Site`, and what says nothing is no browser of ours.
 */
export const sameOrigin: MiddlewareHandler<HubContext> = async (c, next) => {
  const { ISSUER } = configuration(c.env)
  const url = new URL(c.req.url)
  const safe = c.req.method === 'GET' || c.req.method === 'HEAD'
  if (url.origin !== ISSUER)
    return safe
      ? c.redirect(ISSUER + url.pathname + url.search, 307)
      : c.text('This host is not the hub.', 421)
  const origin = c.req.header('origin')
  if (!safe && origin !== undefined && origin !== ISSUER) return showProblem(c, foreignForm)
  return next()
}

/** What a page may do in the browser: show itself, our style sheet and our one script; send forms to us. */
export const pageHeaders: MiddlewareHandler<HubContext> = async (c, next) => {
  await next()
  const formTargets = ["'self'", ...(c.get('formTargets') ?? [])].join(' ')
  const headers = {
    'content-security-policy': `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action ${formTargets}; base-uri 'none'; frame-ancestors 'none'`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    ...(new URL(c.req.url).protocol === 'https:' && {
      'strict-transport-security': 'max-age=31536000',
    }),
  }
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
}
