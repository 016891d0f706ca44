import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import * as z from 'zod'
import type { AccessConfiguration } from '../configuration.ts'
import type { Identity } from '../identity.ts'
import { identityOf } from './claims.ts'
import { SignInError } from './sign-in-error.ts'

const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>()

const AccessClaims = z.looseObject({
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
  try {
    const { payload } = await jwtVerify(assertion, keysOf(config.ACCESS_TEAM), {
      issuer: config.ACCESS_TEAM,
      audience: config.ACCESS_AUDIENCE,
      algorithms: ['RS256', 'ES256'],
      requiredClaims: ['exp', 'sub'],
    })
    const { custom, ...claims } = AccessClaims.parse(payload)
    return identityOf(config, { ...custom, ...claims }, { verified: true })
  } catch (error) {
    if (error instanceof SignInError) throw error
    const unreachable = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)
    const problem = unreachable && !(error instanceof z.ZodError) ? 'unavailable' : 'not_verified'
    throw new SignInError(problem, 'The Access assertion is not valid.', { cause: error })
  }
}

function keysOf(team: string): ReturnType<typeof createRemoteJWKSet> {
  let keys = keySets.get(team)
  if (!keys) {
    keys = createRemoteJWKSet(new URL('/cdn-cgi/access/certs', team))
    keySets.set(team, keys)
  }
  return keys
}
