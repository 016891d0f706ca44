/** Settings for a Worker under test: its environment in wrangler.toml with secrets of the tests' own. */
export function workerUnderTest(name: 'hub' | 'postgres') {
  return {
    wrangler: { configPath: './wrangler.toml', environment: name },
    miniflare: { bindings: secrets[name] },
  }
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
}
