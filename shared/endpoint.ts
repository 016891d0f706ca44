import { OAuthError, OAuthResourceServer } from '@cloudflare/workers-oauth-provider'
import { challenge, unreadable } from './admission.ts'
import { BodyError, readJson } from './body.ts'
import { callerFrom, type Caller, type EndpointEnv } from './caller.ts'
import { ToolError } from './errors.ts'
import type { CallerProps } from './hub.ts'
import type { Integration } from './integration.ts'
import { isLegacy, statelessHandler, wantsSession, type StatelessHandler } from './mcp.ts'
import {
  listOf,
  preflight,
  rangesOf,
  refusedNetwork,
  withCors,
  type NetworkRules,
} from './network.ts'
import { endpointPage } from './page.ts'
import { jsonRpcError } from './json-rpc.ts'
import type { CallIo, Shell } from './pipeline.ts'
import { sessionOf } from './resources.ts'
import { nameOf } from './failures.ts'
import { makeShell, settingsOf } from './shell.ts'
import { rememberingValidator } from './token-memory.ts'
import { version } from './version.ts'

/** What one isolate keeps of an endpoint. */
interface Endpoint {
  readonly shell: Shell
  readonly rules: NetworkRules
  readonly server: OAuthResourceServer<EndpointEnv, CallerProps>
}

/** An integration as a Worker: `export default endpoint(integration)`. */
export function endpoint(integration: Integration): ExportedHandler<EndpointEnv> {
  let made: { readonly env: EndpointEnv; readonly endpoint: Endpoint | undefined } | undefined
  return {
    async fetch(request, env, ctx) {
      if (made?.env !== env) made = { env, endpoint: endpointOf(integration, env) }
      const { endpoint } = made
      const url = new URL(request.url)
      if (url.pathname === '/healthz') return health(integration, env, endpoint !== undefined)
      if (!endpoint)
        return jsonRpcError(500, 'This endpoint is not set up. Tell its administrator.')
      const refused = refusedNetwork(url, request.headers, endpoint.rules)
      if (refused) return jsonRpcError(refused.status, refused.message)
      if (request.method === 'OPTIONS') return withCors(preflight(), request)
      if (url.pathname === '/' && request.method === 'GET')
        return endpointPage(integration, endpoint.shell.resource, env.HUB_URL)
      return withCors(await endpoint.server.fetch(request, env, ctx), request)
    },
  }
}

const health = (integration: Integration, env: EndpointEnv, ok: boolean): Response =>
  Response.json(
    { ok, endpoint: integration.id, version, deployment: env.VERSION?.id ?? '' },
    { status: ok ? 200 : 500 },
  )

/** undefined for one whose settings are missing or wrong; the log says which. */
function endpointOf(integration: Integration, env: EndpointEnv): Endpoint | undefined {
  try {
    return makeEndpoint(integration, env)
  } catch (error) {
    console.error(error instanceof ToolError ? error.message : `not set up: ${nameOf(error)}`)
    return undefined
  }
}

function makeEndpoint(integration: Integration, env: EndpointEnv): Endpoint {
  const settings = settingsOf({ env })
  const shell = makeShell(integration, env)
  const stateless = statelessHandler(shell)
  const reading = Object.keys(integration.scopes).filter((scope) => scope.endsWith(':read'))
  const validate = rememberingValidator(env.HUB)
  const path = new URL(shell.resource).pathname
  const server = new OAuthResourceServer<EndpointEnv, CallerProps>({
    resourceMetadata: {
      resource: shell.resource,
      authorization_servers: [env.HUB_URL],
      resource_name: `${integration.title} (Gatehouse)`,
    },
    requiredScopes: reading,
    validateToken: () => (resource, token) => validate(resource, token).catch(hubAway),
    handler: {
      async fetch(request, _env, ctx) {
        if (new URL(request.url).pathname !== path) return new Response(null, { status: 404 })
        if (request.method !== 'POST' && request.method !== 'DELETE') {
          // An open stream would pin the Session object, so there is none (MCP transports: 405).
          return new Response(null, { status: 405, headers: { allow: 'POST, DELETE' } })
        }
        const country = (request.cf as { country?: string } | undefined)?.country ?? ''
        const caller = callerFrom(ctx.props, ctx.auth, country)
        const io = {
          caller,
          signal: request.signal,
          waitUntil: (promise: Promise<unknown>) => ctx.waitUntil(promise),
        }
        let message: Record<string, unknown> | undefined
        try {
          message = request.method === 'POST' ? await readJson(request) : undefined
          return (
            (await challenge(shell, ctx.auth, io, message)) ??
            (await serve(shell, stateless, request, message, io))
          )
        } catch (error) {
          if (error instanceof BodyError) return unreadable(shell, io, error)
          // The person's object was restarted under the request, or is overloaded.
          console.error('request failed:', nameOf(error))
          return jsonRpcError(503, interrupted, { id: message?.id })
        }
      },
    },
  })
  const rules = {
    host: new URL(settings.ENDPOINT_URL).host,
    ranges: rangesOf(settings.ALLOWED_NETWORKS) ?? [],
    origins: listOf(settings.ALLOWED_ORIGINS),
  }
  return { shell, rules, server }
}

const interrupted =
  'The request was interrupted. Send it again; for a change that was proposed or approved, ask for the approval result first.'

/** @throws OAuthError 503: whether the token is good can't be told, so nothing is let through */
function hubAway(): never {
  throw new OAuthError('temporarily_unavailable', {
    description: 'The hub that judges tokens does not answer. Try again in a few seconds.',
    statusCode: 503,
    headers: { 'Retry-After': '3' },
  })
}

/** 2025-era sessions go to the person's Session object; everything else is answered here. */
async function serve(
  shell: Shell,
  stateless: StatelessHandler,
  request: Request,
  message: unknown,
  io: CallIo,
): Promise<Response> {
  const bare = () =>
    new Request(request.url, {
      method: request.method,
      headers: request.headers,
      signal: request.signal,
    })
  if (
    request.headers.has('mcp-session-id') &&
    (request.method === 'DELETE' || (await isLegacy(request, message)))
  ) {
    const answer = await sessionOf(shell, io).serve(bare(), message, plain(io.caller))
    if (answer) return answer
    // A lost session never breaks a call: without it, the message is served statelessly.
    if (request.method === 'DELETE') return jsonRpcError(404, 'Session not found.')
  }
  if (wantsSession(shell.integration, message))
    return sessionOf(shell, io).open(bare(), message, plain(io.caller))
  return stateless(request, message, io)
}

const plain = (caller: Caller): Caller => ({ ...caller })
