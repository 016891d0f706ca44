import * as z from 'zod'

const origin = z.url().refine((url) => new URL(url).origin === url, {
  error: 'must be an origin: scheme and host, no path and no trailing slash',
})

const endpoints = z
  .string()
  .transform((text, ctx) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      ctx.addIssue({ code: 'custom', message: 'must be JSON' })
      return z.NEVER
    }
  })
  .pipe(z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), origin))
  .refine((all) => Object.keys(all).length > 0, { error: 'must name at least one endpoint' })

const Common = z.object({
  /** The hub's own origin, which is the OAuth issuer. */
  ISSUER: origin,
  /** Integration id → the endpoint's origin. */
  ENDPOINTS: endpoints,
  /** Seals browser sessions and, by derived keys, what else the hub keeps sealed. */
  SESSION_SECRET: z.string().min(32),
  /** The claim that lists a person's groups. */
  GROUPS_CLAIM: z.string().min(1).default('groups'),
  /** Only addresses of these domains may sign in; a list with commas, empty for whomever the provider lets in. */
  EMAIL_DOMAINS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
})

const Oidc = Common.extend({
  SIGN_IN: z.literal('oidc'),
  OIDC_ISSUER: z.url().refine(isSecure, { error: 'must be https (http on loopback only)' }),
  OIDC_CLIENT_ID: z.string().min(1),
  OIDC_CLIENT_SECRET: z.string().min(1),
  /** `offline_access` gets the refresh token that keeps groups fresh; Google wants `access_type=offline` instead. */
  OIDC_SCOPES: z.string().default('openid email profile offline_access'),
  /** More parameters for the provider's authorization endpoint, as a query string. */
  OIDC_PARAMETERS: z.string().default(''),
  /** Entra has no `email_verified`; its `xms_edov` says as much. */
  OIDC_EMAIL_VERIFIED_CLAIM: z.string().min(1).default('email_verified'),
})
const Access = Common.extend({
  SIGN_IN: z.literal('access'),
  /** `https://<team>.cloudflareaccess.com` */
  ACCESS_TEAM: origin,
  /** The Access application's audience tag. */
  ACCESS_AUDIENCE: z.string().min(1),
})
const Dev = Common.extend({ SIGN_IN: z.literal('dev') }).refine(
  ({ ISSUER }) => isLoopback(new URL(ISSUER).hostname),
  {
    error: 'SIGN_IN=dev lets anybody in as anybody, so it needs an ISSUER on loopback',
    path: ['SIGN_IN'],
  },
)

const Configuration = z.discriminatedUnion('SIGN_IN', [Oidc, Access, Dev])
export type Configuration = z.infer<typeof Configuration>
export type OidcConfiguration = z.infer<typeof Oidc>
export type AccessConfiguration = z.infer<typeof Access>

const read = new WeakMap<object, Configuration>()

/** The hub's settings, parsed once for each environment. @throws Error that names each wrong setting, never its value. */
export function configuration(env: object): Configuration {
  const known = read.get(env)
  if (known) return known
  const parsed = Configuration.safeParse(env)
  if (!parsed.success)
    throw new Error(`The hub's configuration is wrong.\n${z.prettifyError(parsed.error)}`)
  read.set(env, parsed.data)
  return parsed.data
}

/** The canonical resource of an endpoint: what tokens are bound to, and the URL people paste. */
export const resourceOf = (endpointOrigin: string): string => `${endpointOrigin}/mcp`

/** The integration whose endpoint a resource URL belongs to. */
export function integrationOf(config: Configuration, resource: string): string | undefined {
  return Object.entries(config.ENDPOINTS).find(([, url]) => resourceOf(url) === resource)?.[0]
}

function isSecure(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || isLoopback(hostname)
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
