/** What stands in wrangler.toml for one Worker, as far as a deploy depends on it. */
export interface WorkerSettings {
  readonly id: string
  readonly vars: Readonly<Record<string, unknown>>
  readonly requiredSecrets: readonly string[]
  readonly kvNamespaces: readonly { readonly binding: string; readonly id?: string | undefined }[]
}

/** Something that would make a deploy useless or unsafe, and how to mend it. */
export interface Problem {
  readonly worker: string
  readonly what: string
  readonly fix: string
}

/**
 * Looks through the settings of the Workers about to be deployed, together with the hub's.
 * @param setSecrets names of the secrets each Worker has on the account, or undefined when nobody asked
 */
export function deployProblems(
  workers: readonly WorkerSettings[],
  hub: WorkerSettings,
  setSecrets?: Readonly<Record<string, readonly string[]>>,
): Problem[] {
  return workers.flatMap((worker) => [
    ...exampleValues(worker),
    ...missingNamespaces(worker),
    ...(worker.id === hub.id ? hubProblems(worker) : endpointProblems(worker, hub)),
    ...(setSecrets ? missingSecrets(worker, setSecrets[worker.id] ?? []) : []),
  ])
}

function exampleValues({ id, vars }: WorkerSettings): Problem[] {
  return Object.entries(vars)
    .filter(([, value]) => typeof value === 'string' && /\bexample\.(com|org|net)\b/.test(value))
    .map(([name]) => ({
      worker: id,
      what: `${name} still holds an example address.`,
      fix: `Set ${name} under [env.${id}.vars] in wrangler.toml to your own.`,
    }))
}

const missingNamespaces = ({ id, kvNamespaces }: WorkerSettings): Problem[] =>
  kvNamespaces
    .filter((namespace) => !namespace.id)
    .map(({ binding }) => ({
      worker: id,
      what: `${binding} has no namespace yet.`,
      fix: `Run: npx wrangler kv namespace create gatehouse-${binding.toLowerCase().replaceAll('_', '-')}\n  and put the id it prints into [[env.${id}.kv_namespaces]].`,
    }))

const missingSecrets = (
  { id, requiredSecrets }: WorkerSettings,
  set: readonly string[],
): Problem[] =>
  requiredSecrets
    .filter((name) => !set.includes(name))
    .map((name) => ({
      worker: id,
      what: `The secret ${name} is not set.`,
      fix: `Run: npx wrangler secret put ${name} --env ${id}`,
    }))

function hubProblems({ id, vars }: WorkerSettings): Problem[] {
  const problems: Problem[] = []
  const add = (what: string, fix: string) => problems.push({ worker: id, what, fix })
  if (!isHttps(vars.ISSUER))
    add(
      'ISSUER is not an https address.',
      'Set it to the address people will open, for example https://hub.your-company.com.',
    )
  if (vars.SIGN_IN === 'dev')
    add('SIGN_IN is "dev", which only runs on one machine.', 'Set SIGN_IN to "oidc" or "access".')
  return problems
}

function endpointProblems({ id, vars }: WorkerSettings, hub: WorkerSettings): Problem[] {
  const problems: Problem[] = []
  const add = (what: string, fix: string) => problems.push({ worker: id, what, fix })
  if (!isHttps(vars.ENDPOINT_URL))
    add(
      'ENDPOINT_URL is not an https address.',
      `Set it to the endpoint's own address, without /mcp.`,
    )
  if (vars.HUB_URL !== hub.vars.ISSUER)
    add(`HUB_URL is not the hub's ISSUER.`, `Set both to the same address.`)
  if (endpointsOf(hub)[id] !== vars.ENDPOINT_URL)
    add(
      `The hub's ENDPOINTS does not name this endpoint at ${String(vars.ENDPOINT_URL)}.`,
      `Add "${id}": "${String(vars.ENDPOINT_URL)}" to ENDPOINTS under [env.hub.vars], and deploy the hub.`,
    )
  return problems
}

/** The hub's list of endpoints; empty when it isn't JSON, which the comparison then reports. */
export function endpointsOf(hub: WorkerSettings): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(hub.vars.ENDPOINTS))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

const isHttps = (value: unknown) => typeof value === 'string' && /^https:\/\/[^/]+$/.test(value)
