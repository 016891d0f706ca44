import type { Configuration } from '../configuration.ts'
import type { Identity } from '../identity.ts'
import { devPerson } from './dev.ts'
import { refreshOidc } from './oidc.ts'

export type Refreshed =
  | { readonly outcome: 'confirmed'; readonly identity: Identity }
  /** There is nobody to ask: what was said at the last sign-in holds for its hour. */
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'signed_out' }
  /** Try later, with this token: the provider may have rotated it before it failed. */
  | {
      readonly outcome: 'unavailable'
      readonly retryAfterSeconds: number
      readonly refreshToken: string
    }

/** Asks whoever vouched for a person whether they still do, and for the groups they have now. */
export async function refreshIdentity(
  config: Configuration,
  known: { readonly email: string; readonly subject: string },
  refreshToken: string | undefined,
): Promise<Refreshed> {
  if (config.SIGN_IN === 'dev') {
    const identity = devPerson(known.email)
    return identity ? { outcome: 'confirmed', identity } : { outcome: 'signed_out' }
  }
  if (config.SIGN_IN === 'access' || refreshToken === undefined) return { outcome: 'unchanged' }
  return refreshOidc(config, known, refreshToken)
}
