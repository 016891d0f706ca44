/** What can be done to a person's access: by themselves at /access, by an administrator at /admin. */
import { authorizationServer } from './authorization-server.ts'
import { recordHubEvent } from './audit.ts'
import type { Connection } from './connection.ts'
import type { Background, HubEnv } from './env.ts'
import { userIdOf } from './identity.ts'
import { oauthEnv } from './oauth-storage.ts'
import { personObject, type PersonSummary } from './person.ts'

export interface Act {
  readonly env: HubEnv
  readonly ctx: Background
  /** The e-mail of who does it. */
  readonly by: string
}

/** The person's connections that work, the newest first. */
export const connectionsOf = async (env: HubEnv, email: string): Promise<Connection[]> =>
  personObject(env, email).connections()

export const personSummary = async (env: HubEnv, email: string): Promise<PersonSummary> =>
  personObject(env, email).summary()

/** Ends one connection. The Person object hears of it first, so it bites within seconds everywhere. @returns false: no such connection. */
export async function endConnection(act: Act, email: string, id: string): Promise<boolean> {
  const connection = (await connectionsOf(act.env, email)).find((one) => one.id === id)
  if (!connection) return false
  await personObject(act.env, email).revoke(id)
  forgetGrants(act, email, [connection])
  const { clientId, integration } = connection
  record(act, email, 'connection_ended', { client: clientId, integration })
  return true
}

/** Ends every connection and browser session of a person. */
export async function endEverything(act: Act, email: string): Promise<void> {
  const connections = await connectionsOf(act.env, email)
  await personObject(act.env, email).revokeAll()
  forgetGrants(act, email, connections)
  record(act, email, 'everything_ended', {})
}

/** Locks a person out: no sign-in, no page, no token, until enabled; what they had stays ended. */
export async function disablePerson(act: Act, email: string, reason: string): Promise<void> {
  const connections = await connectionsOf(act.env, email)
  await personObject(act.env, email).disable(act.by, reason)
  forgetGrants(act, email, connections)
  record(act, email, 'disabled', { facts: { reason } })
}

/** Lets a disabled person sign in again. */
export async function enablePerson(act: Act, email: string): Promise<void> {
  await personObject(act.env, email).enable()
  record(act, email, 'enabled', {})
}

/** Lets the address be used by another account of the provider; ends all the former one had. */
export async function releaseAddress(act: Act, email: string): Promise<void> {
  const connections = await connectionsOf(act.env, email)
  await personObject(act.env, email).release()
  forgetGrants(act, email, connections)
  record(act, email, 'address_released', {})
}

/** Clears KV of grants that the Person object already knows to be over. */
function forgetGrants({ env, ctx }: Act, email: string, connections: readonly Connection[]): void {
  const oauth = authorizationServer(env).getOAuthApi(oauthEnv(env))
  const userId = userIdOf(email)
  ctx.waitUntil(Promise.all(connections.map(({ id }) => oauth.revokeGrant(id, userId))))
}

function record(
  { env, ctx, by }: Act,
  email: string,
  outcome: string,
  more: { client?: string; integration?: string; facts?: Record<string, string> },
): void {
  const facts = { person: email, ...more.facts }
  recordHubEvent(env, ctx, { kind: 'revocation', user: by, outcome, ...more, facts })
}
