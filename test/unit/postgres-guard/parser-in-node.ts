import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { provideParser } from '../../../workers/postgres/guard/parser.ts'

export const parserFile = join(import.meta.dirname, '../../../workers/postgres/guard/parser.wasm')

/** Compiling from bytes is Node's alone, so the Workers' types don't have it. */
const { compile } = WebAssembly as typeof WebAssembly & {
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>
}

export const compiledParser = await compile(readFileSync(parserFile))

// A test file imports this one before it guards anything; a Worker imports the file as a module.
provideParser(compiledParser)
