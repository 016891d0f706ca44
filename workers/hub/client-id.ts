import { isIP } from 'node:net'

/** Names that resolve inside a network only (RFC 6761, RFC 6762, RFC 8375, and what companies use). */
const privateNames =
  /(?:^|\.)(?:localhost|local|internal|intranet|home|lan|corp|private|home\.arpa)\.?$/

/**
 * Whether a client id may be used. One that is a URL (a Client ID Metadata Document) must name a
 * public host: the library fetches it, and while `global_fetch_strictly_public` keeps the fetch
 * out of private networks, an address or an internal name has no business there at all.
 */
export function isPublicClientId(clientId: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(clientId)) return true
  if (!URL.canParse(clientId)) return false
  const { protocol, hostname } = new URL(clientId)
  const address = hostname.startsWith('[') || isIP(hostname) !== 0
  return protocol === 'https:' && !address && hostname.includes('.') && !privateNames.test(hostname)
}
