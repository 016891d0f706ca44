/**
 * `npm run deploy -- hub postgres [--dry-run]`: checks the settings and secrets of the Workers
 * named, says what is missing and how to set it, deploys the hub first, and prints what to give
 * to people. `--dry-run` needs no account: it checks, bundles, and shows the sizes.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { unstable_readConfig } from 'wrangler'
import * as z from 'zod'
import { deployProblems, type Problem, type WorkerSettings } from './deploy-check.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean', default: false } },
})
const dryRun = flags['dry-run']

/** The part of wrangler's resolved configuration that a deploy is checked by. */
const Config = z.object({
  vars: z.record(z.string(), z.unknown()),
  kv_namespaces: z.array(z.object({ binding: z.string(), id: z.string().optional() })),
  secrets: z.object({ required: z.array(z.string()).default([]) }).optional(),
})

function settingsOf(id: string): WorkerSettings {
  const read: unknown = unstable_readConfig(
    { config: './wrangler.toml', env: id },
    { hideWarnings: true },
  )
  const { vars, secrets, kv_namespaces: kvNamespaces } = Config.parse(read)
  return { id, vars, requiredSecrets: secrets?.required ?? [], kvNamespaces }
}

/** Names of the secrets a Worker has; none when it was never deployed. */
function secretsOf(id: string): string[] {
  const listed = spawnSync('wrangler', ['secret', 'list', '--env', id, '--format', 'json'], {
    encoding: 'utf8',
  })
  if (listed.status !== 0) return []
  const secrets = JSON.parse(listed.stdout) as { name: string }[]
  return secrets.map(({ name }) => name)
}

function tell(problems: readonly Problem[]): void {
  for (const { worker, what, fix } of problems) console.log(`✗ ${worker}: ${what}\n  ${fix}`)
}

function deploy(id: string): boolean {
  const args = [
    'deploy',
    '--env',
    id,
    ...(dryRun ? ['--dry-run', '--minify', '--outdir', `.wrangler/dry-run/${id}`] : ['--minify']),
  ]
  const run = spawnSync('wrangler', args, { encoding: 'utf8' })
  const size = /Total Upload: .*/.exec(run.stdout)?.[0] ?? ''
  if (run.status === 0) console.log(`✓ ${id}${dryRun ? ' bundles' : ' deployed'}. ${size}`)
  else console.error(`✗ ${id} failed:\n${run.stdout}${run.stderr}`)
  return run.status === 0
}

function main(): number {
  if (positionals.length === 0) {
    console.error('Which Workers? For example: npm run deploy -- hub postgres')
    return 2
  }
  const workers = [...positionals].sort((a, b) => Number(b === 'hub') - Number(a === 'hub'))
  const settings = workers.map(settingsOf)
  const hub = settings.find(({ id }) => id === 'hub') ?? settingsOf('hub')
  if (!dryRun) execFileSync('wrangler', ['whoami'], { stdio: 'ignore' })
  const problems = deployProblems(
    settings,
    hub,
    dryRun ? undefined : Object.fromEntries(workers.map((id) => [id, secretsOf(id)])),
  )
  tell(problems)
  if (problems.length > 0 && !dryRun) return 1
  const failed = workers.filter((id) => !deploy(id))
  if (failed.length > 0) return 1
  for (const { id, vars } of settings) {
    if (id === 'hub')
      console.log(`\nHub: ${String(vars.ISSUER)} (people find every connector there)`)
    else
      console.log(
        `\nConnector ${id}: ${String(vars.ENDPOINT_URL)}/mcp\n  claude mcp add --transport http ${id} ${String(vars.ENDPOINT_URL)}/mcp`,
      )
  }
  return 0
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error('If wrangler is not signed in: npx wrangler login')
  process.exitCode = 1
}
