import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { Identity } from '../../../workers/hub/identity.ts'
import { personObject } from '../../../workers/hub/person.ts'
import { env } from './hub.ts'

const identity = (email: string, more: Partial<Identity> = {}): Identity => ({
  email,
  name: 'Some Body',
  groups: ['engineering'],
  subject: 'https://login.example sub-1',
  ...more,
})
const now = () => Date.now() + 1

test('the provider’s account is pinned at the first sign-in and another one refused', async () => {
  const person = personObject(env, 'pinned@example.com')
  const first = identity('pinned@example.com')
  const other = { ...first, subject: 'https://login.example sub-2' }
  expect(await person.signIn(first)).toBe('ok')
  expect(await person.signIn(other)).toBe('other_subject')
  expect(await person.signIn({ ...first, subject: 'https://evil.example sub-1' })).toBe(
    'other_subject',
  )
  expect(await person.signIn(first)).toBe('ok')
  await person.release()
  expect(await person.signIn(other)).toBe('ok')
  expect(await person.signIn(first)).toBe('other_subject')
})

test('an address is one person however it is written', async () => {
  const upper = Identity.parse(identity('Mixed@Example.COM'))
  expect(upper.email).toBe('mixed@example.com')
  expect(personObject(env, 'Mixed@Example.COM').id).toEqual(
    personObject(env, 'mixed@example.com').id,
  )
})

test('groups are those of the last sign-in', async () => {
  const person = personObject(env, 'moving@example.com')
  await person.signIn(identity('moving@example.com'))
  await person.signIn(identity('moving@example.com', { groups: ['analysts'] }))
  expect(await person.standing({ id: 'x', since: now() })).toEqual({
    good: true,
    email: 'moving@example.com',
    name: 'Some Body',
    groups: ['analysts'],
  })
})

test('what ended stays ended after an eviction', async () => {
  const person = personObject(env, 'evicted@example.com')
  await person.signIn(identity('evicted@example.com'))
  const bearer = { id: 'grant-1', since: now() }
  await person.revoke(bearer.id)
  await evictDurableObject(person)
  expect(await person.standing(bearer)).toEqual({ good: false, reason: 'revoked' })
  await person.disable('admin@example.com', 'left')
  await evictDurableObject(person)
  expect(await person.standing({ id: 'grant-2', since: now() + 1000 })).toEqual({
    good: false,
    reason: 'disabled',
  })
})

test('the provider’s refresh token is unreadable in storage', async () => {
  const person = personObject(env, 'sealed@example.com')
  const refreshToken = 'upstream-refresh-token'
  await person.signIn(identity('sealed@example.com', { refreshToken }))
  const stored = await runInDurableObject(person, (_instance, state) =>
    JSON.stringify([...state.storage.kv.list()]),
  )
  expect(stored).toContain('upstream')
  expect(stored).not.toContain(refreshToken)
})

test('connections are listed newest first, once they have a token, until they end or lie idle', async () => {
  const person = personObject(env, 'connected@example.com')
  await person.signIn(identity('connected@example.com'))
  const connection = (id: string, since: number) => ({
    id,
    clientId: 'client',
    client: 'App',
    domain: '',
    integration: 'postgres',
    scope: 'postgres:read',
    since,
  })
  await person.addConnection(connection('one', 1000))
  await person.addConnection(connection('two', 2000))
  await person.addConnection(connection('never-exchanged', 3000))
  await person.renew('one', 'code')
  await person.renew('two', 'code')
  await person.touch('two')
  expect(await person.connections()).toEqual([
    { ...connection('two', 2000), renewedAt: expect.any(Number), usedAt: expect.any(Number) },
    { ...connection('one', 1000), renewedAt: expect.any(Number), usedAt: 0 },
  ])
  await person.revoke('two')
  expect((await person.connections()).map((one) => one.id)).toEqual(['one'])
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * 86_400_000 + 1 })
  try {
    expect(await person.connections()).toEqual([])
  } finally {
    vi.useRealTimers()
  }
})

test('without a refresh token of the provider a connection can be renewed for an hour after sign-in only', async () => {
  const person = personObject(env, 'hourly@example.com')
  await person.signIn(identity('hourly@example.com'))
  // A provider that can't be asked, as with Cloudflare Access.
  const access = { SIGN_IN: 'access', ACCESS_TEAM: 'https://a.example', ACCESS_AUDIENCE: 'x' }
  await runInDurableObject(person, (instance) => {
    Reflect.set(instance, 'env', { ...env, ...access })
  })
  const since = Date.now() + 1
  const rest = { clientId: 'c', client: 'App', domain: '', integration: 'postgres', scope: 's' }
  await person.addConnection({ id: 'grant', since, ...rest })
  await person.renew('grant', 'code')
  const signedInAt = (await person.summary()).signedInAt
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    vi.setSystemTime(signedInAt + 58 * 60_000)
    expect(await person.renew('grant', 'refresh')).toEqual({
      outcome: 'renewed',
      groupsUntil: signedInAt + 3_600_000,
    })
    vi.setSystemTime(signedInAt + 59 * 60_000 + 1)
    expect(await person.renew('grant', 'refresh')).toEqual({
      outcome: 'refused',
      reason: 'signed_in_too_long_ago',
    })
  } finally {
    vi.useRealTimers()
  }
})
