import * as oauth from 'oauth4webapi'
import * as z from 'zod'
import type { OidcConfiguration } from '../configuration.ts'
import type { Identity } from '../identity.ts'
import { Remembered } from '../remembered.ts'
import { identityOf } from './claims.ts'
import type { Refreshed } from './refresh.ts'
import { SignInError } from './sign-in-error.ts'

/** What a sign-in must find again at its callback; sealed in a cookie of the browser that began it. */
export const OidcTransaction = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  startedAt: z.number(),
})
export type OidcTransaction = z.infer<typeof OidcTransaction>

const discovered = new Remembered<oauth.AuthorizationServer>(600_000)

/** Starts a sign-in: where to send the browser, and what to remember. @throws SignInError `unavailable` */
export async function beginOidc(
  config: OidcConfiguration,
  returnTo: string,
): Promise<{ url: URL; transaction: OidcTransaction }> {
  const provider = await providerOf(config)
  const transaction = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    returnTo,
    startedAt: Date.now(),
  }
  const { authorization_endpoint: endpoint, scopes_supported: supported } = provider
  if (!endpoint) throw new SignInError('unavailable', 'The provider has no authorization endpoint.')
  const scopes = config.OIDC_SCOPES.split(' ')
  const url = new URL(endpoint)
  for (const [name, value] of new URLSearchParams(config.OIDC_PARAMETERS))
    url.searchParams.set(name, value)
  const parameters = {
    response_type: 'code',
    client_id: config.OIDC_CLIENT_ID,
    redirect_uri: callbackOf(config),
    scope: scopes
      .filter((scope) => scope !== 'offline_access' || (supported?.includes(scope) ?? true))
      .join(' '),
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(transaction.verifier),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { url, transaction }
}

/** Turns the provider's answer at the callback into a person. @throws SignInError */
export async function finishOidc(
  config: OidcConfiguration,
  callback: URL,
  { state, nonce, verifier }: OidcTransaction,
): Promise<Identity> {
  const provider = await providerOf(config)
  const client = { client_id: config.OIDC_CLIENT_ID }
  try {
    const parameters = oauth.validateAuthResponse(provider, client, callback, state)
    const response = await oauth.authorizationCodeGrantRequest(
      provider,
      client,
      authenticationFor(config, provider),
      parameters,
      callbackOf(config),
      verifier,
      options(config),
    )
    const tokens = await oauth.processAuthorizationCodeResponse(
      provider,
      client,
      answered(response),
      { expectedNonce: nonce, requireIdToken: true },
    )
    const claims = await claimsOf(config, provider, tokens)
    return identityFrom(config, claims, tokens.refresh_token)
  } catch (error) {
    throw signInErrorOf(error)
  }
}

/** Asks the provider, by its refresh token, whether the person is still there and in which groups. */
export async function refreshOidc(
  config: OidcConfiguration,
  known: { readonly email: string; readonly subject: string },
  refreshToken: string,
): Promise<Refreshed> {
  let rotated = refreshToken
  try {
    const provider = await providerOf(config)
    const client = { client_id: config.OIDC_CLIENT_ID }
    const response = await oauth.refreshTokenGrantRequest(
      provider,
      client,
      authenticationFor(config, provider),
      refreshToken,
      options(config),
    )
    const tokens = await oauth.processRefreshTokenResponse(provider, client, answered(response))
    rotated = tokens.refresh_token ?? refreshToken
    const subject = known.subject.slice(provider.issuer.length + 1)
    const claims = await claimsOf(config, provider, tokens, subject)
    const identity = identityFrom(config, claims, rotated)
    const same = identity.email === known.email && identity.subject === known.subject
    return same ? { outcome: 'confirmed', identity } : { outcome: 'signed_out' }
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error !== 'invalid_grant')
      console.error('The OpenID provider refused a refresh.', error.error)
    const ended = error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant'
    const { problem, retryAfterSeconds } = signInErrorOf(error)
    if (ended || problem === 'email_unverified' || problem === 'domain')
      return { outcome: 'signed_out' }
    return { outcome: 'unavailable', retryAfterSeconds, refreshToken: rotated }
  }
}

const callbackOf = (config: OidcConfiguration): string => `${config.ISSUER}/sign-in/callback`

/** Plain HTTP only to a provider on loopback, which the configuration has made sure of. */
const options = (config: OidcConfiguration) => ({
  [oauth.allowInsecureRequests]: config.OIDC_ISSUER.startsWith('http:'),
  signal: () => AbortSignal.timeout(8_000),
})

async function providerOf(config: OidcConfiguration): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(config.OIDC_ISSUER)
  try {
    return await discovered.get(issuer.href, async () => {
      const response = await oauth.discoveryRequest(issuer, options(config))
      return oauth.processDiscoveryResponse(issuer, answered(response))
    })
  } catch (error) {
    throw new SignInError('unavailable', 'The OpenID provider’s discovery failed.', {
      cause: error,
    })
  }
}

/** Lets a provider's answer through unless it says that the provider is in trouble. */
function answered(response: Response): Response {
  if (response.status < 500 && response.status !== 429) return response
  const seconds = Number(response.headers.get('retry-after'))
  throw new SignInError('unavailable', `The OpenID provider answered ${response.status}.`, {
    ...(Number.isInteger(seconds) && seconds > 0 && { retryAfterSeconds: Math.min(seconds, 300) }),
  })
}

function authenticationFor(
  config: OidcConfiguration,
  provider: oauth.AuthorizationServer,
): oauth.ClientAuth {
  const methods = provider.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic')
    ? oauth.ClientSecretBasic(config.OIDC_CLIENT_SECRET)
    : oauth.ClientSecretPost(config.OIDC_CLIENT_SECRET)
}

/** The ID token's claims, with userinfo's where the ID token leaves e-mail or groups out, as many providers do. */
async function claimsOf(
  config: OidcConfiguration,
  provider: oauth.AuthorizationServer,
  tokens: oauth.TokenEndpointResponse,
  knownSubject?: string,
): Promise<Record<string, unknown>> {
  const client = { client_id: config.OIDC_CLIENT_ID }
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const subject = claims?.sub ?? knownSubject
  const complete = claims?.email !== undefined && claims[config.GROUPS_CLAIM] !== undefined
  if (complete || !provider.userinfo_endpoint || !subject) return { ...claims }
  const response = await oauth.userInfoRequest(
    provider,
    client,
    tokens.access_token,
    options(config),
  )
  const more = await oauth.processUserInfoResponse(provider, client, subject, answered(response))
  return { iss: provider.issuer, ...more, ...claims }
}

function identityFrom(
  config: OidcConfiguration,
  claims: Record<string, unknown>,
  refreshToken: string | undefined,
): Identity {
  const vouched = claims[config.OIDC_EMAIL_VERIFIED_CLAIM]
  return identityOf(config, claims, {
    verified: vouched === true || vouched === 'true',
    refreshToken,
  })
}

function signInErrorOf(error: unknown): SignInError {
  if (error instanceof SignInError) return error
  if (error instanceof oauth.AuthorizationResponseError)
    return new SignInError('declined', `The provider answered ${error.error}.`, { cause: error })
  const known =
    error instanceof oauth.OperationProcessingError || error instanceof oauth.ResponseBodyError
  if (known || error instanceof z.ZodError)
    return new SignInError('not_verified', 'The provider’s answer is not valid.', { cause: error })
  return new SignInError('unavailable', 'The provider can’t be reached.', { cause: error })
}
