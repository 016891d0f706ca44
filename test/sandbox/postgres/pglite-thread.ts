/**
 * The thread in which PGlite lives: it answers one chunk of wire protocol at a time. While it
 * computes it hears nothing, so whoever holds it must terminate it to stop a statement.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import * as z from 'zod'
import { emptyCluster, nameDatabase } from './empty-cluster.ts'
import type { FromThread } from './pglite-engine.ts'

const { dataDir, database, maxAnswerBytes } = z
  .object({ dataDir: z.string(), database: z.string(), maxAnswerBytes: z.number() })
  .parse(workerData)

const port = parentPort
if (!port) throw new Error('This file runs as a worker thread only.')
const tell = (message: FromThread, moved: ArrayBuffer[] = []) => port.postMessage(message, moved)

// A half-made cluster must never be taken for a whole one.
const unfinished = `${dataDir}.unfinished`
if (existsSync(unfinished)) rmSync(dataDir, { recursive: true, force: true })
// What versions before this one left when they died.
rmSync(`${dataDir}.new`, { recursive: true, force: true })
// What a statement that was stopped left; only a postmaster would clear it away.
rmSync(join(dataDir, 'base', 'pgsql_tmp'), { recursive: true, force: true })
const db = existsSync(join(dataDir, 'PG_VERSION'))
  ? await PGlite.create({ dataDir, database })
  : await make()
tell({ kind: 'ready' })

port.on('message', (request: Uint8Array | 'close') => {
  if (request === 'close') return void db.close().finally(() => port.close())
  const pieces: Uint8Array[] = []
  let size = 0
  const collect = (piece: Uint8Array) => {
    size += piece.length
    if (size <= maxAnswerBytes) pieces.push(piece.slice())
    // Throwing here would unwind through WebAssembly frames, so the holder is told to end the thread.
    else if (size - piece.length <= maxAnswerBytes) tell({ kind: 'too_large' })
  }
  db.execProtocolRawStream(request, { syncToFs: false, onRawData: collect }).then(
    () => {
      if (size > maxAnswerBytes) return
      const bytes = new Uint8Array(size)
      let at = 0
      for (const piece of pieces) {
        bytes.set(piece, at)
        at += piece.length
      }
      tell({ kind: 'answer', bytes }, [bytes.buffer])
    },
    // WebAssembly leaves by throwing what is no Error.
    (error: unknown) =>
      tell({ kind: 'crashed', reason: error instanceof Error ? error.message : 'PGlite stopped' }),
  )
})

async function make(): Promise<PGlite> {
  mkdirSync(dirname(dataDir), { recursive: true })
  writeFileSync(unfinished, '')
  const made = await PGlite.create({ dataDir, loadDataDir: await emptyCluster() })
  await made.exec(nameDatabase(database))
  rmSync(unfinished)
  return made
}
