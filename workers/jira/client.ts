import * as z from 'zod'
import { configuration } from '../../shared/configuration.ts'
import { restClient } from '../../shared/rest.ts'
import { basic, clientCredentials } from '../../shared/rest/credential.ts'
import type { Explanation } from '../../shared/rest/options.ts'
import type { ToolContext } from '../../shared/tool.ts'

/**
 * How this Worker reaches Jira Cloud. Two ways to sign in, each with a second slot for rotation:
 * an API token of the service account, or its OAuth 2.0 client credentials. A token with scopes
 * and OAuth go through Atlassian's gateway and need the site's cloud id; a classic token doesn't.
 */
const Config = z
  .object({
    /** Where people open issues: `https://example.atlassian.net`. */
    JIRA_SITE_URL: z.url(),
    JIRA_CLOUD_ID: z.string().min(1).optional(),
    JIRA_GATEWAY_URL: z.url().default('https://api.atlassian.com'),
    JIRA_ACCOUNT_EMAIL: z.string().min(3).optional(),
    JIRA_API_TOKEN: z.string().min(8).optional(),
    JIRA_API_TOKEN_NEXT: z.string().min(8).optional(),
    JIRA_CLIENT_ID: z.string().min(1).optional(),
    JIRA_CLIENT_SECRET: z.string().min(8).optional(),
    JIRA_CLIENT_SECRET_NEXT: z.string().min(8).optional(),
    JIRA_TOKEN_URL: z.url().default('https://auth.atlassian.com/oauth/token'),
  })
  .check(({ value, issues }) => {
    const missing = value.JIRA_CLIENT_ID
      ? !(value.JIRA_CLOUD_ID && (value.JIRA_CLIENT_SECRET ?? value.JIRA_CLIENT_SECRET_NEXT))
      : !(value.JIRA_ACCOUNT_EMAIL && (value.JIRA_API_TOKEN ?? value.JIRA_API_TOKEN_NEXT))
    const name = value.JIRA_CLIENT_ID
      ? value.JIRA_CLOUD_ID
        ? 'JIRA_CLIENT_SECRET'
        : 'JIRA_CLOUD_ID'
      : value.JIRA_ACCOUNT_EMAIL
        ? 'JIRA_API_TOKEN'
        : 'JIRA_ACCOUNT_EMAIL'
    if (missing)
      issues.push({ code: 'custom', input: undefined, path: [name], message: 'is missing' })
  })
type Config = z.infer<typeof Config>

const settings = configuration(Config)

/** Requests to Jira for one call: `jira(ctx).get(path`/rest/api/3/issue/${key}`, Issue)`. */
export const jira = restClient(Config, (config) => ({
  name: 'Jira',
  baseUrl: config.JIRA_CLOUD_ID
    ? `${config.JIRA_GATEWAY_URL.replace(/\/$/, '')}/ex/jira/${encodeURIComponent(config.JIRA_CLOUD_ID)}`
    : config.JIRA_SITE_URL,
  credentials: credentials(config),
  headers: { accept: 'application/json' },
  // Jira limits by points and tells by Retry-After; this keeps one endpoint from getting there
  budget: { perSecond: 10, concurrent: 6 },
  explain,
}))

function credentials(config: Config) {
  const {
    JIRA_CLIENT_ID: clientId,
    JIRA_TOKEN_URL: tokenUrl,
    JIRA_ACCOUNT_EMAIL: email = '',
  } = config
  if (clientId === undefined)
    return [basic(email, config.JIRA_API_TOKEN), basic(email, config.JIRA_API_TOKEN_NEXT)]
  return [config.JIRA_CLIENT_SECRET, config.JIRA_CLIENT_SECRET_NEXT].map((clientSecret) =>
    clientCredentials({ tokenUrl, clientId, clientSecret, style: 'body' }),
  )
}

/** Where a person opens an issue. */
export const browseUrl = (ctx: Pick<ToolContext, 'env'>, key: string): string =>
  `${settings(ctx).JIRA_SITE_URL.replace(/\/$/, '')}/browse/${encodeURIComponent(key)}`

/** Jira's errors (`ErrorCollection`, and `CreatedIssues` of a bulk create), of which only the field ids are ours to repeat. */
const Refusal = z.object({
  errors: z
    .union([
      z.record(z.string(), z.unknown()),
      z.array(
        z.object({
          elementErrors: z.object({ errors: z.record(z.string(), z.unknown()).default({}) }),
        }),
      ),
    ])
    .default({}),
})

/** What Jira's known refusals mean, in our words; its own messages may quote what others wrote. */
export function explain(status: number, body: unknown): Explanation | undefined {
  if (status === 413)
    return {
      code: 'upstream_rejected',
      message:
        'The issue has as many comments, links, attachments or work logs as Jira allows. Tell the user.',
    }
  if (status !== 400 && status !== 422) return undefined
  const parsed = Refusal.safeParse(body)
  const errors = parsed.success ? parsed.data.errors : {}
  const named = Array.isArray(errors)
    ? errors.flatMap((one) => Object.keys(one.elementErrors.errors))
    : Object.keys(errors)
  const fields = [...new Set(named)].filter((name) => /^[A-Za-z][A-Za-z0-9_]{0,60}$/.test(name))
  return {
    code: 'upstream_rejected',
    message:
      fields.length > 0
        ? `Jira refuses the value of ${fields.slice(0, 10).join(', ')}. get_jira_create_fields shows what each field takes.`
        : 'Jira refuses the request: a field, value, status or function that it names does not exist or is not visible here. Check the names and try again.',
  }
}
