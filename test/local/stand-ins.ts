import type { V4WorkerOptions } from 'miniflare'

const compatibilityDate = '2026-08-01'

/**
 * Workers that stand beside the real ones: `outside`, through which every outgoing request
 * passes, and for each Worker that a service binding names but that doesn't run, one that says so.
 * @param address the proxy that `outside` sends to, `host:port`
 */
export function standIns(workers: readonly V4WorkerOptions[], address: string): V4WorkerOptions[] {
  const running = new Set(workers.map(({ name }) => name))
  const missing = new Map<string, Set<string>>()
  for (const { serviceBindings = {} } of workers) {
    for (const binding of Object.values(serviceBindings)) {
      const { name, entrypoint } = target(binding)
      if (name === undefined || running.has(name)) continue
      const entrypoints = missing.get(name) ?? new Set()
      missing.set(name, entrypoint === undefined ? entrypoints : entrypoints.add(entrypoint))
    }
  }
  return [
    {
      name: 'outside',
      compatibilityDate,
      modules: script('export default { fetch: (request, env) => env.PROXY.fetch(request) }'),
      serviceBindings: { PROXY: through(address) },
    },
    ...[...missing].map(([name, entrypoints]) => ({
      name,
      compatibilityDate,
      modules: script(absent(name, [...entrypoints])),
    })),
  ]
}

/** A binding whose requests go to a proxy, `host:port`, with the whole URL in their first line (workerd's `HttpOptions.Style.PROXY`). */
export const through = (address: string) => ({ external: { address, http: { style: 1 } } })

const script = (contents: string) => [{ type: 'ESModule' as const, path: 'index.js', contents }]

const absent = (name: string, entrypoints: readonly string[]) => `
import { WorkerEntrypoint } from 'cloudflare:workers'
const refuse = () => { throw new Error(${JSON.stringify(`${name} is not running`)}) }
export default { fetch: refuse }
${entrypoints.map((entrypoint) => `export class ${entrypoint} extends WorkerEntrypoint {}`).join('\n')}
`

function target(binding: unknown): { name?: string; entrypoint?: string } {
  if (typeof binding === 'string') return { name: binding }
  if (typeof binding !== 'object' || binding === null || !('name' in binding)) return {}
  const { name, entrypoint } = binding as { name: unknown; entrypoint?: unknown }
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof entrypoint === 'string' && { entrypoint }),
  }
}
