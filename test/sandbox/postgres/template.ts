import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pgliteOwner, startPglite } from './pglite-server.ts'
import { prepareSample, sampleFiles } from './sample.ts'

const root = join(import.meta.dirname, '../../..')
const templates = join(root, '.local', 'templates')

/** A template serves for this long: then its orders are too old to be copied as of now. */
const hourMs = 3_600_000

/**
 * Puts a PGlite cluster with the sample in it where there is none yet. Making one takes seconds,
 * so one is made an hour for each version of the sample and of PGlite, and copied.
 */
export async function ensureCluster(dataDir: string): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return
  const template = join(templates, `${await fingerprint()}-${Math.floor(Date.now() / hourMs)}`)
  if (!existsSync(template)) await makeTemplate(template)
  // A half-made copy must never be taken for a whole one, so it is moved into place.
  const copy = `${dataDir}.new`
  await rm(copy, { recursive: true, force: true })
  await mkdir(dirname(dataDir), { recursive: true })
  await cp(template, copy, { recursive: true })
  await rename(copy, dataDir)
}

async function makeTemplate(template: string): Promise<void> {
  await mkdir(templates, { recursive: true })
  const draft = await mkdtemp(join(templates, 'draft-'))
  const dataDir = join(draft, 'data')
  const passwords = { [pgliteOwner]: 'owner' }
  const server = await startPglite({ dataDir, database: 'shop', passwords })
  await prepareSample(
    `postgres://${pgliteOwner}:owner@${server.host}:${server.port}/shop`,
    'unused',
  )
  await server.close()
  for (const name of await readdir(templates)) {
    const path = join(templates, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity })) // gone meanwhile
    if (Date.now() - mtimeMs > 2 * hourMs) await rm(path, { recursive: true, force: true })
  }
  try {
    await rename(dataDir, template)
  } catch (error) {
    if (!existsSync(template)) throw error // else somebody else made it meanwhile
  }
  await rm(draft, { recursive: true, force: true })
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256')
  const pglite = join(root, 'node_modules/@electric-sql/pglite/package.json')
  for (const file of [pglite, ...sampleFiles]) hash.update(await readFile(file)).update('\0')
  return hash.digest('hex').slice(0, 16)
}
