/** What each Worker uploads: minified and gzipped, in KiB, as `wrangler deploy` would. */
import { spawnSync } from 'node:child_process'

const limits: Readonly<Record<string, number>> = { hub: 130, postgres: 540 }

export function bundleSizes(
  workers: readonly string[],
): { worker: string; gzipKiB: number; limit: number }[] {
  return workers.map((worker) => {
    const { stdout } = spawnSync(
      'wrangler',
      ['deploy', '--env', worker, '--dry-run', '--minify', '--outdir', `.wrangler/bench/${worker}`],
      { encoding: 'utf8' },
    )
    const gzipKiB = Number(/gzip: ([\d.]+) KiB/.exec(stdout)?.[1])
    return { worker, gzipKiB, limit: limits[worker] ?? 200 }
  })
}
