/** Settings for a Worker under test: its environment in wrangler.toml with secrets of the tests' own. */
export function workerUnderTest(name: keyof typeof secrets) {
  return {
    wrangler: { configPath: './wrangler.toml', environment: name },
    miniflare: { bindings: secrets[name], ...(name !== 'hub' && { workers: [absentHub] }) },
  }
}

/** Takes the place of the hub's binding where a test stays below it; tests with a hub are flows. */
const absentHub = {
  name: 'gatehouse-hub',
  compatibilityDate: '2026-08-01',
  modules: [
    {
      type: 'ESModule' as const,
      path: 'hub.js',
      contents: `import { WorkerEntrypoint } from 'cloudflare:workers'
        export class EndpointApi extends WorkerEntrypoint {}
        export default {}`,
    },
  ],
}

const secrets = {
  hub: {
    ISSUER: 'http://127.0.0.1:8700',
    ENDPOINTS: '{"postgres":"http://127.0.0.1:8701"}',
    SIGN_IN: 'dev',
    SESSION_SECRET: 'test-session-secret-of-at-least-32-characters',
    OIDC_CLIENT_SECRET: 'test-client-secret',
  },
  postgres: {
    ENDPOINT_URL: 'http://127.0.0.1:8701',
    HUB_URL: 'http://127.0.0.1:8700',
    CURSOR_SECRET: 'test-cursor-secret-of-at-least-32-characters',
    SHOP_DATABASE_URL: 'postgres://gatehouse_login:test@db.test/shop',
  },
  custom: {
    ENDPOINT_URL: 'http://127.0.0.1:8709',
    HUB_URL: 'http://127.0.0.1:8700',
    CURSOR_SECRET: 'test-cursor-secret-of-at-least-32-characters',
    ORDERS_BASE_URL: 'https://orders.example.com',
    ORDERS_API_TOKEN: 'sandbox-orders-token',
    ORDERS_API_TOKEN_NEXT: 'sandbox-orders-token-next',
  },
  jira: {
    ENDPOINT_URL: 'http://127.0.0.1:8702',
    HUB_URL: 'http://127.0.0.1:8700',
    CURSOR_SECRET: 'test-cursor-secret-of-at-least-32-characters',
    JIRA_SITE_URL: 'https://example.atlassian.net',
    JIRA_ACCOUNT_EMAIL: 'gatehouse@serviceaccount.example.com',
    JIRA_API_TOKEN: 'sandbox-jira-token',
  },
  slack: {
    ENDPOINT_URL: 'http://127.0.0.1:8703',
    HUB_URL: 'http://127.0.0.1:8700',
    CURSOR_SECRET: 'test-cursor-secret-of-at-least-32-characters',
    SLACK_BOT_TOKEN: 'xoxb-sandbox-bot',
    SLACK_SEARCH_TOKEN: 'xoxp-sandbox-search',
  },
}
