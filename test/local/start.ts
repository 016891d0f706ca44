/**
 * `npm start`: the whole house on this machine.
 *   --fresh              forget what earlier runs left
 *   --port-base 8700     the hub's port; the others follow
 *   --verbose            show what the Workers log
 *   DATABASE_URL         a PostgreSQL server in place of the embedded one (its owner's connection string)
 */
import { parseArgs } from 'node:util'
import { startStack, type Stack } from './stack.ts'

const cronEveryMs = 3_600_000

const options = readArguments()
const say = (line: string) => console.log(`  ${line}`)
console.log(
  '\nGatehouse is starting. The first time takes a few seconds more: the database is made.\n',
)
const starting = startStack({
  portBase: options.portBase,
  fresh: options.fresh,
  ...(process.env['DATABASE_URL'] && { databaseUrl: process.env['DATABASE_URL'] }),
  onProgress: say,
  onLog: (line) => options.verbose && console.error(line),
})

let stopping = false
/** Miniflare ends the process at once on a signal; the database had better be closed first. */
function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.removeAllListeners(signal).on(signal, () => {
      if (stopping) process.exit(1) // the second time means it
      stopping = true
      void starting.then(stop, () => {}).then(() => process.exit(0))
    })
  }
}

stopOnSignals()
// npm passes a signal to its shell, and the shell dies without passing it on.
const parent = process.ppid
setInterval(() => process.ppid !== parent && process.emit('SIGTERM'), 500).unref()
try {
  const stack = await starting
  stopOnSignals()
  const seconds = (performance.now() / 1000).toFixed(1) // since the process began
  const { welcome } = await import('./welcome.ts')
  console.log(`\nReady in ${seconds} s.\n\n${welcome(stack, options.portBase)}\n`)
  setInterval(() => void runCrons(stack), cronEveryMs).unref()
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

async function stop(stack: Stack): Promise<void> {
  console.log('\nStopping.')
  await stack.close()
}

/** Cron Triggers run only where Cloudflare has a clock for them, so here it is ours. */
async function runCrons(stack: Stack): Promise<void> {
  for (const worker of Object.keys(stack.urls)) await stack.runCron(worker).catch(console.error)
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        fresh: { type: 'boolean', default: false },
        'port-base': { type: 'string', default: '8700' },
        verbose: { type: 'boolean', default: false },
      },
    })
    const portBase = Number(values['port-base'])
    if (!Number.isInteger(portBase) || portBase < 1024 || portBase > 65_000)
      throw new Error('--port-base is a number from 1024 to 65000')
    return { fresh: values.fresh, verbose: values.verbose, portBase }
  } catch (error) {
    console.error(
      `${(error as Error).message}\nUsage: npm start -- [--fresh] [--port-base 8700] [--verbose]`,
    )
    process.exit(2)
  }
}
