import * as z from 'zod'

/** Whom a sign-in vouched for, whichever way they signed in. */
export const Identity = z.object({
  email: z.email().max(254).toLowerCase(),
  name: z.string().min(1).max(200),
  groups: z.array(z.string().max(200)).max(500),
  /** The provider and its lasting id of the person: `<issuer> <sub>`. */
  subject: z.string().min(1).max(600),
  /** The provider's refresh token, when it gave one: keeps the groups fresh without the person. */
  refreshToken: z.string().optional(),
})
export type Identity = z.infer<typeof Identity>

/** The signed-in person as pages see them. */
export interface SignedIn {
  readonly userId: string
  readonly email: string
  readonly name: string
  readonly groups: readonly string[]
}

/** A person's key: in OAuth, in the name of the Person object, in stored keys. */
export const userIdOf = (email: string): string => encodeURIComponent(email.toLowerCase())
export const emailOf = (userId: string): string => decodeURIComponent(userId)

/** How stale group membership may be. */
export const groupsMaxAgeMs = 3_600_000

/** The groups claim: a list, or one string. Anything else is no group. */
export function groupsOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim === '' ? [] : [claim]
  return Array.isArray(claim) ? claim.filter((one) => typeof one === 'string') : []
}
