import type { Validation, WriteCheck, WriteVerdict } from '../../shared/hub.ts'
import { decide, sliceFor, type Switches } from '../../shared/policy.ts'
import { authorizationServer, GrantProps } from './authorization-server.ts'
import { configuration, integrationOf } from './configuration.ts'
import { control } from './control.ts'
import type { Background, HubEnv } from './env.ts'
import { emailOf } from './identity.ts'
import { oauthEnv } from './oauth-storage.ts'
import { personObject, type Standing } from './person.ts'
import { policy } from './policy.ts'
import { Remembered } from './remembered.ts'

/** Everything the hub knows about a valid token, from the token itself. */
export interface Caller {
  readonly integration: string
  readonly userId: string
  readonly grantId: string
  readonly clientId: string
  readonly scope: readonly string[]
  /** Seconds since 1970. */
  readonly expiresAt: number
  readonly email: string
  readonly name: string
  readonly groups: string[]
  readonly switches: Switches
}

const standings = new Remembered<Standing>(3000)
const switchboard = new Remembered<Switches>(3000)
const touches = new Remembered<true>(60_000)

/**
 * The caller behind a token, or null when the token isn't good for this resource. `fresh` asks the
 * Person and Control objects anew, which every write does; reads may use what was heard in the last 3 s.
 * @throws Error when the resource is none of ours, or an object can't be reached.
 */
export async function callerOf(
  env: HubEnv,
  resource: string,
  token: string,
  { fresh }: { readonly fresh: boolean },
): Promise<Caller | null> {
  const integration = integrationOf(configuration(env), resource)
  if (!integration) throw new Error('The resource is not one of this hub’s endpoints.')
  const valid = await authorizationServer(env).validateToken(resource, token, oauthEnv(env))
  if (!valid) return null
  const { userId, clientId, scope, expiresAt } = valid
  const grantId = token.split(':')[1] ?? ''
  const { grantedAt } = GrantProps.parse(valid.props)
  const key = `${userId}:${grantId}`
  if (fresh) {
    standings.forget(key)
    switchboard.forget('company')
  }
  const [standing, switches] = await Promise.all([
    standings.get(key, async () =>
      personObject(env, emailOf(userId)).standing({ id: grantId, since: grantedAt }),
    ),
    switchboard.get('company', async () => control(env).switches(policy.version)),
  ])
  if (!standing.good) return null
  const { email, name, groups } = standing
  return { integration, userId, grantId, clientId, scope, expiresAt, email, name, groups, switches }
}

/** What an endpoint asks before a call: who is this, and what may they do here? */
export async function validateToken(
  env: HubEnv,
  background: Background,
  resource: string,
  token: string,
): Promise<Validation | null> {
  const caller = await callerOf(env, resource, token, { fresh: false })
  if (!caller) return null
  noteUse(env, background, caller)
  const { email, name, groups, switches, integration, userId, clientId, expiresAt } = caller
  const slice = sliceFor(policy, { email, groups }, integration, switches, clientId)
  return {
    // The slice is read-only data; the contract's schema infers mutable arrays.
    props: { email, name, groups, slice: structuredClone(slice) as Validation['props']['slice'] },
    audience: resource,
    expiresAt,
    scope: [...caller.scope],
    userId,
    clientId,
  }
}

/** Whether a write may be tried at all. Asked at each write, never from memory. */
export async function checkWrite(
  env: HubEnv,
  resource: string,
  token: string,
  { tool, args }: WriteCheck,
): Promise<WriteVerdict> {
  const refuse = (reason: string): WriteVerdict => ({
    allowed: false,
    reason,
    limits: {},
    version: policy.version,
  })
  const caller = await callerOf(env, resource, token, { fresh: true })
  if (!caller) return refuse('This connection has ended. The person has to authorize it again.')
  const { integration, clientId, switches } = caller
  const scope = policy.catalogue[integration]?.tools[tool]?.scope
  if (scope && !caller.scope.includes(scope)) return refuse(`The connection lacks ${scope}.`)
  const decision = decide(policy, { person: caller, integration, tool, clientId, args, switches })
  return {
    allowed: decision.outcome !== 'deny',
    reason: decision.reason,
    ...(decision.rule !== undefined && { rule: decision.rule }),
    limits: Object.fromEntries(
      Object.entries(decision.limits).map(([name, values]) => [name, [...values]]),
    ),
    version: decision.version,
  }
}

/** Remembers that the connection is in use, at most once a minute and after the answer. */
function noteUse(env: HubEnv, background: Background, { userId, grantId }: Caller): void {
  background.waitUntil(
    touches.get(`${userId}:${grantId}`, async () => {
      await personObject(env, emailOf(userId)).touch(grantId)
      return true
    }),
  )
}
