import { verifyWithJwks } from 'hono/jwt'
import type { HonoJsonWebKey } from 'hono/utils/jwt/jws'
import * as z from 'zod'
import type { AccessConfiguration } from '../configuration.ts'
import type { Identity } from '../identity.ts'
import { identityOf } from './claims.ts'
import { SignInError } from './sign-in-error.ts'

const KeySet = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) })

/** RFC 7515 section 4.1.11: who does not understand a critical header must refuse; the library doesn't look. */
const Header = z.object({ crit: z.never().optional() })

const AccessClaims = z.looseObject({
  sub: z.string().min(1),
  exp: z.number(),
  email: z.string(),
  /** Claims of the identity provider that the Access application is told to pass on. */
  custom: z.record(z.string(), z.unknown()).default({}),
})

/**
 * The person whom Cloudflare Access let through to us. Its JWT is verified against the team's keys
 * and this application's audience: the header alone proves nothing.
 * https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
 * @throws SignInError
 */
export async function accessIdentity(
  config: AccessConfiguration,
  assertion: string | undefined,
): Promise<Identity> {
  if (!assertion) throw new SignInError('not_verified', 'No Cf-Access-Jwt-Assertion header came.')
  const keys = await keysOf(config.ACCESS_TEAM)
  try {
    Header.parse(JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString()))
    const payload = await verifyWithJwks(assertion, {
      keys,
      allowedAlgorithms: ['RS256'],
      // `iat` may be a second ahead of our clock; `exp` is what counts.
      verification: { iss: config.ACCESS_TEAM, aud: config.ACCESS_AUDIENCE, iat: false },
    })
    const { custom, ...claims } = AccessClaims.parse(payload)
    return identityOf(config, { ...custom, ...claims }, { verified: true })
  } catch (error) {
    if (error instanceof SignInError) throw error
    const why = error instanceof Error ? error.name : 'unknown'
    throw new SignInError('not_verified', `The assertion is not valid: ${why}.`, { cause: error })
  }
}

/** The team's keys, fetched at each sign-in, so a rotated key is never too late. */
async function keysOf(team: string): Promise<HonoJsonWebKey[]> {
  try {
    const url = new URL('/cdn-cgi/access/certs', team)
    const response = await fetch(url, { signal: AbortSignal.timeout(8_000) })
    const { keys } = KeySet.parse(await response.json())
    return keys as HonoJsonWebKey[] // WebCrypto checks the rest of a key when it imports it
  } catch (error) {
    throw new SignInError('unavailable', 'Access’s keys can’t be fetched.', { cause: error })
  }
}
