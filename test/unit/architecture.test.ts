import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { version } from '../../shared/version.ts'

const sources = ['shared', 'workers', 'test'].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: 'utf8' })
    .map((name) => join(top, name))
    .filter((name) => /\.tsx?$/.test(name)),
)
const read = (file: string) => readFileSync(file, 'utf8')
/** What a file imports, relative paths resolved from the project's root. */
const importsOf = (file: string): string[] =>
  [
    ...read(file).matchAll(
      /(?:^|\n)(?:import|export)\s[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g,
    ),
  ]
    .map((match) => match[1] ?? match[2] ?? '')
    .map((path) => (path.startsWith('.') ? normalize(join(dirname(file), path)) : path))

/** Every import that breaks a rule, as `file → import`. */
const breaking = (
  from: (file: string) => boolean,
  wrong: (path: string, file: string) => boolean,
) =>
  sources.filter(from).flatMap((file) =>
    importsOf(file)
      .filter((path) => wrong(path, file))
      .map((path) => `${file} → ${path}`),
  )

const isCommand = (file: string) => file.startsWith('shared/commands/')
const workerOf = (file: string) => /^workers\/([^/]+)\//.exec(file)?.[1]

describe('the import directions', () => {
  it('lead from Workers to the shell, never back; commands of an operator may look at both', () => {
    expect(
      breaking(
        (file) => file.startsWith('shared/') && !isCommand(file),
        (path) => path.startsWith('workers/') || path.startsWith('test/'),
      ),
    ).toEqual([])
    expect(
      breaking(
        (file) => file.startsWith('workers/'),
        (path) => path.startsWith('test/') || isCommand(path),
      ),
    ).toEqual([])
  })

  it('never lead from one Worker to another', () => {
    expect(
      breaking(
        (file) => file.startsWith('workers/'),
        (path, file) => path.startsWith('workers/') && workerOf(path) !== workerOf(file),
      ),
    ).toEqual([])
  })

  it('keep the MCP SDK in one file', () => {
    expect(
      breaking(
        (file) => file.startsWith('shared/') || file.startsWith('workers/'),
        (path, file) =>
          /^@modelcontextprotocol\/|^agents/.test(path) &&
          file !== 'shared/mcp.ts' &&
          workerOf(file) !== 'agent',
      ),
    ).toEqual([])
  })

  it('keep what decides pure: no I/O, no clock, no randomness', () => {
    const pure = [
      'shared/policy.ts',
      'shared/policy-index.ts',
      'shared/policy-limits.ts',
      'shared/ledger-verification.ts',
      'shared/analytics.ts',
      'workers/hub/approvals/machine.ts',
      'workers/hub/ledger/latency.ts',
      'workers/hub/ledger/filter.ts',
      'shared/hash.ts',
      'shared/redact.ts',
      'shared/secrets.ts',
      'shared/errors.ts',
      'shared/budget.ts',
      'shared/visible.ts',
      'shared/burst.ts',
    ]
    const impure =
      /\bDate\.now\(|new Date\(\)|Math\.random|crypto\.(randomUUID|getRandomValues)|\bfetch\(|setTimeout|cloudflare:/
    expect(pure.filter((file) => impure.test(read(file)))).toEqual([])
  })

  it('let each integration load in Node: no Workers API and no WebAssembly at its top', () => {
    const tops = sources.filter((file) => /^workers\/[^/]+\/integration\.ts$/.test(file))
    const reached = new Set<string>()
    const visit = (file: string): void => {
      if (reached.has(file)) return
      reached.add(file)
      for (const path of importsOf(file).filter((one) => /\.tsx?$/.test(one))) visit(path)
    }
    tops.forEach(visit)
    const bad = [...reached].flatMap((file) =>
      importsOf(file)
        .filter((path) => path.startsWith('cloudflare:') || path.endsWith('.wasm'))
        .map((path) => `${file} → ${path}`),
    )
    expect(bad).toEqual([])
  })
})

describe('the sources', () => {
  it('import zod as a namespace, which saves each bundle 60 KiB', () => {
    expect(
      sources.filter((file) => /import \{[^}]*\bz\b[^}]*\} from 'zod'/.test(read(file))),
    ).toEqual([])
  })

  it('use no `any` and silence no checker without a reason', () => {
    expect(
      sources.filter(
        (file) =>
          /@ts-ignore|@ts-nocheck|@ts-expect-error(?! --)/.test(read(file)) &&
          !file.endsWith('architecture.test.ts'),
      ),
    ).toEqual([])
  })

  it('know the release that package.json has', () => {
    expect(version).toBe((JSON.parse(read('package.json')) as { version: string }).version)
  })
})
