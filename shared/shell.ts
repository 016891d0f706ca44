import * as z from 'zod'
import { BurstLimit } from './burst.ts'
import type { EndpointEnv } from './caller.ts'
import { configuration } from './configuration.ts'
import type { Integration } from './integration.ts'
import { toolsOf } from './mcp.ts'
import { rangesOf } from './network.ts'
import type { Shell } from './pipeline.ts'
import { AuditTrail } from './trail.ts'

const url = z.url({ protocol: /^https?$/ })
const Settings = z.object({
  ENDPOINT_URL: url,
  HUB_URL: url,
  /** Cursors and states of calls are signed with it: without one, anybody could. */
  CURSOR_SECRET: z.string().min(32),
  /** Calls one person may make in a minute in one isolate; the binding in wrangler.toml says the same for a whole location. */
  BURST_PER_MINUTE: z.coerce.number().int().min(1).default(120),
  ALLOWED_NETWORKS: z
    .string()
    .default('')
    .refine((networks) => rangesOf(networks) !== undefined),
  ALLOWED_ORIGINS: z.string().default(''),
})

/** An endpoint's own settings. @throws ToolError `misconfigured`, naming what is missing or malformed */
export const settingsOf = configuration(Settings)

/** What an isolate, or a Session object, holds for its calls. @throws ToolError `misconfigured` */
export function makeShell(integration: Integration, env: EndpointEnv): Shell {
  const settings = settingsOf({ env })
  const resource = resourceOf(settings)
  return {
    integration,
    tools: new Map(toolsOf(integration).map((tool) => [tool.name, tool])),
    env,
    hub: env.HUB,
    resource,
    burst: new BurstLimit(settings.BURST_PER_MINUTE, 60_000),
    trail: new AuditTrail(env.HUB, resource, env.AUDIT),
  }
}

/** The endpoint's canonical resource: what a person types in, and the audience of its tokens. */
export const resourceOf = (env: Pick<EndpointEnv, 'ENDPOINT_URL'>): string =>
  `${env.ENDPOINT_URL.replace(/\/$/, '')}/mcp`
