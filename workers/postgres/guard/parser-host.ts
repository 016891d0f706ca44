/**
 * Runs libpg-query's WebAssembly without the 60 KB of JavaScript it comes with, which bring a file
 * system, timers and Node's modules that parsing never touches. The names of imports and exports are
 * Emscripten's for this very build: `prepare-parser.ts` refuses any other.
 */
export interface ParserHost {
  readonly memory: WebAssembly.Memory
  malloc(size: number): number
  free(pointer: number): void
  /** @returns a `PgQueryParseResult *` */
  parse(text: number): number
  freeResult(result: number): void
}

/** C's longjmp, by which PostgreSQL raises its errors. */
const jump = new Error('longjmp')

/** @throws WebAssembly.RuntimeError or RangeError later on, when the program aborts or runs out of stack */
export function startParser(module: WebAssembly.Module): ParserHost {
  const exports = new WebAssembly.Instance(module, { a: imports() }).exports
  const memory = exports['z'] as WebAssembly.Memory
  const table = exports['D'] as WebAssembly.Table
  // Reading the table costs more than most of what it calls.
  const functions = Array.from(
    { length: table.length },
    (_, index) => table.get(index) as (...args: number[]) => unknown,
  )
  const program = {
    initialize: call(exports, 'A'),
    malloc: call(exports, 'C'),
    free: call(exports, 'E'),
    parse: call(exports, 'F'),
    freeResult: call(exports, 'G'),
    setThrew: call(exports, 'P'),
    restoreStack: call(exports, 'Q'),
    currentStack: call(exports, 'R'),
  }
  program.initialize()
  return { memory, ...program }

  function imports(): WebAssembly.ModuleImports {
    const named = (letters: string, handler: (...args: number[]) => unknown) =>
      [...letters].map((letter) => [letter, handler] as const)
    return Object.fromEntries([
      ...named('abdefghijkny', invoke),
      ...named('l', (index = 0, ...args) => invoke(index, ...args) ?? 0n), // returns 64 bits
      ...named('p', longJump),
      ...named('q', grow),
      ...named('t', discard),
      ...named('cmvx', abort), // assert_fail, exit, proc_exit, abort
      ...named('orsuw', () => 0), // timers and files
    ])
  }

  /** Calls through the table; a long jump out of it is reported to the caller in C by `setThrew`. */
  function invoke(index = 0, ...args: number[]): unknown {
    const stack = program.currentStack()
    try {
      return functions[index]?.(...args)
    } catch (error) {
      program.restoreStack(stack)
      if (error !== jump) throw error
      program.setThrew(1, 0)
      return undefined
    }
  }

  function grow(size = 0): number {
    const pages = Math.ceil(((size >>> 0) - memory.buffer.byteLength) / 65_536)
    try {
      memory.grow(pages)
      return 1
    } catch {
      return 0
    }
  }

  /** fd_write: what PostgreSQL prints (notices) is taken and dropped. */
  function discard(_file = 0, vectors = 0, count = 0, written = 0): number {
    const view = new DataView(memory.buffer)
    let size = 0
    for (let index = 0; index < count; index += 1)
      size += view.getUint32(vectors + index * 8 + 4, true)
    view.setUint32(written, size, true)
    return 0
  }
}

function longJump(): never {
  throw jump
}

function abort(): never {
  throw new WebAssembly.RuntimeError('the parser aborted')
}

const call = (exports: WebAssembly.Exports, name: string) =>
  exports[name] as (...args: number[]) => number
