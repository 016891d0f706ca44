import {
  AuthorizationError,
  type AuthRequest,
  type OAuthHelpers,
} from '@cloudflare/workers-oauth-provider'
import { isPublicClientId } from './client-id.ts'

/** Parameters that may stand once (RFC 6749 section 3.1). The library looks at `resource` itself. */
const single = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
]

/**
 * An authorization request as the library validates it, and stricter where MCP is: PKCE from
 * every client, and the endpoint named even while there is one only.
 * @throws AuthorizationError, with a redirect only when the client and its redirect URI are valid
 * @throws CimdFetchError
 */
export async function parseAuthorizationRequest(
  oauth: OAuthHelpers,
  raw: Request,
): Promise<AuthRequest> {
  const query = new URL(raw.url).searchParams
  const repeated = single.find((name) => query.getAll(name).length > 1)
  if (repeated)
    throw new AuthorizationError('invalid_request', { description: `${repeated} was sent twice` })
  if (!isPublicClientId(query.get('client_id') ?? ''))
    throw new AuthorizationError('invalid_request', { description: 'Invalid client_id' })
  const request = await oauth.parseAuthRequest(raw)
  const { redirectUri, state, issuer = '' } = request
  const back = { redirectUri, issuer, ...(state && { state }) }
  if (!query.has('resource'))
    throw new AuthorizationError('invalid_target', { description: 'resource is required', ...back })
  // The base64url form of a SHA-256, RFC 7636 section 4.2.
  if (!/^[\w-]{43}$/.test(request.codeChallenge ?? ''))
    throw new AuthorizationError('invalid_request', {
      description: 'PKCE with S256 is required',
      ...back,
    })
  return request
}
