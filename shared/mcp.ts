/** The one file that imports the MCP SDK: our handlers on its low-level server, both protocol eras by one factory. */
import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler as createModernHandler,
  createRequestStateCodec,
  inputRequired,
  isInitializeRequest,
  isLegacyRequest,
  type AuthInfo,
  type InputRequest,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { createMcpHandler } from 'agents/mcp/server'
import { approvalTool } from './approval.ts'
import { cannotAsk, type Questions } from './ask.ts'
import { maxBodyBytes } from './body.ts'
import { ToolError } from './errors.ts'
import type { Integration } from './integration.ts'
import {
  callTool,
  governed,
  mayUse,
  type CallIo,
  type CallOutcome,
  type Shell,
} from './pipeline.ts'
import { contentBlock, listedTool, type ListedTool } from './render.ts'
import { completeResource, listResources, mayRead, readResource } from './resources.ts'
import { broughtBack, stateOf, waysToAsk, type CallState } from './round-trip.ts'
import type { Tool } from './tool.ts'
import { version } from './version.ts'
import { visible, visibleValue } from './visible.ts'

/** How long a 2026 client may keep a list; it is of this person, so never shared. */
const cacheHint = { ttlMs: 60_000, cacheScope: 'private' } as const

/** How long a session waits for its person to answer: what the longest tool may take. It keeps the Session object in memory. */
const longestRoundMs = 280_000

/** Every tool of an endpoint in its fixed order: the integration's, then the shell's approval result. */
export function toolsOf(integration: Integration): readonly Tool[] {
  const approval = approvalTool(integration)
  return approval ? [...integration.tools, approval] : integration.tools
}

const listed = new WeakMap<Integration, readonly ListedTool[]>()
/** `tools/list` of an integration before policy, rendered once. */
export function listedTools(integration: Integration): readonly ListedTool[] {
  const known = listed.get(integration)
  if (known) return known
  const tools = toolsOf(integration).map(listedTool)
  listed.set(integration, tools)
  return tools
}

/** Serves one message without a session: 2026-07-28, and the tools of 2025-era clients. */
export type StatelessHandler = (request: Request, message: unknown, io: CallIo) => Promise<Response>

export function statelessHandler(shell: Shell): StatelessHandler {
  // Host, Origin and CORS are the endpoint's own first step (`network.ts`), for every path alike.
  const states = stateCodec(shell)
  const factory = (ctx: { authInfo?: AuthInfo }) => server(shell, states, ioOf(ctx.authInfo))
  const modern = createModernHandler(factory, {
    legacy: 'reject',
    maxRequestBodySize: maxBodyBytes,
  })
  const either = createMcpHandler(factory, {
    route: new URL(shell.resource).pathname,
    corsOptions: false,
    allowedOriginHostnames: '*',
    allowedHostnames: [new URL(shell.resource).hostname],
    maxRequestBodySize: maxBodyBytes,
  })
  return (request, message, io) => {
    const handler = namesModern(request, message) ? modern : either
    return handler.fetch(request, { authInfo: authInfoOf(io), parsedBody: message })
  }
}

/** A request or notification by this header is never of the 2025 era, so nobody need look again. */
const namesModern = (request: Request, message: unknown): boolean =>
  request.headers.get('mcp-protocol-version') === '2026-07-28' &&
  (message as { readonly method?: unknown } | undefined)?.method !== undefined

/** Whether this `initialize` declares what only a session can serve, and this endpoint has a use for: a link for approvals, or forms. */
export function wantsSession(integration: Integration, message: unknown): boolean {
  const named = message as { readonly method?: unknown } | undefined
  if (named?.method !== 'initialize' || !isInitializeRequest(message)) return false
  const { link, form } = waysToAsk(message.params.capabilities)
  return integration.tools.some((tool) => (link && tool.effect !== 'read') || (form && tool.asks))
}

/** Whether a message belongs to the 2025 era. */
export const isLegacy = (request: Request, message: unknown): Promise<boolean> =>
  isLegacyRequest(request, message)

/** One live 2025-era session: a transport connected to the same server as everybody gets. */
export interface LegacySession {
  handle(request: Request, message: unknown, io: CallIo): Promise<Response>
  close(): Promise<void>
}

export async function legacySession(shell: Shell, id: string, io: CallIo): Promise<LegacySession> {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id })
  const mcp = server(shell, stateCodec(shell), io)
  await mcp.connect(transport)
  return {
    handle: (request, message, io) =>
      transport.handleRequest(request, { parsedBody: message, authInfo: authInfoOf(io) }),
    close: () => mcp.close(),
  }
}

const extraKey = 'gatehouse'
const authInfoOf = (io: CallIo): AuthInfo => ({
  token: io.caller.token,
  clientId: io.caller.principal.clientId,
  scopes: [...io.caller.scopes],
  extra: { [extraKey]: io },
  ...(io.caller.expiresAt !== undefined && { expiresAt: io.caller.expiresAt }),
})

function ioOf(authInfo: AuthInfo | undefined): CallIo {
  const io = authInfo?.extra?.[extraKey]
  if (!io) throw new ProtocolError(ProtocolErrorCode.InternalError, 'No caller.')
  return io as CallIo // put there by authInfoOf above, in this isolate
}

/** An approval may be decided and collected within an hour; a state is good for as long. */
const stateKeptSeconds = 3_600

type States = RequestStateCodec<CallState>

/** Signs what a call takes with it to its person, bound to person and client. */
const stateCodec = (shell: Shell): States =>
  createRequestStateCodec({
    key: `gatehouse requestState v1, HMAC-SHA-256\n${shell.env.CURSOR_SECRET}`,
    ttlSeconds: stateKeptSeconds,
    bind(ctx) {
      const { userId, clientId } = ioOf(ctx.http?.authInfo).caller.principal
      return JSON.stringify([userId, clientId])
    },
  })

/** A server for one message (or one 2025 session, whose later messages bring their own caller). */
function server(shell: Shell, states: States, first: CallIo): Server {
  const { integration } = shell
  const mcp = new Server(
    { name: `gatehouse-${integration.id}`, title: integration.title, version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: integration.instructions,
      cacheHints: {
        'tools/list': cacheHint,
        'prompts/list': cacheHint,
        'resources/list': cacheHint,
        'resources/templates/list': cacheHint,
        'server/discover': cacheHint,
      },
      inputRequired: { roundTimeoutMs: longestRoundMs },
    },
  )
  const ioFor = (ctx: ServerContext): CallIo => {
    const io = ctx.http?.authInfo ? ioOf(ctx.http.authInfo) : first
    return {
      caller: io.caller,
      // Without a session nothing but the client's leaving ends a request before its answer.
      signal:
        ctx.sessionId === undefined ? io.signal : AbortSignal.any([io.signal, ctx.mcpReq.signal]),
      waitUntil: (promise) => io.waitUntil(promise),
      ...progressOf(ctx),
    }
  }

  mcp.setRequestHandler('tools/list', (_request, ctx) => {
    const { caller } = ioFor(ctx)
    return { tools: listedTools(integration).filter((tool) => mayUse(shell, caller, tool.name)) }
  })

  mcp.setRequestHandler('tools/call', async (request, ctx) => {
    const { name, arguments: args = {} } = request.params
    if (!shell.tools.has(name)) {
      await callTool(shell, ioFor(ctx), name, args) // refuses, and puts the refusal on record
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `Unknown tool: ${visible(name.slice(0, 64))}`,
      )
    }
    const io = ioFor(ctx)
    const back = await roundTrip(shell, states, io, ctx, name, args)
    const outcome = await callTool(shell, { ...io, ...back }, name, args)
    const requests = inputRequests(outcome, back, mcp, ctx)
    if (!requests) return outcome.result
    const state = stateOf(name, args, { approval: outcome.approval?.id, answers: back.answers })
    return inputRequired({
      inputRequests: requests,
      requestState: await states.mint(state, ctx),
    })
  })

  mcp.setRequestHandler('resources/templates/list', (_request, ctx) => ({
    resourceTemplates: integration.resources
      .filter((template) => mayRead(shell, ioFor(ctx), template))
      .map(({ name, title, description, uriTemplate, mimeType }) => ({
        name,
        title,
        description,
        uriTemplate,
        mimeType,
      })),
  }))
  mcp.setRequestHandler('resources/list', async (_request, ctx) => ({
    resources: await protocolErrors(() => listResources(shell, ioFor(ctx))),
  }))
  mcp.setRequestHandler('resources/read', async (request, ctx) => {
    const { uri } = request.params
    return { contents: [await protocolErrors(() => readResource(shell, ioFor(ctx), uri), uri)] }
  })

  mcp.setRequestHandler('prompts/list', () => ({
    prompts: integration.prompts.map(({ name, title, description, arguments: args }) => ({
      name,
      title,
      description,
      arguments: [...args],
    })),
  }))
  mcp.setRequestHandler('prompts/get', (request) => {
    const prompt = integration.prompts.find((one) => one.name === request.params.name)
    if (!prompt)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no prompt of this name.')
    const args = request.params.arguments ?? {}
    const missing = prompt.arguments.find((argument) => argument.required && !args[argument.name])
    if (missing)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt needs ${missing.name}.`)
    const text = prompt.text(args)
    const parts = typeof text === 'string' ? [{ type: 'text' as const, text }] : text
    return {
      description: prompt.description,
      messages: parts.map((part) => ({ role: 'user' as const, content: contentBlock(part) })),
    }
  })

  mcp.setRequestHandler('completion/complete', async (request, ctx) => {
    const { ref, argument, context } = request.params
    if (ref.type !== 'ref/resource') return { completion: { values: [] } }
    const values = await completeResource(
      shell,
      ioFor(ctx),
      ref.uri,
      argument.name,
      argument.value,
      context?.arguments ?? {},
    )
    return { completion: { values, total: values.length, hasMore: false } }
  })
  return mcp
}

/** A way to tell progress, for a request that carries a token for it (MCP, progress). */
function progressOf(ctx: ServerContext): Pick<CallIo, 'progress'> {
  const progressToken = ctx.mcpReq._meta?.progressToken
  if (progressToken === undefined) return {}
  return {
    progress(progress, total, message) {
      const more = {
        ...(total !== undefined && { total }),
        ...(message !== undefined && { message }),
      }
      void ctx.mcpReq
        .notify({ method: 'notifications/progress', params: { progressToken, progress, ...more } })
        .catch(() => undefined) // the client is gone; the call's own signal says so
    },
  }
}

/**
 * What this message brings back from its person: nothing, for nearly every call.
 * @throws ProtocolError for a state that was edited, has expired or belongs to another call, person or client
 */
async function roundTrip(
  shell: Shell,
  states: States,
  io: CallIo,
  ctx: ServerContext,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<Pick<CallIo, 'resume' | 'answers'>> {
  const { inputResponses } = ctx.mcpReq
  const raw = ctx.mcpReq.requestState<string>()
  if (raw === undefined && inputResponses === undefined) return {}
  const verified = raw === undefined ? undefined : await states.verify(raw, ctx).catch(() => null)
  const back = broughtBack(name, args, verified, inputResponses ?? {})
  if (back) return back
  const refuse = () => {
    throw new ToolError(
      'invalid_input',
      'This requestState does not belong to this call, or has expired. Send the call again without it.',
    )
  }
  // Through the pipeline, so that the refusal is on record.
  return protocolErrors(() => governed(shell, io, { name, args, parse: refuse }, async () => ({})))
}

/** What the client is to ask its person; undefined when there is nothing, or when it takes the link to its person by itself. */
function inputRequests(
  { approval, questions }: CallOutcome,
  back: Pick<CallIo, 'resume'>,
  mcp: Server,
  ctx: ServerContext,
): Record<string, InputRequest> | undefined {
  if (!approval && !questions) return undefined
  const { link, form } = waysToAsk(mcp.getClientCapabilities())
  if (questions && form) return forms(questions)
  if (questions && ctx.mcpReq.envelope)
    throw new MissingRequiredClientCapabilityError(
      { requiredCapabilities: { elicitation: { form: {} } } },
      cannotAsk(questions).message,
    )
  if (!approval || !link || back.resume !== undefined) return undefined
  const { summary, url } = approval
  return { approval: inputRequired.elicitUrl({ message: `Approve or deny: ${summary}`, url }) }
}

const forms = (questions: Questions): Record<string, InputRequest> =>
  Object.fromEntries(
    Object.entries(questions).map(([key, { message, schema }]) => [
      key,
      visibleValue(inputRequired.elicit({ message, requestedSchema: schema })),
    ]),
  )

/** Our refusals as JSON-RPC errors, where MCP has no `isError`. */
async function protocolErrors<T>(work: () => Promise<T>, uri?: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    if (error.code === 'not_found' && uri !== undefined)
      throw new ResourceNotFoundError(visible(uri.slice(0, 500)), error.message)
    const code =
      error.code === 'invalid_input'
        ? ProtocolErrorCode.InvalidParams
        : ProtocolErrorCode.InternalError
    throw new ProtocolError(code, `${error.code}: ${error.message}`)
  }
}
