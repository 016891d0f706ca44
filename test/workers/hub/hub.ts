import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env as bindings } from 'cloudflare:workers'
import { app } from '../../../workers/hub/app.tsx'
import type { HubEnv } from '../../../workers/hub/env.ts'
import { validateToken } from '../../../workers/hub/tokens.ts'
import { Browser, fieldOf } from './browser.ts'

export const env = bindings as unknown as HubEnv
export const issuer = 'http://127.0.0.1:8700'
export const resource = 'http://127.0.0.1:8701/mcp'
export const callback = 'http://127.0.0.1:33418/callback'

/** One request to the hub, with what it left for after the answer done as well. */
export async function fetchHub(request: Request, hubEnv: HubEnv = env): Promise<Response> {
  const ctx = createExecutionContext()
  const response = await app.fetch(request, hubEnv, ctx)
  await waitOnExecutionContext(ctx)
  return response
}

export const newBrowser = (hubEnv: HubEnv = env): Browser =>
  new Browser(issuer, (request) => fetchHub(request, hubEnv))

/** A registration request; each comes from an address of its own unless told otherwise. */
export function postRegistration(
  body: unknown,
  address: string = crypto.randomUUID(),
): Promise<Response> {
  const request = new Request(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cf-connecting-ip': address },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return fetchHub(request)
}

export function postForm(
  path: string,
  fields: Record<string, string>,
  { hubEnv = env, headers = {} }: { hubEnv?: HubEnv; headers?: Record<string, string> } = {},
): Promise<Response> {
  const request = new Request(issuer + path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
  return fetchHub(request, hubEnv)
}

/** Registers a client and returns its answer. */
export async function register(
  metadata: Record<string, unknown> = {},
): Promise<{ client_id: string; client_secret: string }> {
  const response = await postRegistration({
    client_name: 'Test client',
    redirect_uris: [callback],
    token_endpoint_auth_method: 'none',
    ...metadata,
  })
  if (response.status !== 201) throw new Error(await response.text())
  return response.json()
}

export const verifier = 'a-code-verifier-of-more-than-forty-three-characters-0123'

export async function challengeOf(codeVerifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** The path of an authorization request; a parameter set to undefined is left out. */
export async function authorizePath(
  clientId: string,
  parameters: Record<string, string | undefined> = {},
): Promise<string> {
  const all: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    state: 'client-state',
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
    resource,
    ...parameters,
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(all)) if (value !== undefined) query.set(name, value)
  return `/authorize?${query}`
}

/** The consent page's one-time handle. */
export async function handleOf(browser: Browser, path: string): Promise<string> {
  const page = await browser.get(path)
  if (page.status !== 200) throw new Error(`consent page: ${page.status} ${await page.text()}`)
  return fieldOf(await page.text(), 'handle')
}

/** Sends the consent form. */
export function decide(
  browser: Browser,
  path: string,
  handle: string,
  scopes: readonly string[],
  decision: 'approve' | 'deny' = 'approve',
): Promise<Response> {
  return browser.post(path, [
    ['handle', handle],
    ...scopes.map((scope) => ['scope', scope] as const),
    ['decision', decision],
  ])
}

/** Opens the consent page and approves these scopes. @returns the redirect to the client. */
export async function consent(browser: Browser, path: string, scopes: string[]): Promise<URL> {
  const response = await decide(browser, path, await handleOf(browser, path), scopes)
  const location = response.headers.get('location')
  if (response.status !== 302 || !location)
    throw new Error(`consent: ${response.status} ${await response.text()}`)
  return new URL(location)
}

export interface Tokens {
  access_token: string
  refresh_token: string
  expires_in: number
  scope: string
  resource: string
}

export function exchange(
  clientId: string,
  code: string,
  fields: Record<string, string> = {},
  hubEnv: HubEnv = env,
): Promise<Response> {
  return postForm(
    '/oauth/token',
    {
      grant_type: 'authorization_code',
      client_id: clientId,
      code,
      redirect_uri: callback,
      code_verifier: verifier,
      ...fields,
    },
    { hubEnv },
  )
}

export function refresh(clientId: string, refreshToken: string, hubEnv = env): Promise<Response> {
  return postForm(
    '/oauth/token',
    { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken },
    { hubEnv },
  )
}

/** The whole dance for one person: their browser, the client and its tokens. */
export async function connected(
  email: string,
  scopes: string[] = ['postgres:read'],
  hubEnv: HubEnv = env,
): Promise<{ browser: Browser; clientId: string; tokens: Tokens }> {
  const { client_id: clientId } = await register()
  const browser = newBrowser(hubEnv)
  await browser.signIn(email)
  const redirect = await consent(browser, await authorizePath(clientId), scopes)
  const response = await exchange(clientId, codeOf(redirect), {}, hubEnv)
  if (!response.ok) throw new Error(await response.text())
  return { browser, clientId, tokens: await response.json() }
}

export const codeOf = (redirect: URL): string => redirect.searchParams.get('code') ?? ''

/** What an endpoint hears of a token. */
export const validated = (token: string, hubEnv: HubEnv = env) =>
  validateToken(hubEnv, createExecutionContext(), resource, token)
