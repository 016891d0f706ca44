import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4WorkerOptions,
} from 'miniflare'
import { loopback } from './ports.ts'
import { standIns } from './stand-ins.ts'

export interface RuntimeOptions {
  readonly workers: readonly V4WorkerOptions[]
  /** `host:port` of the proxy that outgoing requests go to. */
  readonly outside: string
  readonly persistence: string
  /** Where the Workers' inspector listens, for measuring; none by default. */
  readonly inspectorPort?: number | undefined
  readonly onLog?: ((line: string) => void) | undefined
}

export interface Runtime {
  readonly miniflare: Miniflare
  /** Workers that threw while they started, by name: the others run without them. */
  readonly broken: ReadonlyMap<string, string>
}

/** One workerd for all Workers. @throws Error when it can't start even so */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const broken = new Map<string, string>()
  for (;;) {
    const workers = options.workers.filter(({ name }) => !broken.has(name ?? ''))
    let heard = ''
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        host: loopback,
        port: 0,
        cf: false,
        ...(options.inspectorPort !== undefined && { inspectorPort: options.inspectorPort }),
        log: new Log(LogLevel.NONE),
        handleStructuredLogs({ message }) {
          heard += `${message}\n`
          options.onLog?.(message)
        },
        resourcePersistencePath: options.persistence,
        workers: [...workers, ...standIns(workers, options.outside)],
      }),
    )
    try {
      await miniflare.ready
      return { miniflare, broken }
    } catch (error) {
      await miniflare.dispose().catch(() => {})
      const [, name, reason = ''] = /service core:user:([\w-]+): ([^]*)/.exec(heard) ?? []
      if (name === undefined || !workers.some((worker) => worker.name === name)) throw error
      broken.set(name, reason.trim())
    }
  }
}
