import {
  AuthorizationError,
  CimdFetchError,
  type AuthRequest,
  type OAuthHelpers,
} from '@cloudflare/workers-oauth-provider'
import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono/tiny'
import * as z from 'zod'
import { visible } from '../../../shared/visible.ts'
import { recordRequest } from '../audit.ts'
import { parseAuthorizationRequest } from '../authorization-request.ts'
import { authorizationServer, type GrantProps } from '../authorization-server.ts'
import { configuration, integrationOf } from '../configuration.ts'
import { offerFor, type Offer } from '../consent.ts'
import { show } from '../layout.tsx'
import { oauthEnv } from '../oauth-storage.ts'
import { personObject } from '../person.ts'
import { requireSession, sendToSignIn, type HubContext } from '../session.ts'
import { ConsentPage, NothingToGrant, type ClientFacts } from './consent.tsx'
import { showProblem } from './error.tsx'

export const authorize = new Hono<HubContext>()

/** A token's hour starts at the sign-in, so a consent page is for people who came lately. */
const signInMaxAgeMs = 30 * 60_000

const recently: MiddlewareHandler<HubContext> = (c, next) =>
  Date.now() - c.var.session.startedAt < signInMaxAgeMs ? next() : Promise.resolve(sendToSignIn(c))

authorize.get('/authorize', requireSession, recently, (c) => askConsent(c, false))

const Form = z.object({
  handle: z.string().max(200),
  decision: z.enum(['approve', 'deny']),
  scope: z.array(z.string().max(200)).max(100),
  /** Whom the page was shown to; another tab may have signed in somebody else since. */
  as: z.string().nullable(),
})

authorize.post('/authorize', requireSession, async (c) => {
  const body = await c.req.formData()
  const form = Form.safeParse({
    handle: body.get('handle'),
    decision: body.get('decision'),
    scope: body.getAll('scope'),
    as: body.get('as'),
  })
  const { person } = c.var
  if (!form.success) throw new AuthorizationError('invalid_request', { description: 'Bad form' })
  const { handle, decision, scope, as } = form.data
  if (as !== null && as !== person.userId)
    throw new AuthorizationError('invalid_request', {
      description: 'The page was for another person',
    })
  if (decision === 'deny') {
    const { request, headers } = await oauthOf(c).denyConsent(c.req.raw, handle)
    record(c, request, 'denied')
    return new Response(null, { status: 302, headers })
  }
  if (scope.length === 0) return askConsent(c, true)
  return grant(c, handle, scope)
})

async function askConsent(c: Context<HubContext>, nothingTicked: boolean): Promise<Response> {
  const oauth = oauthOf(c)
  const request = await parseAuthorizationRequest(oauth, c.req.raw)
  const offer = offerOf(c, request)
  const client = await clientFacts(oauth, request)
  const { person } = c.var
  if (offer.scopes.length === 0) {
    record(c, request, 'nothing_to_grant')
    return show(c, <NothingToGrant person={person} client={client} offer={offer} />, 403)
  }
  const { handle, headers } = await oauth.beginConsent(request)
  for (const cookie of headers.getSetCookie()) c.header('set-cookie', cookie, { append: true })
  c.set('formTargets', [new URL(request.redirectUri).origin])
  return show(c, <ConsentPage {...{ person, client, offer, handle, nothingTicked }} />)
}

/** Grants what was ticked and policy allows, and sends the code to the client. */
async function grant(c: Context<HubContext>, handle: string, ticked: string[]): Promise<Response> {
  const oauth = oauthOf(c)
  const { request, headers } = await oauth.approveConsent(c.req.raw, handle)
  const offer = offerOf(c, request)
  const granted = offer.scopes.map((one) => one.scope).filter((one) => ticked.includes(one))
  if (granted.length === 0)
    throw new AuthorizationError('invalid_scope', { description: 'Nothing that was offered' })
  const { name: client, domain } = await clientFacts(oauth, request)
  const { userId, email } = c.var.person
  const { integration } = offer
  const since = Date.now()
  const offline = request.scope.filter((one) => one === 'offline_access')
  const { redirectTo } = await oauth.completeAuthorization({
    request,
    userId,
    metadata: { client, domain, integration },
    scope: [...granted, ...offline],
    props: { grantedAt: since } satisfies GrantProps,
  })
  const id = new URL(redirectTo).searchParams.get('code')?.split(':')[1] ?? ''
  const { clientId } = request
  const scope = granted.join(' ')
  const connection = { id, clientId, client, domain, integration, scope, since }
  await personObject(c.env, email).addConnection(connection)
  record(c, request, 'approved', { scope })
  headers.set('location', redirectTo)
  return new Response(null, { status: 302, headers })
}

const oauthOf = (c: Context<HubContext>): OAuthHelpers =>
  authorizationServer(c.env).getOAuthApi(oauthEnv(c.env))

const integrationFor = (c: Context<HubContext>, request: AuthRequest): string =>
  integrationOf(configuration(c.env), request.resource ?? '') ?? ''

const offerOf = (c: Context<HubContext>, request: AuthRequest): Offer =>
  offerFor(c.var.person, integrationFor(c, request), request.scope)

/** The client's own words are shown without what can't be seen, and not at any length. */
async function clientFacts(oauth: OAuthHelpers, request: AuthRequest): Promise<ClientFacts> {
  const details = await oauth.describeConsent(request)
  const { clientName, clientDomain = '', redirectHost, redirectIsLoopback } = details
  const name = visible(clientName.replace(/\s+/g, ' ').trim()).slice(0, 80)
  return { name, domain: clientDomain, redirectHost, redirectIsLoopback }
}

function record(
  c: Context<HubContext>,
  request: AuthRequest,
  outcome: string,
  facts: Record<string, string> = {},
): void {
  const { clientId: client } = request
  const user = c.var.person.email
  const integration = integrationFor(c, request)
  recordRequest(c, { kind: 'consent', user, outcome, client, integration, facts })
}

authorize.onError((error, c) => {
  if (error instanceof AuthorizationError && error.redirectTo)
    return c.redirect(error.redirectTo, 302)
  if (error instanceof AuthorizationError)
    return showProblem(c, {
      status: 400,
      title: 'This request can’t be used',
      text: `${error.description}. Nothing was granted. Go back to the app and start connecting again.`,
    })
  if (error instanceof CimdFetchError)
    return showProblem(c, {
      status: 400,
      title: 'This app could not be verified',
      text: 'Its description could not be fetched, or is not valid. Nothing was granted. Tell whoever makes the app.',
    })
  throw error
})
