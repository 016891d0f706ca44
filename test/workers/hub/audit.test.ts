import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyLedger } from '../../../shared/ledger-verification.ts'
import { recordHubEvent } from '../../../workers/hub/audit.ts'
import { appendToLedger } from '../../../workers/hub/ledger/append.ts'
import { recordLeftovers } from '../../../workers/hub/ledger/leftovers.ts'
import { recordable } from '../../../workers/hub/ledger/record.ts'
import { searchRows, slicesOf } from '../../../workers/hub/ledger/search.ts'
import { someEvent } from '../../unit/audit/events.ts'
import type { Browser } from './browser.ts'
import { env, newBrowser } from './hub.ts'

let auditor: Browser
beforeAll(async () => {
  auditor = newBrowser()
  await auditor.signIn('admin@example.com')
})
const html = async (path: string) => (await auditor.get(path)).text()
const today = () => new Date().toISOString().slice(0, 10)
const put = (...events: Partial<Parameters<typeof someEvent>[0]>[]) =>
  appendToLedger(
    env,
    'postgres',
    events.map((event) => someEvent(event)),
  )

/** The hub's own rows of one kind, newest first. */
async function hubRows(kind: string) {
  const now = Date.now()
  const search = { from: now - 60_000, to: now + 60_000, integration: 'hub', filter: { kind } }
  const { rows } = await searchRows(env, search, 100)
  return rows.map(({ event }) => event)
}

describe('who may look', () => {
  test.each(['/audit', '/audit/export', `/audit/row/hub/${today()}/1`])(
    '%s is not there for others',
    async (path) => {
      const engineer = newBrowser()
      await engineer.signIn('engineer@example.com')
      expect((await engineer.get(path)).status).toBe(404)
      expect((await newBrowser().get(path)).status).toBe(302)
    },
  )

  test('looking, opening and exporting are on record before anything is shown', async () => {
    await put({ user: 'watched@example.com' })
    await html('/audit?user=watched&text=secret%0Aline')
    await html(`/audit/row/hub/${today()}/1`)
    await (await auditor.get('/audit/export?span=hour')).text()
    const reads = await hubRows('audit_read')
    expect(reads.slice(0, 3).map(({ outcome, user }) => [user, outcome])).toEqual([
      ['admin@example.com', 'exported'],
      ['admin@example.com', 'opened'],
      ['admin@example.com', 'searched'],
    ])
    expect(reads[2]?.facts).toMatchObject({ user: 'watched', text: String.raw`secret\u000aline` })
  })

  test('when the reading can’t be recorded, nothing is shown', async () => {
    const ledger = env.LEDGER.getByName(`hub/${today()}`)
    const rename = (from: string, to: string) =>
      runInDurableObject(ledger, (_, { storage }) => {
        storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`)
      })
    await rename('rows', 'lost')
    const response = await auditor.get('/audit')
    await rename('lost', 'rows')
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('watched')
    expect((await auditor.get('/audit')).status).toBe(200)
  })
})

describe('finding', () => {
  test.each([
    ['user=findme-a', 'findme-a@example.com', 'findme-b@example.com'],
    ['tool=find_tool_b', 'findme-b@example.com', 'findme-a@example.com'],
    ['user=findme&outcome=refused', 'findme-b@example.com', 'findme-a@example.com'],
    ['text=NEEDLE-A', 'findme-a@example.com', 'findme-b@example.com'],
    ['user=findme&integration=hub', '/audit', 'findme-a@example.com'],
    [
      'user=findme&from=2020-01-01T00:00&to=2020-01-02T00:00',
      'Nothing of that kind',
      'findme-a@example.com',
    ],
  ])('%s', async (query, shown, hidden) => {
    await put(
      { user: 'findme-a@example.com', arguments: '{"query":"needle-a"}' },
      {
        user: 'findme-b@example.com',
        tool: 'find_tool_b',
        outcome: 'refused',
        errorCode: 'forbidden',
      },
    )
    const page = await html(`/audit?${query}`)
    const table = page.slice(page.indexOf('</form>', page.indexOf('filters')))
    expect(table).toContain(shown)
    expect(table).not.toContain(hidden)
  })

  test.each([
    'user=%3Cscript%3Ealert(1)%3C/script%3E',
    'from=nonsense&to=99',
    'after=%27OR',
    'kind=x&outcome=y&span=z',
    `text=${'x'.repeat(5_000)}`,
  ])('a query that makes no sense is no error: %s', async (query) => {
    const response = await auditor.get(`/audit?${query}`)
    expect(response.status).toBe(200)
    expect(await response.text()).not.toContain('<script>alert')
  })

  test('pages go on where the last one ended, over integrations and days, and show each row once', async () => {
    const user = `pager-${crypto.randomUUID()}@example.com`
    const noon = Date.parse('2026-03-02T12:00:00Z')
    for (const [integration, at] of [
      ['jira', noon - 86_400_000],
      ['jira', noon],
      ['slack', noon],
    ] as const)
      await appendToLedger(
        env,
        integration,
        Array.from({ length: 7 }, () => someEvent({ user, integration })),
        at,
      )
    const search = { from: noon - 2 * 86_400_000, to: noon + 86_400_000, filter: { user } }
    const seen: string[] = []
    let after: Awaited<ReturnType<typeof searchRows>>['next']
    do {
      const { rows, next } = await searchRows(env, search, 4, after)
      expect(rows.length).toBeLessThanOrEqual(4)
      seen.push(...rows.map(({ event }) => event.id))
      after = next
    } while (after)
    expect(seen).toHaveLength(21)
    expect(new Set(seen).size).toBe(21)
  })
})

describe('the charts', () => {
  test('count what the ledger has, and tell latencies to 5 %', async () => {
    const integration = 'charted'
    const events = [
      ...Array.from({ length: 95 }, (_, i) =>
        someEvent({ integration, durationMs: 10 + (i % 10) }),
      ),
      ...Array.from({ length: 5 }, () => someEvent({ integration, durationMs: 1_000 })),
      ...Array.from({ length: 3 }, () =>
        someEvent({ integration, outcome: 'refused', durationMs: 0 }),
      ),
      someEvent({ integration, outcome: 'failed', durationMs: 1_000 }),
      someEvent({ integration, kind: 'proposal', outcome: 'proposed' }),
      someEvent({ integration, kind: 'decision', outcome: 'approved' }),
    ]
    await appendToLedger(env, integration, events)
    const now = Date.now()
    const { slices } = await slicesOf(env, {
      from: now - 3_600_000,
      to: now + 60_000,
      integration,
      filter: {},
    })
    const busy = slices.filter(({ calls }) => calls > 0)
    expect(busy).toMatchObject([
      { calls: 104, refused: 3, failed: 1, proposed: 1, approved: 1, denied: 0 },
    ])
    expect(busy[0]?.p50).toBeGreaterThan(14 * 0.94)
    expect(busy[0]?.p50).toBeLessThan(15 * 1.06)
    expect(busy[0]?.p95).toBeGreaterThan(1_000 * 0.94)
  })

  test('are drawn without script or inline style, with the same numbers as a table', async () => {
    await put({})
    const page = await html('/audit')
    expect(page).toMatch(/<svg class="chart"[^>]*role="img" aria-label="Calls: \d/)
    expect(page).toContain('The same as numbers')
    expect(page).not.toMatch(/ style=|<style/)
  })
})

describe('one row', () => {
  test('opens to the whole event between its neighbours, recomputed', async () => {
    await put({ arguments: '{"a":"<b>"}' }, {}, {})
    const page = await html(`/audit/row/postgres/${today()}/2`)
    expect(page).toContain('This row is genuine and follows its neighbours')
    expect(page).toContain(`/audit/row/postgres/${today()}/1`)
    expect(page).toContain(`/audit/row/postgres/${today()}/3`)
    expect(page).not.toContain('<b>')
  })

  test('that was changed in the store says so', async () => {
    const day = '2026-02-03'
    await appendToLedger(env, 'forged', [someEvent(), someEvent()], Date.parse(`${day}T12:00:00Z`))
    await runInDurableObject(env.LEDGER.getByName(`forged/${day}`), (_, { storage }) => {
      storage.sql.exec(
        "UPDATE rows SET line = replace(line, 'engineer@', 'somebody@') WHERE seq = 1",
      )
    })
    expect(await html(`/audit/row/forged/${day}/1`)).toContain('does not fit into its chain')
  })

  test.each([
    '/audit/row/postgres/2020-01-01/1',
    '/audit/row/POSTGRES/2026-11-25/1',
    '/audit/row/postgres/nonsense/1',
    '/audit/row/postgres/2026-11-25/0',
    '/audit/row/postgres/2026-11-25/x',
  ])('%s is not there', async (path) => {
    expect((await auditor.get(path)).status).toBe(404)
  })
})

describe('the export', () => {
  test('of whole days verifies; of chosen rows each row does', async () => {
    await put({ user: 'exported@example.com' }, {})
    const whole = await auditor.get(`/audit/export?integration=postgres`)
    expect(whole.headers.get('content-disposition')).toMatch(
      /^attachment; filename="ledger-postgres-[\d-]+\.ndjson"$/,
    )
    const lines = (await whole.text()).split('\n')
    expect(await verifyLedger(lines)).toMatchObject({ ok: true })
    const chosen = await (await auditor.get('/audit/export?user=exported&chosen')).text()
    const verdict = await verifyLedger(chosen.split('\n'))
    expect(verdict).toMatchObject({ ok: true, warnings: [expect.stringContaining('chosen rows')] })
    expect(verdict.rows).toBeGreaterThanOrEqual(1)
  })
})

describe('the hub’s own events', () => {
  const ctx = { waitUntil: (promise: Promise<unknown>) => pending.push(promise) }
  const pending: Promise<unknown>[] = []

  test('sign-ins are on the ledger of the hub', async () => {
    const browser = newBrowser()
    await browser.signIn('analyst@example.com')
    expect((await hubRows('sign_in'))[0]).toMatchObject({
      user: 'analyst@example.com',
      integration: 'hub',
    })
  })

  test('while the ledger is down they wait in KV, and come in with the hourly run', async () => {
    const broken = {
      ...env,
      LEDGER: { getByName: () => ({ append: () => Promise.reject(new Error('down')) }) },
    } as unknown as typeof env
    const user = `waiting-${crypto.randomUUID()}@example.com`
    recordHubEvent(broken, ctx, { kind: 'kill', user, outcome: 'off', facts: { reason: 'a\nb' } })
    await Promise.all(pending.splice(0))
    expect(await hubRows('kill')).toEqual([])
    expect(await recordLeftovers(env)).toBe(1)
    expect(await hubRows('kill')).toMatchObject([{ user, facts: { reason: String.raw`a\u000ab` } }])
    expect(await recordLeftovers(env)).toBe(0)
  })
})

describe('what endpoints send', () => {
  test('is recorded under their own integration, and only as calls', () => {
    const sent = someEvent({ integration: 'slack', kind: 'decision', outcome: 'approved' })
    expect(recordable('postgres', sent)).toEqual({ ...sent, integration: 'postgres', kind: 'call' })
  })

  test.each([
    ['a kind that doesn’t exist', { ...someEvent(), kind: 'x' }],
    ['a number that is none', { ...someEvent(), durationMs: Number.NaN }],
    ['a text too long', { ...someEvent(), user: 'x'.repeat(5_000) }],
    ['nothing of an event', null],
    ['a list', [1]],
  ])('that can’t be read leaves a row that says so: %s', async (_, sent) => {
    const event = recordable('postgres', sent)
    expect(event).toMatchObject({ outcome: 'unreadable', kind: 'call', integration: 'postgres' })
    await appendToLedger(env, 'postgres', [event])
  })

  test('half a surrogate pair does not hold up the batch', async () => {
    const event = recordable(
      'postgres',
      someEvent({ client: 'a\ud800b', facts: { note: '\udfff' } }),
    )
    expect(event).toMatchObject({ client: 'a\ufffdb', facts: { note: '\ufffd' } })
    await appendToLedger(env, 'postgres', [event])
  })
})
