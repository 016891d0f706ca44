import { OAuthAuthorizationServer, OAuthError } from '@cloudflare/workers-oauth-provider'
import * as z from 'zod'
import { catalogue } from '../../shared/catalogue.ts'
import { configuration, resourceOf, type Configuration } from './configuration.ts'
import type { HubEnv } from './env.ts'
import { emailOf } from './identity.ts'
import { personObject, refreshIdleMs } from './person.ts'
import { refuseRegistration } from './registration.ts'

/** What a grant carries, encrypted, to each of its tokens. Groups are not in it: the Person object has fresher ones. */
export const GrantProps = z.object({
  /** When consent was given, in milliseconds. */
  grantedAt: z.number(),
})
export type GrantProps = z.infer<typeof GrantProps>

const accessTokenSeconds = 3600
const refreshIdleSeconds = refreshIdleMs / 1000
/** A registration in use is renewed at half of this, so it outlives every grant that idles for 30 days. */
export const registrationSeconds = 90 * 86_400

const servers = new WeakMap<Configuration, OAuthAuthorizationServer<HubEnv>>()

/** The OAuth library, wired for this environment; built once. */
export function authorizationServer(env: HubEnv): OAuthAuthorizationServer<HubEnv> {
  const config = configuration(env)
  let server = servers.get(config)
  if (!server) {
    server = build(config)
    servers.set(config, server)
  }
  return server
}

function build(config: Configuration): OAuthAuthorizationServer<HubEnv> {
  const integrations = Object.entries(catalogue).filter(([id]) => id in config.ENDPOINTS)
  return new OAuthAuthorizationServer<HubEnv>({
    issuer: config.ISSUER,
    resources: Object.values(config.ENDPOINTS).map(resourceOf),
    scopesSupported: [
      ...integrations.flatMap(([, { scopes }]) => Object.keys(scopes)),
      'offline_access',
    ],
    clientRegistrationEndpoint: '/oauth/register',
    clientRegistrationTTL: registrationSeconds,
    clientRegistrationCallback: refuseRegistration,
    clientIdMetadataDocumentEnabled: true,
    accessTokenTTL: accessTokenSeconds,
    refreshTokenTTL: refreshIdleSeconds,
    refreshTokenIdleTTL: refreshIdleSeconds,
    cookiePrefix: '__Host-gatehouse-',
    tokenExchangeCallback: ({ grantType, userId, grantId, env }) =>
      renewGrant(env, userId, grantId, grantType === 'refresh_token' ? 'refresh' : 'code'),
    onError({ internal, code, status }) {
      console.warn(
        JSON.stringify({
          oauth: code,
          status,
          category: internal.category,
          reason: internal.reason,
        }),
      )
      // The client's metadata host failed, not the client: it should come back, not give up.
      if (internal.category === 'client-id-metadata-document') return laterResponse()
      return undefined
    },
  })
}

/** The Person object has the last word on each exchange, and bounds the token to the hour its groups are good for. */
async function renewGrant(
  env: HubEnv,
  userId: string,
  grantId: string,
  by: 'code' | 'refresh',
): Promise<{ accessTokenTTL: number }> {
  let renewal
  try {
    renewal = await personObject(env, emailOf(userId)).renew(grantId, by)
  } catch (error) {
    console.error('The Person object did not answer at the token endpoint.', error)
    renewal = { outcome: 'unavailable', retryAfterSeconds: 5 } as const
  }
  if (renewal.outcome === 'unavailable') throw later(renewal.retryAfterSeconds)
  if (renewal.outcome === 'refused')
    throw new OAuthError('invalid_grant', {
      description: 'This connection has ended. Authorize again.',
      internal: { category: 'person', reason: renewal.reason },
    })
  const seconds = Math.floor((renewal.groupsUntil - Date.now()) / 1000)
  return { accessTokenTTL: Math.max(60, Math.min(accessTokenSeconds, seconds)) }
}

const laterWords = 'Not possible right now. Try again shortly.'

const later = (retryAfterSeconds: number): OAuthError =>
  new OAuthError('temporarily_unavailable', {
    description: laterWords,
    statusCode: 503,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  })

/** A failure that passes (CLIENTS.md 6): a client that gets this keeps its grant and retries. */
export const laterResponse = (retryAfterSeconds = 10): Response =>
  Response.json(
    { error: 'temporarily_unavailable', error_description: laterWords },
    {
      status: 503,
      headers: { 'Retry-After': String(retryAfterSeconds), 'Cache-Control': 'no-store' },
    },
  )
