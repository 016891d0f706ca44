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

/** A quota as the `Session` object counts it. */
export interface CountedQuota {
  readonly id: string
  readonly limit: number
  readonly windowMs: number
}

/** How much of what was asked is granted: 0 when a quota is used up. */
export interface SpendAnswer {
  readonly granted: number
  /** Milliseconds since 1970: when the quota that is used up turns over, or what was granted lapses. */
  readonly endsAt: number
  /** The quota that is used up. */
  readonly quota?: string
}

/** The person's `Session` object as its endpoint calls it. */
export interface SessionApi {
  /** Counts up to `amount` calls against all of the quotas, or none. */
  spend(quotas: readonly CountedQuota[], amount: number): Promise<SpendAnswer>
  /** Keeps the parts of a long answer of a tool for an hour. */
  keepAnswer(id: string, tool: string, parts: readonly string[]): Promise<void>
  /** A part of a kept answer, counted from 1, and the tool it came from. */
  answerPart(id: string, part: number): Promise<{ tool: string; text: string } | null>
  /** One message of a 2025-era session. null: there is no such session. */
  serve(request: Request, message: unknown, caller: Caller): Promise<Response | null>
  /** Opens a session for an `initialize` message. */
  open(request: Request, message: unknown, caller: Caller): Promise<Response>
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
