import { ToolError } from '../../../shared/errors.ts'
import { startParser, type ParserHost } from './parser-host.ts'
import { isFields, type Fields } from './tree.ts'

let program: WebAssembly.Module | undefined
let running: ParserHost | undefined

/**
 * Hands over PostgreSQL's parser, compiled. A Worker may not compile WebAssembly from bytes, so
 * `index.ts` imports it as a module; in Node the file is compiled. It starts at the first statement.
 */
export function provideParser(module: WebAssembly.Module): void {
  program = module
  running = undefined
}

export type ParseResult =
  | { readonly ok: true; readonly statements: readonly Fields[] }
  /** `message` is PostgreSQL's, about the text given; `position` counts its characters from 0. */
  | { readonly ok: false; readonly message: string; readonly position?: number }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/**
 * Parses a text by PostgreSQL's own grammar. The text must be well-formed and without NUL, which
 * would end it early for the parser but not for the database.
 *
 * @throws ToolError `misconfigured` before `provideParser`
 */
export function parse(sql: string): ParseResult {
  if (!program) throw new ToolError('misconfigured', 'The SQL parser is missing on this endpoint.')
  running ??= startParser(program)
  try {
    return read(running, encoder.encode(sql))
  } catch (error) {
    // Nesting that exhausts the stack leaves the program in the middle of its work: start afresh.
    running = undefined
    if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError)
      return { ok: false, message: 'it is nested too deeply' }
    throw error
  }
}

function read(host: ParserHost, sql: Uint8Array): ParseResult {
  const input = host.malloc(sql.length + 1)
  const memory = new Uint8Array(host.memory.buffer)
  memory.set(sql, input)
  memory[input + sql.length] = 0
  const result = host.parse(input)
  try {
    // struct PgQueryParseResult { char *parse_tree; char *stderr_buffer; PgQueryError *error; }
    const [tree = 0, , error = 0] = new Uint32Array(host.memory.buffer, result, 3)
    return error
      ? failure(host, error)
      : { ok: true, statements: statementsOf(stringAt(host, tree)) }
  } finally {
    host.free(input)
    host.freeResult(result)
  }
}

function failure(host: ParserHost, error: number): ParseResult {
  // struct PgQueryError { char *message, *funcname, *filename; int lineno, cursorpos; … }
  const [message = 0, , , , cursor = 0] = new Int32Array(host.memory.buffer, error, 5)
  return cursor > 0
    ? { ok: false, message: stringAt(host, message), position: cursor - 1 }
    : { ok: false, message: stringAt(host, message) }
}

/** The C string at an address. */
function stringAt(host: ParserHost, address: number): string {
  const memory = new Uint8Array(host.memory.buffer)
  return decoder.decode(memory.subarray(address, memory.indexOf(0, address)))
}

function statementsOf(json: string): Fields[] {
  const result: unknown = JSON.parse(json)
  const statements = isFields(result) ? result['stmts'] : undefined
  return Array.isArray(statements) ? statements.filter(isFields) : []
}
