import * as z from 'zod'
import { configuration } from './configuration.ts'
import { policy } from './policy.ts'

const waitMs = 3_000
const Health = z.object({ ok: z.boolean(), version: z.string().max(100).default('') })

/** How one endpoint answers at this moment. */
export interface EndpointHealth {
  readonly id: string
  readonly title: string
  readonly url: string
  readonly state: 'up' | 'unwell' | 'silent'
  readonly version: string
  readonly tookMs: number
}

/** Asks every endpoint for its /healthz, all at once, a few seconds at most. */
export function endpointHealth(env: object): Promise<EndpointHealth[]> {
  return Promise.all(
    Object.entries(configuration(env).ENDPOINTS).map(async ([id, url]) => {
      const startedAt = Date.now()
      const about = { id, url, title: policy.catalogue[id]?.title ?? id }
      try {
        const response = await fetch(`${url}/healthz`, {
          signal: AbortSignal.timeout(waitMs),
          redirect: 'manual',
        })
        const health = Health.safeParse(
          response.ok ? await response.json().catch(() => undefined) : undefined,
        ).data
        const state = health?.ok ? 'up' : 'unwell'
        return { ...about, state, version: health?.version ?? '', tookMs: Date.now() - startedAt }
      } catch {
        return { ...about, state: 'silent', version: '', tookMs: Date.now() - startedAt }
      }
    }),
  )
}
