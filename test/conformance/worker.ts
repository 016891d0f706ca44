/** The fixture as a Worker, with a stand-in for the hub that vouches for everybody: the suite brings no accounts. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { endpoint } from '../../shared/endpoint.ts'
import type { Validation } from '../../shared/hub.ts'
import { sessionClass } from '../../shared/session.ts'
import fixture from './fixture.ts'

export class Session extends sessionClass(fixture) {}
export default endpoint(fixture)

export class EndpointApi extends WorkerEntrypoint {
  async validateToken(resource: string): Promise<Validation> {
    const tools = Object.fromEntries(
      fixture.tools.map(({ name }) => [
        name,
        { rule: 'fixture', mode: 'never' as const, limits: {} },
      ]),
    )
    return {
      props: {
        email: 'fixture@example.com',
        name: 'Fixture',
        groups: [],
        slice: { version: 'fixture', tools, quotas: [], off: [] },
      },
      audience: resource,
      scope: ['fixture:read'],
      userId: 'fixture%40example.com',
      clientId: 'conformance',
    }
  }
  async record(): Promise<void> {}
}
