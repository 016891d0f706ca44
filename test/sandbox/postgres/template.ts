import { createHash } from 'node:crypto'
import { cpSync, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type pg from 'pg'
import { sampleFiles } from './sample-files.ts'

const root = join(import.meta.dirname, '../../..')
const templates = join(root, '.local', 'templates')

/** A template serves for this long: then its orders are too old to be copied as of now. */
const hourMs = 3_600_000

/**
 * Puts a copy of a PGlite cluster with the sample where there is none yet, if one was kept within
 * the hour: making one takes seconds.
 */
export async function copyTemplate(dataDir: string): Promise<void> {
  const template = await placeOfTemplate()
  if (existsSync(join(dataDir, 'PG_VERSION')) || !existsSync(template)) return
  await copyCluster(template, dataDir)
}

/**
 * Keeps a copy of a cluster that was just filled, for the next ones. It runs, but PGlite has no
 * background processes: after a CHECKPOINT nothing is written until the next statement.
 * @param owner a superuser's connection, the only one there is
 */
export async function keepTemplate(dataDir: string, owner: pg.Client): Promise<void> {
  await owner.query('CHECKPOINT')
  const template = await placeOfTemplate()
  if (!existsSync(template)) await copyCluster(dataDir, template)
  for (const name of await readdir(templates)) {
    const path = join(templates, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity })) // gone meanwhile
    if (Date.now() - mtimeMs > 2 * hourMs) await rm(path, { recursive: true, force: true })
  }
}

/** A half-made copy must never be taken for a whole one, so it is moved into place. */
async function copyCluster(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const draft = await mkdtemp(`${to}.new-`)
  // A thousand small files: one by one as promises they would take five times as long.
  cpSync(from, draft, { recursive: true })
  await rm(join(draft, 'postmaster.pid'), { force: true })
  try {
    await rename(draft, to)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(to)) throw error // else somebody else made it meanwhile
  }
}

async function placeOfTemplate(): Promise<string> {
  return join(templates, `${await fingerprint()}-${Math.floor(Date.now() / hourMs)}`)
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256')
  const pglite = join(root, 'node_modules/@electric-sql/pglite/package.json')
  for (const file of [pglite, ...sampleFiles]) hash.update(await readFile(file)).update('\0')
  return hash.digest('hex').slice(0, 16)
}
