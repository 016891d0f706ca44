/** The connector dance as a client and a person dance it together: registration, PKCE, sign-in, consent, token. */
import { createHash, randomBytes } from 'node:crypto'
import { Browser, textOf, type Fetch } from './browser.ts'

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly scope: string
  readonly client_id: string
}

export interface DanceOptions {
  readonly resource: string
  readonly email: string
  /** Scopes the person ticks; all that are offered when left out. */
  readonly scopes?: readonly string[]
  readonly redirectUri?: string
  /** A client that is registered already, or a CIMD address. */
  readonly clientId?: string
  readonly fetch?: Fetch
  readonly browser?: Browser
  step?(words: string): void
}

const base64url = (bytes: Buffer) => bytes.toString('base64url')
const json = async (response: Response) => (await response.json()) as Record<string, unknown>

/** Signs a person in to one endpoint and returns the client's tokens. @throws Error with the page's words when refused */
export async function connect(options: DanceOptions): Promise<Tokens> {
  const call: Fetch = options.fetch ?? ((request) => fetch(request))
  const tell = options.step ?? (() => undefined)
  const redirectUri = options.redirectUri ?? 'http://localhost:33418/callback'
  const challenge = await call(
    new Request(options.resource, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }),
  )
  const metadataUrl = /resource_metadata="([^"]+)"/.exec(
    challenge.headers.get('www-authenticate') ?? '',
  )?.[1]
  if (challenge.status !== 401 || !metadataUrl)
    throw new Error(`Expected a 401 with resource_metadata, got ${challenge.status}.`)
  tell(`401, resource metadata at ${metadataUrl}`)
  const resource = await json(await call(new Request(metadataUrl)))
  const issuer = String((resource.authorization_servers as string[])[0])
  const server = await json(
    await call(new Request(`${issuer}/.well-known/oauth-authorization-server`)),
  )
  tell(`authorization server ${issuer}`)
  const clientId =
    options.clientId ?? (await register(call, String(server.registration_endpoint), redirectUri))
  tell(`client ${clientId}`)

  const verifier = base64url(randomBytes(32))
  const authorize = new URL(String(server.authorization_endpoint))
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 'state-1',
    resource: options.resource,
    scope: (options.scopes ?? (resource.scopes_supported as string[])).join(' '),
    code_challenge: base64url(createHash('sha256').update(verifier).digest()),
    code_challenge_method: 'S256',
  }).toString()
  const browser =
    options.browser ?? new Browser({ fetch: call, stopAt: (url) => url.startsWith(redirectUri) })
  const callback = await consent(browser, authorize.href, options, tell)
  const code = callback.get('code') ?? ''
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    resource: options.resource,
  })
  const answer = await json(
    await call(new Request(String(server.token_endpoint), { method: 'POST', body })),
  )
  if (typeof answer.access_token !== 'string')
    throw new Error(`No token: ${JSON.stringify(answer)}`)
  tell(`token with ${String(answer.scope)}`)
  return {
    access_token: answer.access_token,
    refresh_token: String(answer.refresh_token),
    scope: String(answer.scope),
    client_id: clientId,
  }
}

/** Registers a public client (RFC 7591). @returns its id */
export async function register(
  call: Fetch,
  endpoint: string,
  redirectUri: string,
): Promise<string> {
  const body = JSON.stringify({
    client_name: 'Gatehouse demo',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  })
  const answer = await json(
    await call(
      new Request(endpoint, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      }),
    ),
  )
  return String(answer.client_id)
}

/** The person's part: signs in if asked, ticks scopes, allows. @returns the parameters of the redirect back to the client */
export async function consent(
  browser: Browser,
  authorizeUrl: string,
  options: Pick<DanceOptions, 'email' | 'scopes'>,
  tell: (words: string) => void = () => undefined,
): Promise<URLSearchParams> {
  let page = await browser.open(authorizeUrl)
  if (/name="email"/.test(page.html)) {
    page = await browser.submit(page, { email: options.email })
    tell(`signed in as ${options.email}`)
  }
  if (!/name="decision"/.test(page.html))
    throw new Error(
      `No consent page at ${page.url} (${page.status}): ${textOf(page.html).slice(0, 400)}`,
    )
  page = await browser.submit(page, {
    ...(options.scopes && { scope: options.scopes }),
    decision: 'approve',
  })
  const callback = new URL(page.url).searchParams
  if (!callback.get('code'))
    throw new Error(`No code: ${page.url} ${textOf(page.html).slice(0, 300)}`)
  tell('consented')
  return callback
}
