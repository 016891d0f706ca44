/**
 * `npm install` runs this: it copies libpg-query's WebAssembly beside the guard with less memory at
 * the start. As shipped it asks for 128 MiB at once, which is all that an isolate on Workers may
 * have; its statics and stack take 33 MiB, and no statement the guard admits needs 7 more.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// The memory section: id 5, 7 bytes, one memory, with a maximum; then LEB128 pages of 64 KiB.
const asShipped = [5, 7, 1, 1, 0x80, 0x10, 0x80, 0x80, 0x01] // 2,048 pages, at most 16,384
const asNeeded = [5, 7, 1, 1, 0x80, 0x05, 0x80, 0x88, 0x00] // 640 pages, at most 1,024

const wasm = readFileSync(
  createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'),
)
const digest = createHash('sha256').update(wasm).digest('hex')
if (digest !== '378b64e6182f65c71ad5dbd2c31c81e9dfed7d2f2debfb4b51c0d0de8fa2ae36')
  throw new Error(
    `libpg-query is another build (${digest}). Compare its memory section and the names of its imports and exports with prepare-parser.ts and parser-host.ts, run test/unit/postgres-guard, then note the new digest here.`,
  )
wasm.set(asNeeded, wasm.indexOf(Buffer.from(asShipped)))
writeFileSync(join(import.meta.dirname, 'parser.wasm'), wasm)
