import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Miniflare } from 'miniflare'
import type { Upstream } from '../sandbox/upstreams.ts'
import { root } from './bundle.ts'
import { openDatabase, type LocalDatabase } from './database.ts'
import { openOutside, type Intercept } from './outside.ts'
import { assertFree, freePortBase, loopback, portOffsets, upstreamOffset } from './ports.ts'
import { through } from './stand-ins.ts'
import { openState } from './state.ts'
import type { buildWorkers, Fixture, Problem } from './workers.ts'

export interface StackOptions {
  /** The hub's port; the others follow (`ports.ts`). Default 8700; `free` for tests side by side. */
  readonly portBase?: number | 'free'
  /** Forget what earlier runs left. */
  readonly fresh?: boolean
  /** Default `.local/<portBase>` in the checkout; with free ports a folder that goes away at the end. */
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
  /** Where the Workers' inspector listens, for measuring; none by default. */
  readonly inspectorPort?: number
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
  readonly problems: readonly Problem[]
  /** Outgoing requests that led nowhere. */
  readonly refused: readonly string[]
  readonly miniflare: Miniflare
  /** Runs the Worker's Cron Triggers now. */
  runCron(worker: string): Promise<void>
  close(): Promise<void>
}

type Bundles = Awaited<ReturnType<typeof buildWorkers>>
type Pretended = Stack['upstreams'][number] & Pick<Upstream, 'hosts'>

interface Scheduled {
  scheduled(options: { readonly cron: string }): Promise<unknown>
}

/**
 * Everything on one machine: the Workers in one workerd, a port each, with the database and the
 * pretend systems around them.
 * @throws PortTaken, or Error when the hub, the database or workerd can't start
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const opened = new AsyncDisposableStack()
  try {
    return await open(options, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function open(options: StackOptions, opened: AsyncDisposableStack): Promise<Stack> {
  const { settings = {}, fixtures = [], onProgress = () => {} } = options
  const portBase = options.portBase === 'free' ? await freePortBase() : (options.portBase ?? 8700)
  const ids = options.workers ?? workersHere()
  const ports = portsOf(ids, fixtures, portBase)
  await assertFree([...ports.values()])
  const state = openState(stateFolder(options, portBase, opened), options.fresh ?? false)

  const needsDatabase = [...ids, ...fixtures.map(({ like }) => like)].includes('postgres')
  // Making a database takes longest, so it begins before all else is even loaded.
  const coming = needsDatabase ? openDatabase(state, options.databaseUrl) : undefined
  opened.defer(async () => (await coming?.opened.catch(() => undefined))?.close())
  void coming?.opened.then(
    ({ prepared }) => onProgress(`Database ready (${prepared})`),
    () => undefined, // awaited at the end
  )
  const { upstreams: known } = await import('../sandbox/upstreams.ts')
  const pretended = known.filter(({ worker }) => ids.includes(worker))
  const upstreamPort = (worker: string) => ports.get(worker)! + upstreamOffset
  await assertFree(pretended.map(({ worker }) => upstreamPort(worker)))
  const { buildWorkers, idOf, listWorkers, nameOf } = await import('./workers.ts')
  const { startRuntime } = await import('./runtime.ts')
  const { asksDatabases, databaseNetwork, settingsFor } = await import('./settings.ts')
  if (!options.workers) portsOf(listWorkers(), [], portBase) // all that wrangler.toml names have one
  const [databaseUrl, { built, problems }, upstreams] = await allOrNone<
    [string | undefined, Bundles, readonly Pretended[]]
  >([
    coming?.workerUrl ?? Promise.resolve(undefined),
    buildWorkers(ids, fixtures).then((all) => {
      onProgress(`Bundled ${all.built.map(({ id }) => id).join(', ')}`)
      return all
    }),
    allOrNone(
      pretended.map(async ({ worker, title, hosts, start }) => {
        const stateDir = join(state.upstreams, worker)
        const running = await start({ port: upstreamPort(worker), stateDir })
        opened.defer(() => running.close())
        return { worker, title, hosts, url: running.url }
      }),
    ),
  ])

  const refused: string[] = []
  const outside = await openOutside({
    ...(coming && { database: coming }),
    upstreams: upstreams.map(({ hosts, url }) => ({ hosts, origin: url })),
    ...(options.intercept && { intercept: options.intercept }),
    own: [...ports.values()].map((port) => `http://${loopback}:${port}`),
    onRefused(url) {
      refused.push(url)
      options.onLog?.(`An outgoing request leads nowhere: ${url}`)
    },
  })
  opened.defer(() => outside.close())
  const origins = Object.fromEntries(
    [...ports].map(([id, port]) => [id, `http://${loopback}:${port}`]),
  )
  const { miniflare, broken } = await startRuntime({
    workers: built.map((worker) => ({
      ...worker.options,
      bindings: {
        ...worker.options.bindings,
        ...settingsFor(worker, { origins, state, databaseUrl }),
        ...settings[worker.id],
      },
      serviceBindings: {
        ...worker.options.serviceBindings,
        ...(asksDatabases(worker) && { [databaseNetwork]: through(outside.address) }),
      },
      outboundService: 'outside',
      unsafeDirectSockets: [{ host: loopback, port: ports.get(worker.id)!, proxy: false }],
    })),
    outside: outside.address,
    persistence: state.workers,
    inspectorPort: options.inspectorPort,
    onLog: options.onLog,
  })
  opened.defer(() => miniflare.dispose())
  const started = built.filter(({ id }) => !broken.has(nameOf(id)))
  onProgress(`Workers ready (${started.map(({ id }) => id).join(', ')})`)
  const database = await coming?.opened
  return {
    urls: Object.fromEntries(started.map(({ id }) => [id, origins[id]!])),
    upstreams,
    database,
    problems: [
      ...problems,
      ...[...broken].map(([name, reason]) => ({ worker: idOf(name), reason })),
    ],
    refused,
    miniflare,
    async runCron(id) {
      const { crons = [] } = started.find((worker) => worker.id === id) ?? {}
      const worker = (await miniflare.getWorker(nameOf(id))) as unknown as Scheduled
      for (const cron of crons) await worker.scheduled({ cron })
    },
    close: () => opened.disposeAsync(),
  }
}

const workersHere = (): string[] =>
  Object.keys(portOffsets).filter((id) => existsSync(join(root, 'workers', id, 'index.ts')))

/** @throws Error for an environment that has no place among the ports */
function portsOf(
  ids: readonly string[],
  fixtures: readonly Fixture[],
  portBase: number,
): Map<string, number> {
  const own = ids.map((id): [string, number] => {
    if (!Object.hasOwn(portOffsets, id))
      throw new Error(`${id} has no port: give it one in ports.ts`)
    return [id, portBase + portOffsets[id as keyof typeof portOffsets]]
  })
  const first = portBase + Object.keys(portOffsets).length
  const made = fixtures.map(({ id, port }, i): [string, number] => [id, port ?? first + i])
  return new Map([...own, ...made])
}

function stateFolder(
  { stateDir, portBase }: StackOptions,
  base: number,
  opened: AsyncDisposableStack,
): string {
  if (stateDir !== undefined) return stateDir
  if (portBase !== 'free') return join(root, '.local', String(base))
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-stack-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Like Promise.all, but waits for the others before it fails, so that what they opened can be closed. */
async function allOrNone<T extends readonly unknown[]>(promises: {
  readonly [K in keyof T]: Promise<T[K]>
}): Promise<T> {
  await Promise.allSettled(promises)
  return Promise.all(promises) as Promise<unknown> as Promise<T>
}
