import { BurstLimit } from './burst.ts'
import type { EndpointEnv } from './caller.ts'
import type { Integration } from './integration.ts'
import { toolsOf } from './mcp.ts'
import type { Shell } from './pipeline.ts'
import { AuditTrail } from './trail.ts'

/** Calls one person may make in a minute in one isolate; the binding in wrangler.toml says the same for a whole location. */
const burstLimit = 120

/** What an isolate, or a Session object, holds for its calls. */
export function makeShell(integration: Integration, env: EndpointEnv): Shell {
  const resource = resourceOf(env)
  return {
    integration,
    tools: new Map(toolsOf(integration).map((tool) => [tool.name, tool])),
    env,
    hub: env.HUB,
    resource,
    burst: new BurstLimit(Number(env.BURST_PER_MINUTE ?? burstLimit), 60_000),
    trail: new AuditTrail(env.HUB, resource, env.AUDIT),
  }
}

/** The endpoint's canonical resource: what a person types in, and the audience of its tokens. */
export const resourceOf = (env: Pick<EndpointEnv, 'ENDPOINT_URL'>): string =>
  `${env.ENDPOINT_URL.replace(/\/$/, '')}/mcp`
