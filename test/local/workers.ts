import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { V4WorkerOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler'
import { bundle, root } from './bundle.ts'

const configFile = join(root, 'wrangler.toml')

/** One environment of wrangler.toml, ready to run. */
export interface BuiltWorker {
  readonly id: string
  readonly options: V4WorkerOptions
  /** Names of the secrets it can't do without. */
  readonly secrets: readonly string[]
  readonly crons: readonly string[]
}

/** A Worker made from another's environment and an entry file of its own: a fixture for tests. */
export interface Fixture {
  readonly id: string
  readonly main: string
  /** The environment whose bindings it gets. */
  readonly like: string
  /** Default: one of those that follow the stack's own. */
  readonly port?: number
}

export interface Problem {
  readonly worker: string
  readonly reason: string
}

/** The Workers that wrangler.toml names and whose code is there. */
export function listWorkers(): readonly string[] {
  const { definedEnvironments = [] } = unstable_readConfig({ config: configFile }, quiet)
  return definedEnvironments.filter((id: string) => {
    const { main } = unstable_readConfig({ config: configFile, env: id }, quiet)
    return main !== undefined && existsSync(main)
  })
}

/** Bundles all that can be bundled, in the order given; what can't is a problem, not an error. */
export async function buildWorkers(
  ids: readonly string[],
  fixtures: readonly Fixture[],
): Promise<{ built: readonly BuiltWorker[]; problems: readonly Problem[] }> {
  const wanted: { id: string; fixture?: Fixture }[] = [
    ...ids.map((id) => ({ id })),
    ...fixtures.map((fixture) => ({ id: fixture.id, fixture })),
  ]
  const problems: Problem[] = []
  const built = await Promise.all(
    wanted.map(({ id, fixture }) =>
      buildWorker(id, fixture).catch((error: unknown) => {
        problems.push({
          worker: id,
          reason: error instanceof Error ? error.message : String(error),
        })
      }),
    ),
  )
  return { built: built.filter((worker) => worker !== undefined), problems }
}

/** @throws Error with the bundler's messages */
async function buildWorker(id: string, fixture?: Fixture): Promise<BuiltWorker> {
  const config = unstable_readConfig({ config: configFile, env: fixture?.like ?? id }, quiet)
  const { workerOptions, define } = readOptions(fixture?.like ?? id)
  const { modulesRules: _, ...rest } = workerOptions // the bundler has applied them
  const main = fixture ? join(root, fixture.main) : config.main
  if (!main) throw new Error(`[env.${id}] has no main`)
  return {
    id,
    options: {
      ...rest,
      name: nameOf(id),
      modules: [...(await bundle(main, define))],
      modulesRoot: '.',
    },
    secrets: config.secrets?.required ?? [],
    crons: config.triggers.crons ?? [],
  }
}

/** Deployed names are the project's and the environment's. */
export const nameOf = (id: string) => `gatehouse-${id}`
export const idOf = (name: string) => name.replace(/^gatehouse-/, '')

const quiet = { hideWarnings: true }

/** Wrangler warns of secrets that aren't in files or the environment; here the stack makes them. */
function readOptions(id: string) {
  const level = process.env['WRANGLER_LOG']
  process.env['WRANGLER_LOG'] = 'none'
  try {
    return unstable_getMiniflareWorkerOptions(configFile, id)
  } finally {
    if (level === undefined) delete process.env['WRANGLER_LOG']
    else process.env['WRANGLER_LOG'] = level
  }
}
