import type { MintedToken } from './credential.ts'
import type { Memory } from './memory.ts'
import type { RestOptions } from './options.ts'

/** What passes a request on to a shared upstream, and learns from how it went. */
export interface Gate {
  /** Waits for the request's turn. @throws ToolError `upstream_unavailable`: down, limited or too busy. */
  enter(ask: Entrance): Promise<Permit>
  /** A token kept for everybody, or a new one. */
  token(id: string, mint: () => Promise<MintedToken>): Promise<string>
  /** A token was refused before its time: nobody should be given it again. */
  forget(id: string, token: string): Promise<void>
}
export interface Entrance {
  readonly person: string
  readonly route: string
  readonly signal: AbortSignal
}
export interface Permit {
  /** How it went; has to be called, once. */
  done(report: Report): void
}

/** How the upstream answered one request: `down` counts against it, `limited` stops its callers for a while. */
export interface Report {
  readonly health: 'up' | 'down' | 'limited'
  readonly retryAfterMs?: number
}

export const gateFor = (_env: unknown, memory: Memory, _options: RestOptions): Gate =>
  directGate(memory)

/** Tokens are replaced this long before their end, so that none ends on its way. */
const marginMs = 60_000

/** Without an `Upstream` object: no turns, and tokens kept by each isolate for itself. */
function directGate({ tokens }: Memory): Gate {
  return {
    enter: async () => ({ done() {} }),
    async token(id, mint) {
      const kept = tokens.get(id)
      if (kept && kept.expiresAt > Date.now()) return kept.token
      const { token, expiresInSeconds } = await mint()
      tokens.set(id, { token, expiresAt: Date.now() + expiresInSeconds * 1000 - marginMs })
      return token
    },
    async forget(id, token) {
      if (tokens.get(id)?.token === token) tokens.delete(id)
    },
  }
}
