import { expect, test } from 'vitest'
import { configuration, integrationOf } from '../../../workers/hub/configuration.ts'

const dev = {
  ISSUER: 'http://127.0.0.1:8700',
  ENDPOINTS: '{"postgres":"http://127.0.0.1:8701"}',
  SIGN_IN: 'dev',
  SESSION_SECRET: 'x'.repeat(32),
}
const oidc = {
  ...dev,
  ISSUER: 'https://hub.example.com',
  SIGN_IN: 'oidc',
  OIDC_ISSUER: 'https://login.example.com',
  OIDC_CLIENT_ID: 'gatehouse',
  OIDC_CLIENT_SECRET: 'secret',
}

test.each(['http://127.0.0.1:8700', 'http://localhost:8700', 'http://[::1]:8700'])(
  'development sign-in starts at %s',
  (ISSUER) => {
    expect(configuration({ ...dev, ISSUER }).SIGN_IN).toBe('dev')
  },
)

test.each([
  'https://hub.example.com',
  'http://10.0.0.1:8700',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'http://0.0.0.0:8700',
])('development sign-in refuses to start at %s', (ISSUER) => {
  expect(() => configuration({ ...dev, ISSUER })).toThrow('SIGN_IN=dev lets anybody in as anybody')
})

test.each([
  ['a session secret that is too short', { ...oidc, SESSION_SECRET: 'short' }, 'SESSION_SECRET'],
  ['an issuer with a path', { ...oidc, ISSUER: 'https://hub.example.com/hub' }, 'ISSUER'],
  ['an issuer with a slash', { ...oidc, ISSUER: 'https://hub.example.com/' }, 'ISSUER'],
  ['endpoints that are no JSON', { ...oidc, ENDPOINTS: 'postgres' }, 'ENDPOINTS'],
  ['no endpoint at all', { ...oidc, ENDPOINTS: '{}' }, 'ENDPOINTS'],
  ['an endpoint with a path', { ...oidc, ENDPOINTS: '{"a":"https://a.example/mcp"}' }, 'ENDPOINTS'],
  [
    'a provider without encryption',
    { ...oidc, OIDC_ISSUER: 'http://login.example.com' },
    'OIDC_ISSUER',
  ],
  ['no client secret', { ...oidc, OIDC_CLIENT_SECRET: '' }, 'OIDC_CLIENT_SECRET'],
  ['an unknown way to sign in', { ...oidc, SIGN_IN: 'password' }, 'SIGN_IN'],
])('%s is named, and no value is', (_what, env, name) => {
  expect(() => configuration(env)).toThrow(name)
  expect(() => configuration(env)).not.toThrow('short')
})

test('the settings of an OpenID provider have defaults that fit most', () => {
  expect(configuration(oidc)).toEqual({
    ...oidc,
    ENDPOINTS: { postgres: 'http://127.0.0.1:8701' },
    GROUPS_CLAIM: 'groups',
    EMAIL_DOMAINS: [],
    OIDC_SCOPES: 'openid email profile offline_access',
    OIDC_PARAMETERS: '',
    OIDC_EMAIL_VERIFIED_CLAIM: 'email_verified',
  })
})

test('domains are a list, without case', () => {
  const config = configuration({ ...oidc, EMAIL_DOMAINS: 'Example.com, example.org' })
  expect(config.EMAIL_DOMAINS).toEqual(['example.com', 'example.org'])
})

test('a resource belongs to the endpoint whose origin it has, exactly', () => {
  const config = configuration(dev)
  expect(integrationOf(config, 'http://127.0.0.1:8701/mcp')).toBe('postgres')
  expect(integrationOf(config, 'http://127.0.0.1:8701/mcp/')).toBeUndefined()
  expect(integrationOf(config, 'http://127.0.0.1:8701')).toBeUndefined()
})
