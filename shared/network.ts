import ipaddr from 'ipaddr.js'

/** Claude's connectors come from here (Anthropic's published outbound range). */
const presets: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['160.79.104.0/21', '2607:6bc0::/48'],
}
const ourOrigins = new Set(['https://claude.ai', 'https://claude.com'])
const loopback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

export interface NetworkRules {
  /** The host the endpoint answers for, with its port. */
  readonly host: string
  /** Comma separated ranges or presets; empty lets everybody connect. */
  readonly networks: string
  /** Comma separated origins beside claude.ai, claude.com and loopback. */
  readonly origins: string
}

/** Why a request may not even try to authenticate, or undefined. Host and Origin stop DNS rebinding (MCP transports). */
export function refusedNetwork(
  request: Request,
  rules: NetworkRules,
): { status: 403 | 421; message: string } | undefined {
  if (new URL(request.url).host !== rules.host) return { status: 421, message: 'Wrong host.' }
  const origin = request.headers.get('origin')
  if (origin !== null && !mayRead(origin, rules))
    return { status: 403, message: 'Origin not allowed.' }
  if (
    rules.networks.trim() !== '' &&
    !inNetworks(request.headers.get('cf-connecting-ip'), rules.networks)
  )
    return { status: 403, message: 'Address not allowed.' }
  return undefined
}

function mayRead(origin: string, rules: NetworkRules): boolean {
  if (ourOrigins.has(origin) || loopback.test(origin)) return true
  const own = rules.host
  if (origin === `https://${own}` || origin === `http://${own}`) return true
  return rules.origins.split(',').some((allowed) => allowed.trim() === origin)
}

/** @throws Error on a range that is none: a typing error must not open the endpoint. */
function inNetworks(address: string | null, networks: string): boolean {
  if (address === null || !ipaddr.isValid(address)) return false
  const ip = ipaddr.process(address)
  const ranges = networks.split(',').flatMap((one) => presets[one.trim()] ?? [one.trim()])
  return ranges.some((range) => {
    const [base, bits] = ipaddr.parseCIDR(range)
    return base.kind() === ip.kind() && ip.match(base, bits)
  })
}

/** CORS for the origins that passed: browser-based clients read the challenge and the session id. */
export function withCors(response: Response, request: Request): Response {
  const origin = request.headers.get('origin')
  if (origin === null) return response
  const open = new Response(response.body, response)
  open.headers.set('access-control-allow-origin', origin)
  open.headers.set('access-control-expose-headers', 'mcp-session-id, www-authenticate')
  open.headers.append('vary', 'origin')
  return open
}

export const preflight = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'POST, DELETE',
      'access-control-allow-headers':
        'authorization, content-type, accept, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id',
      'access-control-max-age': '7200',
    },
  })
