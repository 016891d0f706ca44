import * as z from 'zod'
import type { Configuration } from '../configuration.ts'
import { Identity, groupsOf } from '../identity.ts'
import { SignInError } from './sign-in-error.ts'

const Claims = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1),
  email: z.string().optional(),
  name: z.string().optional(),
})

/**
 * Whom a provider's claims describe. The address counts only when `verified` says that the
 * provider vouches for it: it is the key to everything the person owns here.
 * @throws SignInError
 */
export function identityOf(
  config: Configuration,
  claims: Readonly<Record<string, unknown>>,
  { verified, refreshToken }: { verified: boolean; refreshToken?: string | undefined },
): Identity {
  const { iss, sub, email, name } = Claims.parse(claims)
  if (!email || !verified)
    throw new SignInError('email_unverified', 'The provider does not vouch for an e-mail address.')
  const parsed = Identity.safeParse({
    email,
    name: (name ?? email).slice(0, 200) || email,
    groups: groupsOf(claims[config.GROUPS_CLAIM]),
    subject: `${iss} ${sub}`,
    ...(refreshToken !== undefined && { refreshToken }),
  })
  if (!parsed.success)
    throw new SignInError('not_verified', z.prettifyError(parsed.error).slice(0, 300))
  const { EMAIL_DOMAINS: domains } = config
  const domain = parsed.data.email.split('@')[1] ?? ''
  if (domains.length > 0 && !domains.includes(domain))
    throw new SignInError('domain', `${domain} is not among EMAIL_DOMAINS.`)
  return parsed.data
}
