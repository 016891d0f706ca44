import { expect, test } from 'vitest'
import { configuration } from '../../../workers/hub/configuration.ts'
import { identityOf } from '../../../workers/hub/sign-in/claims.ts'

const env = {
  ISSUER: 'https://hub.example.com',
  ENDPOINTS: '{"postgres":"https://postgres.example.com"}',
  SIGN_IN: 'oidc',
  SESSION_SECRET: 'x'.repeat(32),
  OIDC_ISSUER: 'https://login.example.com',
  OIDC_CLIENT_ID: 'gatehouse',
  OIDC_CLIENT_SECRET: 'secret',
}
const config = configuration(env)
const claims = { iss: 'https://login.example.com', sub: '1', email: 'A@Example.com', name: 'A' }
const verified = { verified: true }

test('a person is known by the address without case, and by issuer and subject', () => {
  expect(identityOf(config, { ...claims, groups: ['x'] }, verified)).toEqual({
    email: 'a@example.com',
    name: 'A',
    groups: ['x'],
    subject: 'https://login.example.com 1',
  })
})

test.each([
  [undefined, []],
  ['', []],
  ['one', ['one']],
  [
    ['one', 2, null, 'two'],
    ['one', 'two'],
  ],
  [{ admins: true }, []],
  [true, []],
])('the groups claim %j means %j', (groups, expected) => {
  expect(identityOf(config, { ...claims, groups }, verified).groups).toEqual(expected)
})

test('the groups claim may have another name', () => {
  const other = configuration({ ...env, GROUPS_CLAIM: 'https://acme/roles' })
  const identity = identityOf(other, { ...claims, 'https://acme/roles': ['x'] }, verified)
  expect(identity.groups).toEqual(['x'])
})

test.each([
  ['is not confirmed', claims, { verified: false }, 'email_unverified'],
  ['is missing', { ...claims, email: undefined }, verified, 'email_unverified'],
  ['is no address', { ...claims, email: 'nobody' }, verified, 'not_verified'],
  ['is of another domain', { ...claims, email: 'a@evil.example' }, verified, 'domain'],
  ['only ends like the domain', { ...claims, email: 'a@notexample.com' }, verified, 'domain'],
])('an address that %s is refused', (_what, given, how, problem) => {
  const strict = configuration({ ...env, EMAIL_DOMAINS: 'example.com' })
  expect(() => identityOf(strict, given, how)).toThrow(expect.objectContaining({ problem }))
})

test('a person without a name goes by their address', () => {
  expect(identityOf(config, { ...claims, name: undefined }, verified).name).toBe('A@Example.com')
  expect(identityOf(config, { ...claims, name: '' }, verified).name).toBe('A@Example.com')
})
