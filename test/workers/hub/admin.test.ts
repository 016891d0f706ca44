import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { control } from '../../../workers/hub/control.ts'
import { personObject } from '../../../workers/hub/person.ts'
import { policy } from '../../../workers/hub/policy.ts'
import { searchRows } from '../../../workers/hub/ledger/search.ts'
import { turnSwitch } from '../../../workers/hub/switches.ts'
import type { HubEnv } from '../../../workers/hub/env.ts'
import type { Browser } from './browser.ts'
import { connected, env, fetchHub, issuer, newBrowser, validated } from './hub.ts'

let admin: Browser
beforeAll(async () => {
  admin = newBrowser()
  await admin.signIn('admin@example.com')
})
beforeEach(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () =>
    Response.json({ ok: true, version: 'v1' }),
  )
  for (const { kind, name } of await control(env).off())
    await control(env).turn({ kind, name, off: false, by: 'test', reason: '' })
})
const switches = () => control(env).switches(policy.version)
const off = (kind: string, name: string, reason = 'a test') =>
  admin.post('/admin/switches', [
    ['kind', kind],
    ['name', name],
    ['reason', reason],
    ['off', 'off'],
  ])

async function kills() {
  const now = Date.now()
  const search = {
    from: now - 60_000,
    to: now + 60_000,
    integration: 'hub',
    filter: { kind: 'kill' },
  }
  return (await searchRows(env, search, 20)).rows.map(({ event }) => event)
}

describe('who may administrate', () => {
  test.each(['/admin', '/admin/people?email=engineer@example.com'])(
    '%s is not there for others',
    async (path) => {
      const engineer = newBrowser()
      await engineer.signIn('engineer@example.com')
      expect((await engineer.get(path)).status).toBe(404)
      expect((await newBrowser().get(path)).status).toBe(302)
    },
  )

  test.each(['/admin/switches', '/admin/people'])('nor can others post to %s', async (path) => {
    const engineer = newBrowser()
    await engineer.signIn('engineer@example.com')
    const fields = [
      ['kind', 'everything'],
      ['name', ''],
      ['reason', 'x'],
      ['off', 'off'],
      ['email', 'analyst@example.com'],
      ['act', 'disable'],
    ] as const
    expect((await engineer.post(path, fields)).status).toBe(404)
    expect((await admin.post(path, fields, { origin: 'https://evil.example.com' })).status).toBe(
      403,
    )
    expect(await switches()).toMatchObject({ everything: false })
  })
})

describe('kill switches on the page', () => {
  test('stop a token within its next fresh question, are shown with who and why, and are undone', async () => {
    const { tokens } = await connected('engineer@example.com')
    expect((await validated(tokens.access_token))?.props.slice.tools).toHaveProperty(
      'query_database',
    )
    expect((await off('tool', 'query_database', 'Incident <42>')).status).toBe(303)
    const page = await (await admin.get('/admin')).text()
    expect(page).toContain('tool query_database')
    expect(page).toContain('Incident &lt;42&gt;')
    expect(await switches()).toMatchObject({ tools: ['query_database'] })
    expect((await kills())[0]).toMatchObject({
      user: 'admin@example.com',
      outcome: 'off',
      facts: { kind: 'tool', name: 'query_database', reason: 'Incident <42>' },
    })
    await admin.post('/admin/switches', [
      ['kind', 'tool'],
      ['name', 'query_database'],
      ['reason', ''],
      ['off', 'on'],
    ])
    expect(await switches()).toMatchObject({ tools: [] })
    expect((await kills())[0]).toMatchObject({ outcome: 'on' })
  })

  test.each([
    ['tool', 'no_such_tool', 'No integration has a tool'],
    ['integration', 'nothing', 'There is no integration'],
    ['person', 'nobody', 'no e-mail address'],
    ['client', '', 'Say which client'],
    ['weather', 'x', 'not complete'],
  ])('%s %j would stop nothing, so it is refused', async (kind, name, words) => {
    const response = await off(kind, name)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(words)
    expect(await control(env).off()).toEqual([])
  })

  test('a person is switched off whatever the case of the address', async () => {
    await off('person', 'Engineer@Example.com')
    expect(await switches()).toMatchObject({ people: ['engineer@example.com'] })
  })

  test('turning what is off already records nothing', async () => {
    await off('everything', '')
    const before = (await kills()).length
    await off('everything', '')
    expect(await kills()).toHaveLength(before)
  })

  test('work while the ledger is down', async () => {
    const pending: Promise<unknown>[] = []
    const broken = {
      ...env,
      LEDGER: { getByName: () => ({ append: () => Promise.reject(new Error('down')) }) },
    } as unknown as HubEnv
    const ctx = { waitUntil: (promise: Promise<unknown>) => pending.push(promise) }
    expect(
      await turnSwitch(broken, ctx, 'admin@example.com', {
        kind: 'everything',
        name: '',
        off: true,
        reason: '',
      }),
    ).toEqual({ changed: true })
    await Promise.all(pending)
    expect(await switches()).toMatchObject({ everything: true })
  })
})

describe('kill switches from a shell', () => {
  const token = 'an-admin-token-of-at-least-32-characters'
  const call = (init: RequestInit, hubEnv: HubEnv = { ...env, ADMIN_TOKEN: token }) =>
    fetchHub(new Request(`${issuer}/admin/api/switches`, init), hubEnv)
  const post = (body: unknown, authorization = `Bearer ${token}`, hubEnv?: HubEnv) =>
    call({ method: 'POST', body: JSON.stringify(body), headers: { authorization } }, hubEnv)
  const everything = { kind: 'everything', name: '', off: true, reason: 'x' }

  test('turn with the token, on record as such', async () => {
    expect(await (await post({ ...everything, operator: 'ops' })).json()).toEqual({ changed: true })
    expect(await switches()).toMatchObject({ everything: true })
    expect((await kills())[0]).toMatchObject({ user: 'admin token (ops)', outcome: 'off' })
    const listed = await call({ headers: { authorization: `Bearer ${token}` } })
    expect(await listed.json()).toMatchObject({ everything: true })
  })

  test.each([
    ['a wrong token', 'Bearer wrong'],
    ['no token', ''],
    ['a prefix', `Bearer ${token.slice(0, -1)}`],
    ['another scheme', `Basic ${token}`],
  ])('not with %s', async (_, authorization) => {
    expect((await post(everything, authorization)).status).toBe(401)
    expect(await switches()).toMatchObject({ everything: false })
  })

  test.each([
    ['there is none', undefined],
    ['it is too short to be a secret', 'short'],
    ['it is empty', ''],
  ])('the way is closed when %s', async (_, secret) => {
    const hubEnv = { ...env, ...(secret !== undefined && { ADMIN_TOKEN: secret }) }
    expect((await post(everything, `Bearer ${secret ?? ''}`, hubEnv)).status).toBe(404)
    expect(await switches()).toMatchObject({ everything: false })
  })

  test('a session’s cookie does not open it, nor does a token an endpoint would take', async () => {
    const { tokens } = await connected('admin@example.com')
    const cookie = admin
      .cookieNames()
      .map((name) => `${name}=${admin.cookie(name)}`)
      .join('; ')
    const headers = { cookie, origin: issuer, 'content-type': 'application/json' }
    expect((await call({ method: 'POST', body: JSON.stringify(everything), headers })).status).toBe(
      401,
    )
    expect((await post(everything, `Bearer ${tokens.access_token}`)).status).toBe(401)
  })

  test.each([
    [null],
    [{}],
    [{ kind: 'tool', name: 'nothing', off: true, reason: '' }],
    [{ ...everything, off: 'yes' }],
  ])('%j is refused in words', async (body) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: 'invalid_request',
      message: expect.any(String),
    })
  })
})

describe('what policy says', () => {
  const ask = async (query: Record<string, string>) =>
    (await admin.get(`/admin?${new URLSearchParams(query)}`)).text()

  test('is answered as it would be decided, switches included', async () => {
    const question = {
      user: 'engineer@example.com',
      groups: 'engineering',
      tool: 'execute_database_write',
      facts: '{"rows":500}',
    }
    expect(await ask(question)).toContain('A second person is asked')
    expect(await ask({ ...question, facts: '' })).toContain('A person is asked')
    expect(await ask({ ...question, groups: '' })).toContain('No rule allows it.')
    await off('tool', 'execute_database_write')
    expect(await ask(question)).toContain('is switched off by an administrator')
  })

  test('wrong JSON is said, and nothing of the question is markup', async () => {
    const page = await ask({ user: '"><script>alert(1)</script>', tool: 'x', args: '{' })
    expect(page).toContain('are JSON objects')
    expect(page).not.toContain('<script>alert')
  })
})

describe('people', () => {
  const act = (email: string, verb: string) =>
    admin.post('/admin/people', [
      ['email', email],
      ['act', verb],
      ['reason', 'test'],
    ])

  test('are looked up, locked out at once, and let in again', async () => {
    const { tokens } = await connected('analyst@example.com')
    expect(await (await admin.get('/admin/people?email=Analyst@example.com')).text()).toContain(
      'Ann Analyst',
    )
    await act('analyst@example.com', 'disable')
    expect(await (await admin.get('/admin/people?email=analyst@example.com')).text()).toContain(
      'locked out',
    )
    expect(await personObject(env, 'analyst@example.com').summary()).toMatchObject({
      disabled: { by: 'admin@example.com', reason: 'test' },
    })
    await act('analyst@example.com', 'enable')
    expect(await personObject(env, 'analyst@example.com').summary()).toMatchObject({
      disabled: undefined,
    })
    expect(tokens.access_token).toBeTruthy()
  })

  test('can’t lock themselves out', async () => {
    expect((await act('admin@example.com', 'disable')).status).toBe(400)
    expect((await admin.get('/admin')).status).toBe(200)
  })
})

test.each([
  ['up', () => Response.json({ ok: true, version: 'v42<b>' }), 'v42&lt;b&gt;'],
  ['unwell', () => new Response('no', { status: 503 }), 'unwell'],
  ['unwell', () => new Response('<html>'), 'unwell'],
  ['no answer', () => Promise.reject(new TypeError('refused')), 'no answer'],
])('an endpoint is shown as %s', async (word, answer, shown) => {
  vi.mocked(fetch).mockImplementation(async () => answer())
  const page = await (await admin.get('/admin')).text()
  expect(page).toContain(`>${word}</span>`)
  expect(page).toContain(shown)
})
