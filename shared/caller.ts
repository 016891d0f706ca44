import type { CallerProps, HubApi } from './hub.ts'
import type { RateLimiter } from './burst.ts'
import type { Slice } from './policy.ts'
import type { Principal } from './tool.ts'

/** Who is calling, as the hub vouched for it, and where from. Plain data: it crosses to the Session object. */
export interface Caller {
  readonly principal: Principal
  readonly scopes: readonly string[]
  readonly slice: Slice
  readonly token: string
  readonly expiresAt: number | undefined
  readonly country: string
}

/** The bindings every endpoint has (wrangler.toml). An integration's own are parsed by its Config. */
export interface EndpointEnv {
  readonly ENDPOINT_URL: string
  readonly HUB_URL: string
  readonly CURSOR_SECRET: string
  /** Address ranges that may connect, comma separated; `anthropic` stands for Claude's connectors. Empty: everywhere. */
  readonly ALLOWED_NETWORKS?: string
  /** Browser origins beside claude.ai, claude.com and loopback, comma separated. */
  readonly ALLOWED_ORIGINS?: string
  /** Calls one person may make in a minute (default 120); the binding's own limit stands in wrangler.toml. */
  readonly BURST_PER_MINUTE?: string
  readonly HUB: HubApi
  readonly SESSION: SessionNamespace
  readonly AUDIT: AnalyticsEngineDataset
  readonly BURST: RateLimiter
  readonly VERSION: WorkerVersionMetadata
}

/** The person's `Session` object as its endpoint calls it. */
export interface SessionApi {
  /** Counts one call. @returns 0 when within every quota, else seconds until the exhausted one turns over. */
  spend(
    quotas: readonly { id: string; limit: number; windowMs: number }[],
    amount: number,
  ): Promise<SpendAnswer>
  putText(id: string, text: string, mimeType: string): Promise<void>
  getText(id: string): Promise<{ text: string; mimeType: string } | null>
  /** One message of a 2025-era session. null: there is no such session. */
  serve(request: Request, message: unknown, caller: Caller): Promise<Response | null>
  /** Opens a session for an `initialize` message. */
  open(request: Request, message: unknown, caller: Caller): Promise<Response>
}

/** `granted` of the asked amount; 0 with the quota that ran out and when it turns over. */
export interface SpendAnswer {
  readonly granted: number
  readonly quota?: string
  readonly limit?: number
  readonly retryAfterSeconds?: number
}

export interface SessionNamespace {
  idFromName(name: string): DurableObjectId
  get(id: DurableObjectId): SessionApi
}

export const callerFrom = (
  props: CallerProps,
  auth: { token: string; scope: string[]; userId?: string; clientId?: string; expiresAt?: number },
  country: string,
): Caller => ({
  principal: {
    userId: auth.userId ?? '',
    email: props.email,
    name: props.name,
    groups: props.groups,
    clientId: auth.clientId ?? '',
  },
  scopes: auth.scope,
  slice: props.slice as Slice,
  token: auth.token,
  expiresAt: auth.expiresAt,
  country,
})
