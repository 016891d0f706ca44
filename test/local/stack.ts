import { join } from 'node:path'
import type { Miniflare } from 'miniflare'
import { upstreams as allUpstreams, type RunningUpstream } from '../sandbox/upstreams.ts'
import { root } from './bundle.ts'
import { openDatabase, type LocalDatabase } from './database.ts'
import { openOutside, type Intercept } from './outside.ts'
import { assertFree, loopback, portOffsets, upstreamOffset } from './ports.ts'
import { startRuntime } from './runtime.ts'
import { settingsFor } from './settings.ts'
import { openState } from './state.ts'
import { buildWorker, listWorkers, nameOf, type BuiltWorker, type Fixture } from './workers.ts'

export interface StackOptions {
  /** The hub's port; the others follow (`ports.ts`). Default 8700. */
  readonly portBase?: number
  /** Forget what earlier runs left. */
  readonly fresh?: boolean
  /** Default `.local/<portBase>` in the checkout. */
  readonly stateDir?: string
  /** A PostgreSQL server in place of PGlite: the owner's connection string. */
  readonly databaseUrl?: string
  /** Only these; default: every environment of wrangler.toml whose code is there. */
  readonly workers?: readonly string[]
  readonly fixtures?: readonly Fixture[]
  /** Variables and secrets of a Worker that go before what the stack would set. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Answers outgoing requests of Workers in place of the world: fake upstreams, client metadata. */
  readonly intercept?: Intercept
  /** One line each time something is done. */
  readonly onProgress?: (line: string) => void
  /** What Workers write with `console`; default: dropped. */
  readonly onLog?: (line: string) => void
}

export interface Stack {
  /** Origins by Worker id, the hub's included. An endpoint's MCP URL is its origin and `/mcp`. */
  readonly urls: Readonly<Record<string, string>>
  readonly upstreams: readonly {
    readonly worker: string
    readonly title: string
    readonly url: string
  }[]
  /** Absent when no started Worker needs one. */
  readonly database: LocalDatabase | undefined
  /** Workers that were left out, and why. */
  readonly problems: readonly { readonly worker: string; readonly reason: string }[]
  /** Outgoing requests that led nowhere. */
  readonly refused: readonly string[]
  readonly miniflare: Miniflare
  /** Runs the Worker's Cron Triggers now. */
  runCron(worker: string): Promise<void>
  close(): Promise<void>
}

interface Scheduled {
  scheduled(options: { readonly cron: string }): Promise<unknown>
}

/**
 * Everything on one machine: the Workers in one workerd, a port each, with the database and the
 * pretend systems around them.
 * @throws PortTaken, or Error when the hub, the database or workerd can't start
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { portBase = 8700, settings = {}, onProgress = () => {} } = options
  const ids = options.workers ?? listWorkers()
  const portOf = (id: string) => {
    const fixture = options.fixtures?.find((one) => one.id === id)
    if (fixture) return fixture.port
    if (!Object.hasOwn(portOffsets, id))
      throw new Error(`${id} has no port: give it one in ports.ts`)
    return portBase + portOffsets[id as keyof typeof portOffsets]
  }
  const fixtures = options.fixtures ?? []
  const all = [...ids, ...fixtures.map(({ id }) => id)]
  const pretended = allUpstreams.filter(({ worker }) => ids.includes(worker))
  const upstreamPort = (worker: string) => portOf(worker) + upstreamOffset
  await assertFree([...all.map(portOf), ...pretended.map(({ worker }) => upstreamPort(worker))])

  const state = openState(
    options.stateDir ?? join(root, '.local', String(portBase)),
    options.fresh ?? false,
  )
  const opened: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
    opened.push(thing)
    return thing
  }
  const close = async () => {
    for (const thing of opened.splice(0).reverse()) await thing.close()
  }
  try {
    const needsDatabase =
      ids.includes('postgres') || fixtures.some(({ like }) => like === 'postgres')
    const [database, { built, problems }, running] = await Promise.all([
      needsDatabase
        ? openDatabase(state, options.databaseUrl).then((one) => {
            onProgress(`Database ready (${one.prepared})`)
            return keep(one)
          })
        : undefined,
      buildAll(ids, fixtures, onProgress),
      Promise.all(
        pretended.map(async (upstream) => {
          const { worker, title, hosts } = upstream
          const stateDir = join(state.upstreams, worker)
          const { url, close } = await upstream.start({ port: upstreamPort(worker), stateDir })
          keep({ close } satisfies Pick<RunningUpstream, 'close'>)
          return { worker, title, hosts, url }
        }),
      ),
    ])
    const refused: string[] = []
    const outside = keep(
      await openOutside({
        ...(database && { database }),
        upstreams: running.map(({ hosts, url }) => ({ hosts, origin: url })),
        ...(options.intercept && { intercept: options.intercept }),
        onRefused(url) {
          refused.push(url)
          options.onLog?.(`An outgoing request leads nowhere: ${url}`)
        },
      }),
    )
    const origins = (workers: readonly string[]) =>
      Object.fromEntries(workers.map((id) => [id, `http://${loopback}:${portOf(id)}`]))
    const around = { urls: origins(all), state, database }
    const { miniflare, broken } = await startRuntime({
      workers: built.map((worker) => ({
        ...worker.options,
        bindings: {
          ...worker.options.bindings,
          ...settingsFor(worker, around),
          ...settings[worker.id],
        },
        outboundService: 'outside',
        unsafeDirectSockets: [{ host: loopback, port: portOf(worker.id), proxy: false }],
      })),
      outside: outside.address,
      persistence: state.workers,
      onLog: options.onLog,
    })
    keep({ close: () => miniflare.dispose() })
    const started = built.map(({ id }) => id).filter((id) => !broken.has(nameOf(id)))
    const urls = origins(started)
    for (const [name, reason] of broken)
      problems.push({ worker: name.replace(/^gatehouse-/, ''), reason })
    onProgress(`Workers ready (${started.join(', ')})`)
    return {
      urls,
      upstreams: running,
      database,
      problems,
      refused,
      miniflare,
      async runCron(id) {
        const { crons = [] } = built.find((worker) => worker.id === id) ?? {}
        const worker = (await miniflare.getWorker(nameOf(id))) as unknown as Scheduled
        for (const cron of crons) await worker.scheduled({ cron })
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function buildAll(
  ids: readonly string[],
  fixtures: readonly Fixture[],
  onProgress: (line: string) => void,
): Promise<{ built: BuiltWorker[]; problems: { worker: string; reason: string }[] }> {
  const built: BuiltWorker[] = []
  const problems: { worker: string; reason: string }[] = []
  const wanted: { id: string; fixture?: Fixture }[] = [
    ...ids.map((id) => ({ id })),
    ...fixtures.map((fixture) => ({ id: fixture.id, fixture })),
  ]
  await Promise.all(
    wanted.map(async ({ id, fixture }) => {
      try {
        built.push(await buildWorker(id, fixture))
        onProgress(`Bundled ${id}`)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        problems.push({ worker: id, reason })
        onProgress(`Left out ${id}: ${reason}`)
      }
    }),
  )
  const order = wanted.map(({ id }) => id)
  return { built: built.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)), problems }
}
