import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** What outlives a run: secrets made up once, the database, the Workers' storage. */
export interface State {
  readonly workers: string
  readonly database: string
  readonly upstreams: string
  /** A secret by its name, the same at each start. */
  secret(name: string): string
}

export function openState(folder: string, fresh: boolean): State {
  if (fresh) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'secrets.json')
  const secrets = readSecrets(file)
  return {
    workers: join(folder, 'workers'),
    database: join(folder, 'postgres'),
    upstreams: join(folder, 'upstreams'),
    secret(name) {
      const known = secrets[name]
      if (known !== undefined) return known
      const made = (secrets[name] = randomBytes(32).toString('base64url'))
      writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
      return made
    },
  }
}

function readSecrets(file: string): Record<string, string> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Error(`${file} is damaged. Start with --fresh to forget what it held.`, {
      cause: error,
    })
  }
}
