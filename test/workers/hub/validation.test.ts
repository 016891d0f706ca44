import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EndpointApi } from '../../../workers/hub/endpoint-api.ts'
import { control, type SwitchChange } from '../../../workers/hub/control.ts'
import { connectionsOf } from '../../../workers/hub/people.ts'
import { checkWrite, validateToken } from '../../../workers/hub/tokens.ts'
import { connected, env, resource, validated } from './hub.ts'

const turned: SwitchChange[] = []
async function turn(kind: SwitchChange['kind'], name: string, off = true): Promise<void> {
  const change = { kind, name, off, by: 'admin@example.com', reason: 'test' }
  if (off) turned.push(change)
  await control(env).turn(change)
}
// Each test starts later than anything that the ones before it may have left in memory.
let start = Date.now()
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: (start += 120_000) })
})
afterAll(() => {
  vi.useRealTimers()
})
afterEach(async () => {
  for (const change of turned.splice(0)) await control(env).turn({ ...change, off: false })
})
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

const write = { tool: 'execute_database_write', args: { database: 'shop', statement: 'x' } }
const both = ['postgres:read', 'postgres:write']

test.each([
  ['no token', ''],
  ['a token of nobody', 'nobody%40example.com:AAAAAAAAAAAAAAAA:secret'],
  ['something else', 'ghp_0123456789'],
])('%s is not valid', async (_what, token) => {
  expect(await validated(token)).toBeNull()
})

test('a token with another secret, or as another person, is not valid', async () => {
  const { tokens } = await connected('analyst@example.com')
  const [user, grant, secret] = tokens.access_token.split(':')
  expect(await validated(`${user}:${grant}:${secret}x`)).toBeNull()
  expect(await validated(`admin%40example.com:${grant}:${secret}`)).toBeNull()
  expect(await validated(tokens.refresh_token)).toBeNull()
})

test('asking about a resource that is none of ours is an error, not a no', async () => {
  const { tokens } = await connected('analyst@example.com')
  const ctx = createExecutionContext()
  const foreign = 'https://evil.example/mcp'
  await expect(validateToken(env, ctx, foreign, tokens.access_token)).rejects.toThrow('resource')
})

test('an endpoint’s binding may ask about its own resource only', async () => {
  const { tokens, clientId } = await connected('engineer@example.com')
  const ctx = createExecutionContext()
  const bound = (props: object) => {
    const waitUntil = (promise: Promise<unknown>) => ctx.waitUntil(promise)
    return new EndpointApi({ waitUntil, props } as unknown as ExecutionContext, env)
  }
  const own = bound({ integration: 'postgres' })
  expect(await own.validateToken(resource, tokens.access_token)).toMatchObject({ clientId })
  for (const props of [{ integration: 'jira' }, {}]) {
    const other = bound(props)
    await expect(other.validateToken(resource, tokens.access_token)).rejects.toThrow('binding')
    await expect(other.checkWrite(resource, tokens.access_token, write)).rejects.toThrow('binding')
  }
})

test.each([
  ['everything', '', 7],
  ['integration', 'postgres', 7],
  ['tool', 'query_database', 1],
  ['person', 'engineer@example.com', 7],
] as const)('switching off %s %s reaches reads within 3 seconds', async (kind, name, off) => {
  const { tokens } = await connected('engineer@example.com', both)
  expect((await validated(tokens.access_token))?.props.slice.off).toEqual([])
  await turn(kind, name)
  pass(3_000)
  const slice = (await validated(tokens.access_token))?.props.slice
  expect(slice?.off).toHaveLength(off)
  expect(slice?.off).toContain('query_database')
  expect(slice?.tools).not.toHaveProperty('query_database')
})

test('a client that is switched off has no tools, and other clients keep theirs', async () => {
  const { tokens, clientId } = await connected('engineer@example.com')
  const other = await connected('engineer@example.com')
  await turn('client', clientId)
  pass(3_000)
  expect((await validated(tokens.access_token))?.props.slice.tools).toEqual({})
  expect((await validated(other.tokens.access_token))?.props.slice.off).toEqual([])
})

test('a write hears of a switch at once', async () => {
  const { tokens } = await connected('engineer@example.com', both)
  expect(await checkWrite(env, resource, tokens.access_token, write)).toMatchObject({
    allowed: true,
    rule: 'engineers-use-shop',
    limits: { databases: ['shop'], role: ['gatehouse_engineer'] },
  })
  await turn('tool', write.tool)
  expect(await checkWrite(env, resource, tokens.access_token, write)).toMatchObject({
    allowed: false,
    reason: 'execute_database_write is switched off by an administrator.',
  })
})

test('a write hears of a revocation at once', async () => {
  const { tokens, browser } = await connected('engineer@example.com', both)
  expect((await checkWrite(env, resource, tokens.access_token, write)).allowed).toBe(true)
  await browser.post('/access/everything', [])
  expect(await checkWrite(env, resource, tokens.access_token, write)).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('authorize it again'),
  })
})

test.each([
  ['without the scope', ['postgres:read'], write, 'The connection lacks postgres:write.'],
  [
    'of an unknown tool',
    both,
    { tool: 'drop_database', args: {} },
    'There is no tool drop_database.',
  ],
  [
    'outside the limits',
    both,
    { ...write, args: { database: 'payroll' } },
    'database "payroll" is not among what policy allows (shop).',
  ],
])('a write %s is refused', async (_what, scopes, check, reason) => {
  const { tokens } = await connected('engineer@example.com', scopes)
  expect(await checkWrite(env, resource, tokens.access_token, check)).toMatchObject({
    allowed: false,
    reason,
  })
})

test('the last use of a connection is remembered, at most once a minute', async () => {
  const { tokens } = await connected('engineer@example.com')
  const id = tokens.access_token.split(':')[1]
  const usedAt = async () => {
    const ctx = createExecutionContext()
    await validateToken(env, ctx, resource, tokens.access_token)
    await waitOnExecutionContext(ctx)
    const connections = await connectionsOf(env, 'engineer@example.com')
    return connections.find((one) => one.id === id)?.usedAt
  }
  const first = Date.now()
  expect(await usedAt()).toBe(first)
  pass(59_000)
  expect(await usedAt()).toBe(first)
  pass(1_000)
  expect(await usedAt()).toBe(first + 60_000)
})

test('the company’s switches and policy versions have a history', async () => {
  await turn('tool', 'query_database')
  await turn('tool', 'query_database', false)
  expect(await control(env).turn({ ...lastTurn, off: false })).toBe(false)
  const [newest, before] = await control(env).history()
  expect([newest, before]).toEqual([
    { ...lastTurn, off: false, at: expect.any(Number) },
    { ...lastTurn, off: true, at: expect.any(Number) },
  ])
  const { tokens } = await connected('engineer@example.com')
  const version = (await validated(tokens.access_token))?.props.slice.version
  expect((await control(env).policyVersions()).map((one) => one.version)).toContain(version)
})
const lastTurn = {
  kind: 'tool',
  name: 'query_database',
  by: 'admin@example.com',
  reason: 'test',
} as const
