import type { HubEnv } from './env.ts'
import { emailOf } from './identity.ts'
import { personObject } from './person.ts'

const guarded = new WeakMap<HubEnv, HubEnv>()

/**
 * The environment as the OAuth library gets it. Whenever the library ends a grant (a replayed
 * code, a client's own revocation, a newer grant, a client deleted), the Person object hears of it
 * first: KV alone would let the grant's tokens pass elsewhere for up to a minute.
 */
export function oauthEnv(env: HubEnv): HubEnv {
  const known = guarded.get(env)
  if (known) return known
  const kv = env.OAUTH_KV
  const watched = new Proxy(kv, {
    get(target, name) {
      if (name === 'delete')
        return async (key: string) => {
          const grant = /^grant:([^:]+):([^:]+)$/.exec(key)
          if (grant?.[1] && grant[2]) await personObject(env, emailOf(grant[1])).revoke(grant[2])
          await target.delete(key)
        }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const result = { ...env, OAUTH_KV: watched }
  guarded.set(env, result)
  return result
}
