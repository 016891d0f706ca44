import * as z from 'zod'
import { configuration } from '../../shared/configuration.ts'
import { ToolError } from '../../shared/errors.ts'
import type { ToolContext } from '../../shared/tool.ts'
import type { Network } from './network.ts'

/** PostgreSQL keeps `pg_…` for itself. */
const Identifier = z
  .string()
  .regex(/^[^\0]{1,63}$/)
  .refine((name) => !name.startsWith('pg_') && name !== 'information_schema')

/** As the value of a setting, where it can't be quoted; `none` there would mean the login role. */
const Role = Identifier.regex(/^[a-z_][a-z0-9_]*$/).refine((name) => name !== 'none')

const Database = z.object({
  title: z.string().min(1),
  /** Whom to ask about this database. */
  owner: z.string().min(1),
  /** Name of the secret that holds the connection string. `<secret>_NEXT` is the other slot, for rotation. */
  secret: z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/),
  schemas: z.array(Identifier).min(1).max(50),
  /** Name of the binding that leads to its Neon proxy in a private network; by default it is on the internet. */
  network: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,62}$/)
    .optional(),
  /** Whether writes may be proposed at all. */
  mode: z.enum(['read', 'read_write']).default('read'),
  /** What one statement may take in the database. The call's own deadline is 30 seconds. */
  timeoutSeconds: z.number().min(0.1).max(25).default(20),
})

const Json = z.string().transform((text, ctx): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    ctx.addIssue({ code: 'custom', message: 'not JSON' })
    return z.NEVER
  }
})

/** The rest of the bindings is kept: the secrets that `secret` names are among them. */
const config = configuration(
  z.looseObject({
    DATABASES: Json.pipe(z.record(z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/), Database)),
  }),
)

/** A database as one person may see it. */
export interface Visible {
  readonly id: string
  readonly title: string
  readonly owner: string
  readonly mode: 'read' | 'read_write'
  /** In the order of the search path. */
  readonly schemas: readonly string[]
}

/** All that it takes to run SQL for one call. Never logged and never shown: it holds the connection strings. */
export interface Access extends Visible {
  /** The current connection string and, during a rotation, the other one. */
  readonly urls: readonly string[]
  readonly secret: string
  /** The way into a private network; without it the database is on the internet. */
  readonly network?: Network
  /** The database role that policy gives this person. */
  readonly role: string
  readonly email: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly log: ToolContext['log']
}

/** The databases this person may use, in the order of the configuration. @throws ToolError `misconfigured` */
export function visibleDatabases(ctx: Pick<ToolContext, 'env' | 'limits'>): readonly Visible[] {
  const databases = Object.entries(config(ctx).DATABASES)
  return databases
    .filter(([id]) => allows(ctx, 'databases', id))
    .map(([id, { title, owner, mode, schemas }]) => ({
      id,
      title,
      owner,
      mode,
      schemas: schemas.filter((schema) => allows(ctx, 'schemas', schema)),
    }))
    .filter(({ schemas }) => schemas.length > 0)
}

/**
 * The database a call means: the named one, or the only one there is.
 * @throws ToolError `forbidden` beyond policy, `invalid_input` when several could be meant, `misconfigured`
 */
export function accessTo(ctx: ToolContext, named: string | undefined): Access {
  const visible = visibleDatabases(ctx)
  if (visible.length === 0)
    throw new ToolError(
      'forbidden',
      'Policy gives you no database here. An administrator can change that.',
    )
  const names = visible.map(({ id }) => id).join(', ')
  if (named === undefined && visible.length > 1)
    throw new ToolError('invalid_input', `Name the database: one of ${names}.`)
  const chosen = named === undefined ? visible[0] : visible.find(({ id }) => id === named)
  if (!chosen)
    throw new ToolError('not_found', `There is no such database for you. There is: ${names}.`)
  const settings = config(ctx)
  const { secret, network, timeoutSeconds } = settings.DATABASES[chosen.id]!
  const role = Role.safeParse(ctx.limits.role?.[0])
  if (!role.success)
    throw new ToolError(
      'forbidden',
      'Policy names no valid database role for you. An administrator can change that.',
    )
  ctx.log({ database: chosen.id, role: role.data })
  return {
    ...chosen,
    secret,
    urls: connectionStrings(settings, secret),
    ...(network !== undefined && { network: networkNamed(settings, network) }),
    role: role.data,
    email: ctx.principal.email,
    timeoutMs: timeoutSeconds * 1000,
    signal: ctx.signal,
    log: (facts) => ctx.log(facts),
  }
}

function allows({ limits }: Pick<ToolContext, 'limits'>, limit: string, value: string): boolean {
  const allowed = limits[limit] ?? []
  return allowed.includes('*') || allowed.includes(value)
}

/** @throws ToolError `misconfigured`, naming the secret and never what is in it */
function connectionStrings(bindings: Readonly<Record<string, unknown>>, secret: string): string[] {
  const [current, other] = [bindings[secret], bindings[`${secret}_NEXT`]]
  const malformed = [
    ...(isConnectionString(current) ? [] : [secret]),
    ...(other === undefined || isConnectionString(other) ? [] : [`${secret}_NEXT`]),
  ]
  if (malformed.length > 0)
    throw new ToolError(
      'misconfigured',
      `The secret ${malformed.join(' and ')} is missing or isn't a connection string (postgres://user:password@host/database). Tell the administrator; trying again won't help.`,
      { details: { settings: malformed.join(', ') } },
    )
  return [current, other].filter((url) => url !== undefined) as string[]
}

/** @throws ToolError `misconfigured`: a database in a private network is never looked for on the internet */
function networkNamed(bindings: Readonly<Record<string, unknown>>, name: string): Network {
  const binding = bindings[name]
  if (isNetwork(binding)) return binding
  throw new ToolError(
    'misconfigured',
    `The binding ${name}, which leads to this database, is missing. Tell the administrator; trying again won't help.`,
    { details: { settings: name } },
  )
}

/** A binding's methods are not own properties, and one made of text or JSON has none. */
const isNetwork = (binding: unknown): binding is Network =>
  typeof binding === 'object' &&
  binding !== null &&
  'fetch' in binding &&
  typeof binding.fetch === 'function'

function isConnectionString(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, hostname, username, password, pathname } = new URL(value)
  return (
    (protocol === 'postgres:' || protocol === 'postgresql:') &&
    hostname !== '' &&
    username !== '' &&
    password !== '' &&
    pathname.length > 1
  )
}
