import ipaddr from 'ipaddr.js'

/** Claude's connectors come from here (Anthropic's published outbound range). */
const presets: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['160.79.104.0/21', '2607:6bc0::/48'],
}
const ourOrigins = new Set(['https://claude.ai', 'https://claude.com'])
const loopback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

type Range = ReturnType<typeof ipaddr.parseCIDR>

export interface NetworkRules {
  /** The host the endpoint answers for, with its port. */
  readonly host: string
  /** Who may connect; empty lets everybody. */
  readonly ranges: readonly Range[]
  /** Origins beside claude.ai, claude.com, loopback and the endpoint's own. */
  readonly origins: readonly string[]
}

/** Comma separated ranges and presets; undefined when one is none: a typing error must not open the endpoint. */
export function rangesOf(networks: string): Range[] | undefined {
  try {
    return listOf(networks)
      .flatMap((one) => presets[one] ?? [one])
      .map((range) => ipaddr.parseCIDR(range))
  } catch {
    return undefined
  }
}

/** The entries of a comma separated list. */
export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** Why a request may not even try to authenticate, or undefined. Host and Origin stop DNS rebinding (MCP transports). */
export function refusedNetwork(
  { host: asked }: URL,
  headers: Headers,
  { host, ranges, origins }: NetworkRules,
): { status: 403 | 421; message: string } | undefined {
  if (asked !== host) return { status: 421, message: 'Wrong host.' }
  const origin = headers.get('origin')
  if (origin !== null && !mayRead(origin, host, origins))
    return { status: 403, message: 'Origin not allowed.' }
  if (ranges.length > 0 && !isWithin(headers.get('cf-connecting-ip'), ranges))
    return { status: 403, message: 'Address not allowed.' }
  return undefined
}

const mayRead = (origin: string, host: string, origins: readonly string[]): boolean =>
  ourOrigins.has(origin) ||
  loopback.test(origin) ||
  origin === `https://${host}` ||
  origin === `http://${host}` ||
  origins.includes(origin)

function isWithin(address: string | null, ranges: readonly Range[]): boolean {
  if (address === null || !ipaddr.isValid(address)) return false
  const ip = ipaddr.process(address)
  return ranges.some(([base, bits]) => base.kind() === ip.kind() && ip.match(base, bits))
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
