import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNeon, type Neon, type NeonOptions } from './neon.ts'
import { pgliteOwner, startPglite, type PgliteServerOptions } from './pglite-server.ts'
import { login, prepareSample } from './sample.ts'
import { copyTemplate } from './template.ts'

/** The shop with its roles behind Neon's protocols, for tests. */
export interface Sandbox {
  readonly neon: Neon
  /** As the owner of everything, at PostgreSQL's own protocol. */
  readonly ownerUrl: string
  /** As the Worker's login. Its host stands for none: a driver must be told where `neon.url` is. */
  readonly loginUrl: string
  close(): Promise<void>
}

export const loginPassword = 'sandbox-login-password'

/** A new PGlite in a folder of its own, which goes away with it. */
export async function startEmbedded(
  options: Partial<PgliteServerOptions & NeonOptions> = {},
): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-pglite-'))
  const dataDir = join(folder, 'data')
  await copyTemplate(dataDir)
  const server = await startPglite({
    dataDir,
    database: 'shop',
    passwords: { [pgliteOwner]: 'owner', [login]: loginPassword },
    ...options,
  })
  const ownerUrl = `postgres://${pgliteOwner}:owner@${server.host}:${server.port}/shop`
  await prepareSample(ownerUrl, loginPassword, dataDir)
  const neon = await startNeon({ ...options, address: server })
  return {
    neon,
    ownerUrl,
    loginUrl: `postgres://${login}:${loginPassword}@shop.postgres.test/shop`,
    async close() {
      await neon.close()
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** An empty database of a PostgreSQL server, filled with the shop. */
export async function startOnServer(
  ownerUrl: string,
  options: Partial<NeonOptions> = {},
): Promise<Sandbox> {
  await prepareSample(ownerUrl, loginPassword)
  const { hostname, port, pathname } = new URL(ownerUrl)
  const neon = await startNeon({ ...options, address: { host: hostname, port: Number(port) } })
  return {
    neon,
    ownerUrl,
    loginUrl: `postgres://${login}:${loginPassword}@shop.postgres.test${pathname}`,
    close: () => neon.close(),
  }
}
