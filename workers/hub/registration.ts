import type {
  ClientRegistrationCallbackOptions,
  ClientRegistrationCallbackResult,
} from '@cloudflare/workers-oauth-provider'
import * as z from 'zod'

const url = z.string().max(500)

/**
 * What a registration may make us keep. Anybody may register, so each field is bounded; the
 * library has already checked what the fields mean.
 */
const Bounded = z.looseObject({
  redirect_uris: z.array(url).min(1).max(10),
  client_name: z.string().max(100).optional(),
  client_uri: url.optional(),
  logo_uri: url.optional(),
  policy_uri: url.optional(),
  tos_uri: url.optional(),
  jwks_uri: url.optional(),
  contacts: z.array(z.string().max(200)).max(5).optional(),
})

/** The library's registration hook: returns the refusal, or nothing to let it pass. */
export function refuseRegistration({
  clientMetadata,
}: ClientRegistrationCallbackOptions): ClientRegistrationCallbackResult | undefined {
  const parsed = Bounded.safeParse(clientMetadata)
  const localized = Object.keys(clientMetadata).filter((name) => name.includes('#'))
  if (parsed.success && localized.length <= 10) return undefined
  const fields = parsed.error?.issues.map((issue) => issue.path.map(String).join('.')) ?? ['#']
  return {
    code: 'invalid_client_metadata',
    description: `Too long, or too many: ${[...new Set(fields)].join(', ')}`.slice(0, 300),
  }
}
