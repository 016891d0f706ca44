/**
 * Which addresses an endpoint may talk to. Names that resolve to private addresses are the
 * platform's part (`global_fetch_strictly_public`); here go the literal ones.
 */
import { ToolError } from '../errors.ts'

/**
 * Checks a base URL from the settings.
 * @throws ToolError `misconfigured` unless it is https to a public host, or to loopback where
 * `onLoopback` says that this endpoint runs there itself.
 */
export function checkedBase(
  baseUrl: string,
  options: { onLoopback: boolean; bound: boolean },
): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw wrongBase('is no http(s) URL')
  if (url.username || url.password) throw wrongBase('holds a user name or password')
  if (url.search || url.hash) throw wrongBase('has a query or fragment')
  if (options.bound) return url // reached through a binding, which decides where it leads
  const loopback = isLoopback(url.hostname)
  if (loopback && options.onLoopback) return url
  if (loopback || isPrivate(url.hostname)) throw wrongBase('is a private address')
  if (url.protocol !== 'https:') throw wrongBase('is not https')
  return url
}

/** @param hostname as the URL parser left it: lower case, IPv4 dotted, IPv6 in brackets. */
export function isLoopback(hostname: string): boolean {
  const host = bare(hostname)
  if (dotted.test(host)) return host.startsWith('127.')
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]'
}

/** Private, link-local, shared, reserved, multicast and loopback addresses, and names that only exist inside a network. */
export function isPrivate(hostname: string): boolean {
  const host = bare(hostname)
  if (host.startsWith('[')) return isPrivateV6(host.slice(1, -1))
  if (dotted.test(host)) return isPrivateV4(host.split('.').map(Number))
  return !host.includes('.') || innerNames.test(host)
}

/** A trailing dot is the same host. */
const bare = (hostname: string): string => hostname.toLowerCase().replace(/\.+$/, '')

/** How the URL parser writes every spelling of an IPv4 address. */
const dotted = /^\d+\.\d+\.\d+\.\d+$/

/** RFC 6761, 6762, 8375 and ICANN's `.internal`; cloud metadata services live there too. */
const innerNames = /\.(localhost|local|internal|intranet|private|corp|home|lan|arpa)$/

/** The IANA special-purpose registry for IPv4: [address, prefix length]. */
const reservedV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

const asNumber = (parts: readonly number[]): number =>
  parts.reduce((total, part) => total * 256 + part, 0)

function isPrivateV4(parts: readonly number[]): boolean {
  const address = asNumber(parts)
  return reservedV4.some(([network, bits]) => {
    const size = 2 ** (32 - bits)
    return (
      Math.floor(address / size) === Math.floor(asNumber(network.split('.').map(Number)) / size)
    )
  })
}

/** Only global unicast (2000::/3) passes, less what embeds an IPv4 address or is reserved in it. */
function isPrivateV6(address: string): boolean {
  const [left = '', right] = address.split('::')
  const head = left.split(':').filter(Boolean)
  const tail = (right ?? '').split(':').filter(Boolean)
  const zeros = right === undefined ? 0 : 8 - head.length - tail.length
  const words = [...head, ...Array<string>(zeros).fill('0'), ...tail].map((w) =>
    Number.parseInt(w, 16),
  )
  const [first = 0, second = 0] = words
  if (first < 0x2000 || first > 0x3fff) return true // unspecified, mapped, NAT64, local, link-local, multicast
  if (first === 0x2002) return true // 6to4
  return first === 0x2001 && (second < 0x200 || second === 0xdb8) // Teredo, ORCHID, documentation
}

const wrongBase = (why: string): ToolError =>
  new ToolError(
    'misconfigured',
    `The base URL of the system behind this endpoint ${why}. Tell the administrator; trying again won't help.`,
  )
