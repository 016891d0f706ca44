import {
  OAuthResourceServer,
  insufficientScope,
  type OAuthResourceContext,
} from '@cloudflare/workers-oauth-provider'
import { BodyError, readJson } from './body.ts'
import { callerFrom, type Caller, type EndpointEnv } from './caller.ts'
import type { CallerProps } from './hub.ts'
import type { Integration } from './integration.ts'
import { isLegacy, statelessHandler, wantsSession, type StatelessHandler } from './mcp.ts'
import { preflight, refusedNetwork, withCors } from './network.ts'
import { endpointPage } from './page.ts'
import { governed, missingScopes, type CallIo, type Shell } from './pipeline.ts'
import { matchResource, sessionOf } from './resources.ts'
import { makeShell, resourceOf } from './shell.ts'
import { rememberingValidator } from './token-memory.ts'
import { version } from './version.ts'

/** What one isolate keeps of an endpoint. */
interface Endpoint {
  readonly shell: Shell
  readonly stateless: StatelessHandler
  readonly server: OAuthResourceServer<EndpointEnv, CallerProps>
}

/** An integration as a Worker: `export default endpoint(integration)`. */
export function endpoint(integration: Integration): ExportedHandler<EndpointEnv> {
  let made: { env: EndpointEnv; endpoint: Endpoint } | undefined
  return {
    async fetch(request, env, ctx) {
      if (made?.env !== env) made = { env, endpoint: makeEndpoint(integration, env) }
      const url = new URL(request.url)
      if (url.pathname === '/healthz')
        return Response.json({
          ok: true,
          endpoint: integration.id,
          version,
          deployment: env.VERSION?.id ?? '',
        })
      const rules = {
        host: new URL(env.ENDPOINT_URL).host,
        networks: env.ALLOWED_NETWORKS ?? '',
        origins: env.ALLOWED_ORIGINS ?? '',
      }
      const refused = refusedNetwork(request, rules)
      if (refused) return jsonRpcError(refused.status, refused.message)
      if (request.method === 'OPTIONS') return withCors(preflight(), request)
      if (url.pathname === '/' && request.method === 'GET')
        return endpointPage(integration, made.endpoint.shell.resource, env.HUB_URL)
      return withCors(await made.endpoint.server.fetch(request, env, ctx), request)
    },
  }
}

function makeEndpoint(integration: Integration, env: EndpointEnv): Endpoint {
  const shell = makeShell(integration, env)
  const stateless = statelessHandler(shell)
  const reading = Object.keys(integration.scopes).filter((scope) => scope.endsWith(':read'))
  const validate = rememberingValidator(env.HUB)
  const server = new OAuthResourceServer<EndpointEnv, CallerProps>({
    resourceMetadata: {
      resource: resourceOf(env),
      authorization_servers: [env.HUB_URL],
      resource_name: `${integration.title} (Gatehouse)`,
    },
    requiredScopes: reading,
    validateToken: () => validate,
    handler: {
      async fetch(request, _env, ctx) {
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
        try {
          const message = request.method === 'POST' ? await readJson(request) : undefined
          return (
            (await stepUp(shell, ctx, io, message)) ??
            (await serve(shell, stateless, request, message, io))
          )
        } catch (error) {
          if (error instanceof BodyError) return jsonRpcError(error.status, error.message)
          throw error
        }
      },
    },
  })
  return { shell, stateless, server }
}

/** The 403 that tells a client which scopes to ask for, when policy allows the tool and only the grant lacks it. */
async function stepUp(
  shell: Shell,
  ctx: OAuthResourceContext<CallerProps>,
  io: CallIo,
  message: Record<string, unknown> | undefined,
): Promise<Response | undefined> {
  const params = message?.params
  if (typeof params !== 'object' || params === null) return undefined
  const named = message?.method === 'tools/call' && 'name' in params ? params.name : undefined
  const uri = message?.method === 'resources/read' && 'uri' in params ? params.uri : undefined
  const name = typeof uri === 'string' ? matchResource(shell, uri)?.template.tool : named
  if (typeof name !== 'string') return undefined
  const scopes = missingScopes(shell, io.caller, shell.tools.get(name))
  if (!scopes) return undefined
  // The pipeline refuses it too, and puts the refusal on record.
  const args = 'arguments' in params ? { ...(params.arguments as object) } : {}
  await governed(shell, io, { name, args, parse: () => ({}) }, async () => undefined).catch(
    () => undefined,
  )
  return insufficientScope(ctx.auth, scopes)
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

const jsonRpcError = (status: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }, { status })
