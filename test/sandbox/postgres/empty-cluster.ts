/** The cluster a new PGlite begins with, as its makers ship it: initdb in WebAssembly takes seconds. */
import { dataDir } from '@electric-sql/pglite-prepopulatedfs'

const block = 512
const decoder = new TextDecoder()

/**
 * A tar archive of a cluster with the database `postgres` alone. The two templates go: nobody
 * creates a database here, and their 600 files are two thirds of what it takes to unpack it.
 */
export async function emptyCluster(): Promise<Blob> {
  const packed = await dataDir()
  const unzipped = packed.stream().pipeThrough(new DecompressionStream('gzip'))
  const archive = new Uint8Array(await new Response(unzipped).arrayBuffer())
  return new Blob(entries(archive).filter((entry) => !isOfTemplate(entry)))
}

/** The SQL that makes the rest of it agree, and gives the database its name. */
export const nameDatabase = (name: string): string => `
  DELETE FROM pg_database WHERE datname LIKE 'template_';
  UPDATE pg_database SET datname = '${name.replaceAll("'", "''")}' WHERE datname = 'postgres'`

/** Header, content and padding of each file (POSIX pax, ustar interchange format). */
function entries(archive: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const found: Uint8Array<ArrayBuffer>[] = []
  for (let at = 0; archive[at];) {
    const size = Number.parseInt(decoder.decode(archive.subarray(at + 124, at + 136)), 8)
    const end = at + block + Math.ceil(size / block) * block
    found.push(archive.subarray(at, end))
    at = end
  }
  return found
}

/** By the OIDs that PostgreSQL fixes: 1 is template1, 4 template0. */
const isOfTemplate = (entry: Uint8Array): boolean =>
  /^\/base\/[14]\b/.test(decoder.decode(entry.subarray(0, 100)))
