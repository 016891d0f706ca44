/** The fixture as a Worker, with a stand-in for the hub that vouches for everybody: the suite brings no accounts. */
import { endpoint } from '../../shared/endpoint.ts'
import type { EndpointEnv } from '../../shared/caller.ts'
import type { HubApi, Validation } from '../../shared/hub.ts'
import { sessionClass } from '../../shared/session.ts'
import fixture from './fixture.ts'

const tools = Object.fromEntries(
  fixture.tools.map(({ name }) => [name, { rule: 'fixture', mode: 'never' as const, limits: {} }]),
)
const hub: Pick<HubApi, 'validateToken' | 'record'> = {
  async validateToken(resource): Promise<Validation> {
    const slice = { version: 'fixture', tools, quotas: [], off: [] }
    return {
      props: { email: 'fixture@example.com', name: 'Fixture', groups: [], slice },
      audience: resource,
      scope: ['fixture:read'],
      userId: 'fixture%40example.com',
      clientId: 'conformance',
    }
  },
  record: async () => undefined,
}
const vouched = new WeakMap<EndpointEnv, EndpointEnv>()
function withHub(env: EndpointEnv): EndpointEnv {
  const known = vouched.get(env) ?? { ...env, HUB: hub as HubApi } // the fixture has reads only
  vouched.set(env, known)
  return known
}

export class Session extends sessionClass(fixture) {
  constructor(ctx: DurableObjectState, env: EndpointEnv) {
    super(ctx, withHub(env))
  }
}

const worker = endpoint(fixture)
export default {
  fetch: (request, env, ctx) => worker.fetch?.(request, withHub(env), ctx) ?? new Response(),
} satisfies ExportedHandler<EndpointEnv>
