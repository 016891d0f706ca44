/**
 * `npm install` runs this: it copies libpg-query's WebAssembly beside the guard with less memory at
 * the start. As shipped it asks for 128 MiB at once, which is all that an isolate on Workers may
 * have; its statics and stack take 33 MiB, and no statement the guard admits needs 7 more.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// The memory section: id 5, 7 bytes, one memory, with a maximum; then LEB128 pages of 64 KiB.
const asShipped = [5, 7, 1, 1, 0x80, 0x10, 0x80, 0x80, 0x01] // 2,048 pages, at most 16,384
const asNeeded = [5, 7, 1, 1, 0x80, 0x05, 0x80, 0x88, 0x00] // 640 pages, at most 1,024

const wasm = readFileSync(
  createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'),
)
const at = wasm.indexOf(Buffer.from(asShipped))
if (at < 0 || wasm.indexOf(Buffer.from(asShipped), at + 1) >= 0)
  throw new Error('libpg-query changed: look at its memory section and adapt prepare-parser.ts.')
wasm.set(asNeeded, at)
writeFileSync(join(import.meta.dirname, 'parser.wasm'), wasm)
