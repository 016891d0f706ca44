import { loopback } from './ports.ts'
import { upstreams } from '../sandbox/upstreams.ts'
import type { State } from './state.ts'
import type { BuiltWorker } from './workers.ts'

export interface Surroundings {
  /** Origins of all Workers, of those too that can't start. */
  readonly origins: Readonly<Record<string, string>>
  readonly state: State
  /** What a Worker connects to the database with; undefined when there is none. */
  readonly databaseUrl: string | undefined
}

/** The variables and secrets of a Worker on one machine, in place of those in wrangler.toml. */
export function settingsFor(worker: BuiltWorker, around: Surroundings): Record<string, string> {
  const secrets = worker.secrets.map((name) => [name, around.state.secret(`${worker.id}.${name}`)])
  const { hub = `http://${loopback}:1`, ...endpoints } = around.origins
  const own =
    worker.id === 'hub'
      ? {
          ISSUER: hub,
          ENDPOINTS: JSON.stringify(endpoints),
          SIGN_IN: 'dev',
          ADMIN_TOKEN: around.state.secret('hub.ADMIN_TOKEN'),
        }
      : { ENDPOINT_URL: around.origins[worker.id] ?? '', HUB_URL: hub }
  return {
    ...Object.fromEntries(secrets),
    ...own,
    ...(around.databaseUrl && asksDatabases(worker) && databaseSettings(around.databaseUrl)),
    ...upstreams.find((upstream) => upstream.worker === worker.id)?.settings,
  }
}

export const asksDatabases = ({ options }: BuiltWorker): boolean =>
  'DATABASES' in (options.bindings ?? {})

/** On one machine the database stands in a private network of its own, which this binding leads into. */
export const databaseNetwork = 'SHOP_NETWORK'

const databaseSettings = (url: string) => ({
  SHOP_DATABASE_URL: url,
  DATABASES: JSON.stringify({
    shop: {
      title: 'Shop (sample)',
      owner: 'engineer@example.com',
      secret: 'SHOP_DATABASE_URL',
      schemas: ['public', 'support'],
      mode: 'read_write',
      network: databaseNetwork,
    },
  }),
})
