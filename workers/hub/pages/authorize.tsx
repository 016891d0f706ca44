import {
  AuthorizationError,
  authorizationErrorRedirect,
  CimdFetchError,
  type AuthRequest,
} from '@cloudflare/workers-oauth-provider'
import { Hono, type Context } from 'hono'
import * as z from 'zod'
import { scopesFor } from '../../../shared/policy.ts'
import { recordRequest } from '../audit.ts'
import { authorizationServer, type GrantProps } from '../authorization-server.ts'
import { configuration, integrationOf } from '../configuration.ts'
import { oauthEnv } from '../oauth-storage.ts'
import { policy } from '../policy.ts'
import { requireSession, type HubContext } from '../session.ts'
import { Consent } from './consent.tsx'
import { showProblem } from './error.tsx'
import { show } from '../layout.tsx'

export const authorize = new Hono<HubContext>()

const oauthOf = (c: Context<HubContext>) => authorizationServer(c.env).getOAuthApi(oauthEnv(c.env))

authorize.get('/authorize', requireSession, async (c) => {
  const oauth = oauthOf(c)
  const request = await oauth.parseAuthRequest(c.req.raw)
  if (!request.codeChallenge) {
    return c.redirect(authorizationErrorRedirect(request, 'invalid_request', 'PKCE is required'))
  }
  const offered = offeredScopes(c, request)
  const details = await oauth.describeConsent(request)
  const consent = await oauth.beginConsent(request)
  for (const cookie of consent.headers.getSetCookie())
    c.header('set-cookie', cookie, { append: true })
  return show(
    c,
    <Consent person={c.var.person} details={details} handle={consent.handle} scopes={offered} />,
  )
})

const Form = z.object({
  handle: z.string(),
  decision: z.enum(['approve', 'deny']),
  scope: z.array(z.string()),
})

authorize.post('/authorize', requireSession, async (c) => {
  const body = await c.req.formData()
  const { handle, decision, scope } = Form.parse({
    handle: body.get('handle'),
    decision: body.get('decision'),
    scope: body.getAll('scope'),
  })
  const oauth = oauthOf(c)
  const { email, name, userId } = c.var.person
  if (decision === 'deny') {
    const denied = await oauth.denyConsent(c.req.raw, handle)
    return new Response(null, { status: 302, headers: denied.headers })
  }
  const approved = await oauth.approveConsent(c.req.raw, handle, { scope })
  const allowed = offeredScopes(c, approved.request)
  const granted = approved.request.scope.filter((one) => allowed.includes(one))
  const props: GrantProps = { grantedAt: Date.now() }
  const { redirectTo } = await oauth.completeAuthorization({
    request: approved.request,
    userId,
    metadata: { name },
    scope: granted,
    props,
  })
  recordRequest(c, { kind: 'consent', user: email, outcome: 'approved' })
  approved.headers.set('Location', redirectTo)
  return new Response(null, { status: 302, headers: approved.headers })
})

function offeredScopes(c: Context<HubContext>, request: AuthRequest): string[] {
  const integration = integrationOf(configuration(c.env), request.resource ?? '') ?? ''
  return scopesFor(policy, c.var.person, integration)
}

authorize.onError((error, c) => {
  if (error instanceof AuthorizationError && error.redirectTo) return c.redirect(error.redirectTo)
  if (error instanceof AuthorizationError || error instanceof CimdFetchError)
    return showProblem(c, { status: 400, title: 'This request can’t be used', text: error.message })
  throw error
})
