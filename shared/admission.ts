/** What is refused at the HTTP level, after authentication and before the MCP SDK sees the message. */
import { insufficientScope, type OAuthResourceContext } from '@cloudflare/workers-oauth-provider'
import type { BodyError } from './body.ts'
import { ToolError } from './errors.ts'
import type { CallerProps } from './hub.ts'
import { jsonRpcError } from './json-rpc.ts'
import {
  governed,
  missingScopes,
  onRecord,
  type CallIo,
  type GovernedCall,
  type Shell,
} from './pipeline.ts'
import { matchResource } from './resources.ts'

/** A message that could not be read, on record without a word of it. */
export function unreadable(shell: Shell, io: CallIo, { status, message }: BodyError): Response {
  onRecord(shell, io, {
    startedAt: Date.now(),
    name: 'unreadable message',
    args: {},
    tool: undefined,
    facts: { http: status, problem: message },
    approvalId: '',
    answer: undefined,
    outcome: 'refused',
    errorCode: 'invalid_input',
  })
  return jsonRpcError(status, message)
}

/**
 * The 403 that tells a client which scopes to ask for, when policy allows the tool and only the
 * grant lacks it. A call that the SDK will refuse for its form is put on record here as well,
 * because no handler of ours sees it.
 */
export async function challenge(
  shell: Shell,
  auth: OAuthResourceContext<CallerProps>['auth'],
  io: CallIo,
  message: Record<string, unknown> | undefined,
): Promise<Response | undefined> {
  const call = callIn(shell, message)
  const scopes = call && missingScopes(shell, io.caller, shell.tools.get(call.name))
  if (!call || (!scopes && call.wellFormed)) return undefined
  // The pipeline refuses it too, and puts the refusal on record.
  await governed(shell, io, call, async () => undefined).catch(() => undefined)
  return scopes && insufficientScope(auth, scopes)
}

/** The tool call or reading that a message asks for. */
function callIn(
  shell: Shell,
  message: Record<string, unknown> | undefined,
): (GovernedCall & { readonly wellFormed: boolean }) | undefined {
  const params = isRecord(message?.params) ? message.params : {}
  const parse = () => {
    throw new ToolError('invalid_input', 'The call has not the form that MCP gives it.')
  }
  if (message?.method === 'tools/call' && message.id !== undefined) {
    const { name, arguments: args = {} } = params
    const wellFormed = typeof name === 'string' && isRecord(args)
    return {
      name: typeof name === 'string' ? name : '',
      args: isRecord(args) ? args : { arguments: args },
      parse,
      wellFormed,
    }
  }
  const { uri } = params
  if (message?.method !== 'resources/read' || typeof uri !== 'string') return undefined
  const name = matchResource(shell, uri)?.template.tool
  return name === undefined ? undefined : { name, args: { resource: uri }, parse, wellFormed: true }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
