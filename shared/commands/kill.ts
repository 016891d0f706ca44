/**
 * `npm run kill -- tool|integration|person|client|everything [NAME] [--undo] [--reason TEXT] [--hub URL]`
 * turns a kill switch from a shell: no deploy, no browser. Writes stop at once, reads within 10 s.
 *
 * It needs the hub's ADMIN_TOKEN, from the environment (GATEHOUSE_ADMIN_TOKEN) and never from the
 * command line, where other users of the machine and the shell's history would see it.
 */
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'

const usage = `npm run kill -- KIND [NAME] [--undo] [--reason TEXT] [--hub URL]
npm run kill -- list [--hub URL]

  KIND       tool, integration, person, client, everything
  NAME       the tool, integration, e-mail or client id; none for everything
  --undo     switches it on again
  --reason   goes on record
  --hub      the hub's origin; default GATEHOUSE_HUB, else http://127.0.0.1:8700

GATEHOUSE_ADMIN_TOKEN must hold the hub's ADMIN_TOKEN secret. The hub of \`npm start\` needs none:
its token is found in .local.`

const Kind = z.enum(['tool', 'integration', 'person', 'client', 'everything'])
const Switches = z.object({
  everything: z.boolean(),
  integrations: z.array(z.string()),
  tools: z.array(z.string()),
  people: z.array(z.string()),
  clients: z.array(z.string()),
})
const Answer = z.object({ changed: z.boolean() })
const Refusal = z.object({ message: z.string().optional(), error: z.string() })

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly operator: string
  /** The token of a hub that runs on this machine, by its port. */
  readonly localToken: (port: string) => string | undefined
  readonly fetch: (request: Request) => Promise<Response>
}

/** Does what the arguments say. @returns lines for the terminal. @throws Error with what went wrong, in words for the operator. */
export async function kill(
  argv: readonly string[],
  { env, operator, localToken, fetch }: Surroundings,
): Promise<string[]> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { undo: { type: 'boolean' }, reason: { type: 'string' }, hub: { type: 'string' } },
  })
  const [word = '', name = '', ...more] = positionals
  const hub = hubOrigin(values.hub ?? env.GATEHOUSE_HUB ?? 'http://127.0.0.1:8700')
  const { protocol, port } = new URL(hub)
  const token = env.GATEHOUSE_ADMIN_TOKEN ?? (protocol === 'http:' ? localToken(port) : undefined)
  if (!token) throw new Error(`GATEHOUSE_ADMIN_TOKEN is not set.\n\n${usage}`)
  const call = async (init: RequestInit): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const request = new Request(`${hub}/admin/api/switches`, {
      ...init,
      headers,
      redirect: 'error',
    })
    const response = await fetch(request).catch(() => {
      throw new Error(`The hub at ${hub} can’t be reached.`)
    })
    const body: unknown = await response.json().catch(() => undefined)
    if (!response.ok) throw new Error(refusal(response.status, hub, Refusal.safeParse(body).data))
    return body
  }
  if (word === 'list') return listed(Switches.parse(await call({ method: 'GET' })))
  const kind = Kind.safeParse(word)
  if (!kind.success || more.length > 0 || (kind.data === 'everything') !== (name === ''))
    throw new Error(usage)
  const off = !values.undo
  const change = { kind: kind.data, name, off, reason: values.reason ?? '', operator }
  const { changed } = Answer.parse(await call({ method: 'POST', body: JSON.stringify(change) }))
  const what = name ? `${kind.data} ${name}` : kind.data
  if (!changed) return [`${what} was ${off ? 'off' : 'on'} already.`]
  return [
    off
      ? `${what} is OFF. Writes stop now, reads within 10 seconds. Undo: the same command with --undo.`
      : `${what} is on again.`,
  ]
}

/** The token goes there, so it has to be a hub of ours: https, or this machine. */
function hubOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const local = url && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (!url || (url.protocol !== 'https:' && !(local && url.protocol === 'http:')))
    throw new Error(`${text} is no https address of a hub.`)
  return url.origin
}

function refusal(status: number, hub: string, body: z.infer<typeof Refusal> | undefined): string {
  if (status === 401) return 'The hub does not accept this GATEHOUSE_ADMIN_TOKEN.'
  if (status === 404)
    return `The hub at ${hub} has no ADMIN_TOKEN, so switches can only be turned at ${hub}/admin. To allow it: wrangler secret put ADMIN_TOKEN --env hub`
  return `The hub refused (${status}). ${body?.message ?? body?.error ?? ''}`.trim()
}

function listed({
  everything,
  integrations,
  tools,
  people,
  clients,
}: z.infer<typeof Switches>): string[] {
  const named = Object.entries({
    integration: integrations,
    tool: tools,
    person: people,
    client: clients,
  })
  const lines = [
    ...(everything ? ['everything'] : []),
    ...named.flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`)),
  ]
  return lines.length > 0 ? lines.map((line) => `off  ${line}`) : ['Nothing is switched off.']
}

/** What `npm start` made up for its hub and keeps beside its other state. */
function localToken(port: string): string | undefined {
  try {
    const file = join(import.meta.dirname, '../../.local', port, 'secrets.json')
    const secrets = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')))
    return secrets['hub.ADMIN_TOKEN']
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  const { username: operator } = userInfo()
  try {
    const lines = await kill(process.argv.slice(2), {
      env: process.env,
      operator,
      localToken,
      fetch,
    })
    console.log(lines.join('\n'))
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
