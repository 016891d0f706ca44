/** The official conformance suite as a child process: what it checked, read from the files it writes. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { root } from '../local/bundle.ts'

const program = join(root, 'node_modules/@modelcontextprotocol/conformance/dist/index.js')

const Check = z.object({
  id: z.string(),
  status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
  errorMessage: z.string().optional(),
  /** `untestable`: the server lacks a tool that the suite wants for this check. */
  details: z.looseObject({ untestable: z.boolean().optional() }).optional(),
})
export type Check = z.infer<typeof Check>

/** The checks of each scenario, by its name. */
export type Results = ReadonlyMap<string, readonly Check[]>

export interface SuiteOptions {
  /** Ends it early; its reason is what `runSuite` throws. */
  readonly signal: AbortSignal
  /** Hears each line that the suite prints, while it runs. */
  onLine?(line: string): void
}

/**
 * Runs it. That checks fail is a result; that it broke off is an error.
 * @throws Error with the end of its output
 */
export async function runSuite(args: readonly string[], options: SuiteOptions): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-conformance-'))
  try {
    const output = await finished([...args, '--output-dir', folder], options)
    // The summary comes last, so a suite that broke off half-way can't pass for a short one.
    if (!output.includes('=== SUMMARY ==='))
      throw new Error(`The conformance suite broke off:\n${output.slice(-2_000)}`)
    return await resultsIn(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function finished(args: readonly string[], { signal, onLine }: SuiteOptions): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], { signal })
  let output = ''
  let unread = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const lines = (unread + text).split('\n')
    unread = lines.pop() ?? ''
    for (const line of lines) onLine?.(line)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(error.cause ?? error))
    child.once('close', () => resolve(output))
  })
}

/** Folders are called `[authorization-]server-<scenario>-<time>`. */
async function resultsIn(folder: string): Promise<Results> {
  const results = new Map<string, readonly Check[]>()
  for (const name of await readdir(folder)) {
    const scenario = /^(?:authorization-)?server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1]
    if (scenario === undefined) throw new Error(`An unexpected result folder: ${name}`)
    const text = await readFile(join(folder, name, 'checks.json'), 'utf8')
    results.set(scenario, Check.array().parse(JSON.parse(text)))
  }
  return results
}
