import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { argumentsHash } from '../../../../shared/hash.ts'
import { openPerPerson } from '../../../../workers/hub/approvals/approvals.ts'
import { approvals } from '../../../../workers/hub/approvals/stub.ts'
import { collectMs, decideMs, keptMs, leaseMs } from '../../../../workers/hub/approvals/machine.ts'
import { openApproval } from '../../../../workers/hub/approvals/decisions.ts'
import { proposeWrite } from '../../../../workers/hub/approvals/redemption.ts'
import { control } from '../../../../workers/hub/control.ts'
import { personObject } from '../../../../workers/hub/person.ts'
import { connected, env, resource } from '../hub.ts'
import {
  admin,
  analyst,
  approved,
  args,
  at,
  engineer,
  eventsOf,
  finish,
  isWaitedFor,
  later,
  leaseOf,
  ledgerDown,
  object,
  onTime,
  preview,
  proposal,
  recorded,
  running,
  say,
  writer,
  type Writer,
} from './writes.ts'

let me: Writer
beforeAll(async () => {
  me = await writer('engineer@example.com')
})
afterEach(onTime)

describe('the way of a write', () => {
  test('proposed, approved, run once, done: each step on the ledger, in order', async () => {
    const asked = await me.propose()
    expect(asked.run).toBeUndefined()
    expect(asked.status).toMatchObject({
      state: 'proposed',
      summary: preview.summary,
      tool: 'execute_database_write',
    })
    const { id } = asked.status
    expect(await say(engineer, id, 'approve', 'go ahead')).toMatchObject({
      status: { state: 'approved' },
    })
    const answer = await me.redeem(id)
    expect(answer).toMatchObject({
      status: { state: 'running' },
      run: {
        leaseMs,
        args,
        preview,
        limits: { databases: ['shop'], role: ['gatehouse_engineer'] },
      },
    })
    const ended = await finish({ id, lease: leaseOf(answer), result: { rows: 1 } })
    expect(ended).toMatchObject({
      state: 'done',
      result: { rows: 1 },
      note: 'engineer@example.com says: go ahead',
    })
    expect(await me.redeem(id)).toEqual({ status: ended })
    expect(await recorded(id)).toEqual([
      'proposal proposed',
      'decision approved',
      'intent running',
      'outcome done',
    ])
    const events = await eventsOf(id)
    expect(events.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
    expect(events[2]).toMatchObject({
      user: 'engineer@example.com',
      client: me.clientId,
      argumentsHash: argumentsHash(args),
      arguments: expect.stringContaining('UPDATE orders'),
      facts: { rule: 'engineers-use-shop', mode: 'ask' },
    })
  })

  test('denied with a note: the note reaches the model, cleaned and bounded', async () => {
    const { status } = await me.propose()
    await say(engineer, status.id, 'deny', `too\nbroad\u202e ${'x'.repeat(600)}`)
    const answer = await me.redeem(status.id)
    expect(answer?.run).toBeUndefined()
    expect(answer?.status.state).toBe('denied')
    expect(answer?.status.note).toMatch(/^engineer@example.com says: too broad‹U\+202E› x+$/)
    expect(answer?.status.note?.length).toBeLessThan(540)
    expect(await recorded(status.id)).toEqual(['proposal proposed', 'decision denied'])
  })

  test('withdrawn by the proposer, before or after the approval', async () => {
    const { status } = await me.propose()
    expect(await say(analyst, status.id, 'withdraw')).toBeNull()
    expect(await say(admin, status.id, 'withdraw')).toMatchObject({ refused: expect.anything() })
    expect(await say(engineer, status.id, 'withdraw')).toMatchObject({
      status: { state: 'withdrawn' },
    })
    expect(await say(engineer, status.id, 'approve')).toEqual({ refused: 'It was withdrawn.' })
    const second = await approved(me)
    await say(engineer, second, 'withdraw')
    expect(await me.redeem(second)).toMatchObject({ status: { state: 'withdrawn' } })
  })

  test('a redemption waits for the decision and gets the run', async () => {
    const { status } = await me.propose()
    const waiting = me.redeem(status.id, 20_000)
    while (!(await isWaitedFor(status.id))) await Promise.resolve()
    await say(engineer, status.id, 'approve')
    expect(await waiting).toMatchObject({ status: { state: 'running' }, run: { args } })
  })

  test('a redemption that waited in vain says that it still waits', async () => {
    const { status } = await me.propose()
    expect(await me.redeem(status.id, 30)).toEqual({ status })
  })

  test('failed with its code, and unknown by the run’s own word', async () => {
    const one = await running(me)
    const error = { code: 'upstream_rejected' as const, message: 'The row has changed.' }
    expect(await finish({ ...one, state: 'failed', error })).toMatchObject({
      state: 'failed',
      error,
    })
    const two = await running(me)
    expect(await finish({ ...two, state: 'unknown' })).toMatchObject({ state: 'unknown' })
    expect((await me.redeem(two.id))?.run).toBeUndefined()
    expect(await recorded(two.id)).toContain('outcome unknown')
  })

  test('what is finished twice is recorded once', async () => {
    const run = await running(me)
    const first = await finish({ ...run, result: { rows: 1 } })
    expect(await finish({ ...run, state: 'failed' })).toEqual(first)
    expect((await recorded(run.id)).filter((line) => line.startsWith('outcome'))).toEqual([
      'outcome done',
    ])
  })
})

describe('where policy asks nobody', () => {
  const about = {
    integration: 'postgres',
    tool: 'execute_database_write',
    effect: 'update' as const,
    proposer: { ...engineer, name: 'Edgar' },
    clientId: 'client-1',
    argumentsHash: argumentsHash(args),
    policyVersion: 'p1',
    rule: 'r1',
    mode: 'allow' as const,
    reason: '',
    approvers: [],
    country: '',
    workerVersion: '',
  }
  const asker = { integration: 'postgres', email: engineer.email, clientId: 'client-1' }

  test('the proposal is approved by policy, runs at once, and all of it is on record', async () => {
    const { id } = proposal()
    const proposed = await approvals(env).propose(about, { id, args, preview })
    expect(proposed.status).toMatchObject({
      state: 'approved',
      note: 'Policy asks nobody for this.',
    })
    const lease = leaseOf(await approvals(env).start(id, asker, {}))
    await finish({ id, lease })
    expect(await recorded(id)).toEqual([
      'proposal proposed',
      'decision approved',
      'intent running',
      'outcome done',
    ])
  })

  test('what nobody starts within a lease expires', async () => {
    const { id } = proposal()
    await approvals(env).propose(about, { id, args, preview })
    await later(leaseMs + 1_000)
    expect(await approvals(env).start(id, asker, {})).toMatchObject({
      status: { state: 'expired' },
    })
  })
})

describe('bound to what was asked', () => {
  const same = { statement: 'UPDATE t SET a = 1', n: 1, name: 'é' }
  test.each([
    ['another value', { ...same, statement: 'UPDATE t SET a = 2' }],
    ['an extra field', { ...same, extra: null }],
    ['a missing field', { statement: same.statement, n: 1 }],
    ['a number as text', { ...same, n: '1' }],
    ['another Unicode form', { ...same, name: 'e\u0301' }],
    ['another type', { ...same, n: [1] }],
  ])('arguments with %s have another hash: refused, nothing kept', async (_, changed) => {
    const given = proposal({ args: changed, argumentsHash: argumentsHash(same) })
    expect(await me.propose(given)).toMatchObject({
      refused: { code: 'internal' },
      status: { state: 'denied' },
    })
    expect(await me.redeem(given.id)).toBeNull()
  })

  test('the order of keys does not matter', async () => {
    const turned = { database: args.database, statement: args.statement }
    expect(await me.propose({ args: turned, argumentsHash: argumentsHash(args) })).toMatchObject({
      status: { state: 'proposed' },
    })
  })

  test('the same proposal again is the same approval; other arguments under its id are refused', async () => {
    const given = proposal()
    const first = await me.propose(given)
    expect(await me.propose(given)).toEqual(first)
    await say(engineer, given.id, 'approve')
    await expect(
      me.propose({
        ...proposal({ args: { ...args, statement: 'DELETE FROM orders' } }),
        id: given.id,
      }),
    ).rejects.toThrow('Another proposal')
    expect(await me.redeem(given.id)).toMatchObject({ run: { args } })
  })

  test('a decision on other arguments than those that are kept is refused', async () => {
    const { status } = await me.propose()
    expect(
      await say(engineer, status.id, 'approve', '', argumentsHash({ ...args, database: 'other' })),
    ).toMatchObject({ refused: expect.stringContaining('something else') })
    expect((await me.redeem(status.id))?.status.state).toBe('proposed')
  })

  test('the run gets what the person saw, so that a moved target can be told', async () => {
    const id = await approved(me)
    expect((await me.redeem(id))?.run?.preview.target).toEqual({ id: 'orders', version: '9' })
  })

  test('another person, another client of the same person: there is no such approval', async () => {
    const id = await approved(me)
    const other = await writer('admin@example.com')
    const otherClient = await writer('engineer@example.com')
    expect(await other.redeem(id)).toBeNull()
    expect(await otherClient.redeem(id)).toBeNull()
    expect(await me.redeem('b7a4b4f4-9a55-4f1a-8d5e-0a8a27d1a001')).toBeNull()
    expect(await me.redeem(`' OR 1=1 --`)).toBeNull()
    expect(await me.redeem(id)).toMatchObject({ run: { args } })
  })

  test('a connection without the write scope can’t propose', async () => {
    const { tokens } = await connected('engineer@example.com', ['postgres:read'])
    expect(await proposeWrite(env, resource, tokens.access_token, proposal())).toMatchObject({
      refused: { code: 'forbidden', message: expect.stringContaining('postgres:write') },
    })
    expect(await proposeWrite(env, resource, 'nonsense', proposal())).toMatchObject({
      refused: { code: 'forbidden' },
    })
  })
})

describe('once', () => {
  test('100 redemptions at the same time give one run', async () => {
    const id = await approved(me)
    const answers = await Promise.all(Array.from({ length: 100 }, () => me.redeem(id)))
    expect(answers.filter((answer) => answer?.run)).toHaveLength(1)
    expect(new Set(answers.map((answer) => answer?.status.state))).toEqual(new Set(['running']))
    expect((await recorded(id)).filter((line) => line.startsWith('intent'))).toHaveLength(1)
  })

  test('many that wait for the same decision: one runs', async () => {
    const { status } = await me.propose()
    const waiting = Array.from({ length: 30 }, () => me.redeem(status.id, 10_000))
    while (!(await isWaitedFor(status.id))) await Promise.resolve()
    await say(engineer, status.id, 'approve')
    const runs = (await Promise.all([...waiting, me.redeem(status.id)])).filter((one) => one?.run)
    expect(runs).toHaveLength(1)
  })

  test('two people decide at the same time: one word counts', async () => {
    const large = { facts: { rows: 5_000 } }
    const { status } = await me.propose({ preview: { ...preview, ...large } })
    const both = await Promise.all([
      say(admin, status.id, 'approve'),
      say(admin, status.id, 'deny'),
    ])
    expect(both.filter((one) => one && 'status' in one)).toHaveLength(1)
    expect((await recorded(status.id)).filter((line) => line.startsWith('decision'))).toHaveLength(
      1,
    )
  })

  test('what has run is never handed out again, whatever happened to it', async () => {
    for (const state of ['done', 'failed', 'unknown'] as const) {
      const run = await running(me)
      await finish({ ...run, state })
      expect((await me.redeem(run.id))?.run).toBeUndefined()
    }
  })
})

describe('who decides', () => {
  test('the facts of the preview make it four eyes: not the proposer, but another who may', async () => {
    const { status } = await me.propose({ preview: { ...preview, facts: { rows: 101 } } })
    expect(await say(engineer, status.id, 'approve')).toEqual({
      refused: 'Policy does not let you decide this one.',
    })
    expect(
      await say(
        { ...engineer, email: 'ENGINEER@example.com', groups: ['admins'] },
        status.id,
        'approve',
      ),
    ).toMatchObject({ refused: expect.anything() })
    expect(await say(analyst, status.id, 'approve')).toBeNull()
    expect(await say(admin, status.id, 'approve')).toMatchObject({ status: { state: 'approved' } })
    expect(await me.redeem(status.id)).toMatchObject({ run: { args } })
  })

  test('where the proposer decides, others don’t even see it', async () => {
    const { status } = await me.propose()
    expect(await say(analyst, status.id, 'approve')).toBeNull()
    expect(await say(admin, status.id, 'approve')).toEqual({
      refused: 'Policy does not let you decide this one.',
    })
  })

  test('a person who stopped being an approver before it was collected: it does not run', async () => {
    const { status } = await me.propose({ preview: { ...preview, facts: { rows: 101 } } })
    await say(admin, status.id, 'approve')
    await edit(status.id, 'standing', (standing) =>
      Object.assign(standing.decider as object, { groups: [] }),
    )
    expect(await me.redeem(status.id)).toMatchObject({
      status: { state: 'approved' },
      refused: { code: 'forbidden' },
    })
  })
})

describe('policy at the moment of running', () => {
  const turn = (
    off: boolean,
    kind: 'everything' | 'tool' | 'integration' | 'person' | 'client',
    name = '',
  ) => control(env).turn({ kind, name, off, by: 'admin@example.com', reason: 'test' })

  test.each([
    ['everything', (): string => ''],
    ['integration', (): string => 'postgres'],
    ['tool', (): string => 'execute_database_write'],
    ['person', (): string => 'engineer@example.com'],
    ['client', (): string => me.clientId],
  ] as const)(
    'a kill switch (%s) stops it at once; undone, the same approval runs',
    async (kind, name) => {
      const id = await approved(me)
      await turn(true, kind, name())
      expect(await me.redeem(id)).toMatchObject({
        status: { state: 'approved' },
        refused: { code: 'forbidden', message: expect.stringContaining('switched off') },
      })
      const { status } = await me.propose()
      expect(status.state).toBe('denied')
      await turn(false, kind, name())
      expect(await me.redeem(id)).toMatchObject({ run: { args } })
    },
  )

  test('while switched off it can’t be approved, but denied', async () => {
    const { status } = await me.propose()
    await turn(true, 'tool', 'execute_database_write')
    expect(await say(engineer, status.id, 'approve')).toMatchObject({
      refused: expect.stringContaining('switched off'),
    })
    expect(await say(engineer, status.id, 'deny')).toMatchObject({ status: { state: 'denied' } })
    await turn(false, 'tool', 'execute_database_write')
  })

  test('another policy in force: neither decided nor run, and said so', async () => {
    const id = await approved(me)
    await edit(id, 'subject', (subject) => Object.assign(subject, { policyVersion: 'older' }))
    const answer = await me.redeem(id)
    expect(answer).toMatchObject({
      status: { state: 'expired', note: expect.stringContaining('policy was changed') },
    })
    expect(answer?.run).toBeUndefined()
    const { status } = await me.propose()
    await edit(status.id, 'subject', (subject) =>
      Object.assign(subject, { policyVersion: 'older' }),
    )
    expect(await say(engineer, status.id, 'approve')).toMatchObject({
      refused: expect.stringContaining('policy was changed'),
    })
    expect((await me.redeem(status.id))?.status.state).toBe('expired')
  })

  test('a person disabled after the approval: it does not run', async () => {
    const other = await writer('admin@example.com')
    const { status } = await other.propose()
    await say(admin, status.id, 'approve')
    await personObject(env, admin.email).disable('somebody@example.com', 'test')
    const answer = await other.redeem(status.id)
    expect(answer?.run).toBeUndefined()
    expect(answer === null || answer.refused?.code === 'forbidden').toBe(true)
    await personObject(env, admin.email).enable()
    expect((await recorded(status.id)).some((line) => line.startsWith('intent'))).toBe(false)
  })
})

describe('the ledger is down', () => {
  test('an approved write does not run, stays approved, and runs when it is back', async () => {
    const id = await approved(me)
    const repair = await ledgerDown()
    expect(await me.redeem(id)).toMatchObject({
      status: { state: 'approved' },
      refused: { code: 'upstream_unavailable', message: expect.stringContaining('ledger') },
    })
    expect((await me.redeem(id))?.run).toBeUndefined()
    await repair()
    expect(await me.redeem(id)).toMatchObject({ run: { args } })
    expect(await recorded(id)).toEqual(['proposal proposed', 'decision approved', 'intent running'])
  })

  test('decisions are kept and reach the ledger later, in order', async () => {
    const repair = await ledgerDown()
    const { status } = await me.propose()
    await say(engineer, status.id, 'deny', 'no')
    await repair()
    expect(await recorded(status.id)).toEqual([])
    await later(60_000)
    expect(await recorded(status.id)).toEqual(['proposal proposed', 'decision denied'])
  })

  test('the end of a run is kept too', async () => {
    const run = await running(me)
    const repair = await ledgerDown()
    expect(await finish(run)).toMatchObject({ state: 'done' })
    await repair()
    await later(20_000)
    expect((await recorded(run.id)).at(-1)).toBe('outcome done')
  })
})

describe('time', () => {
  test('nobody decides: expired at the deadline, not before', async () => {
    const { status } = await me.propose()
    const deadline = Date.parse(status.expiresAt)
    await at(deadline - 1)
    expect((await me.redeem(status.id))?.status.state).toBe('proposed')
    await at(deadline)
    expect(await say(engineer, status.id, 'approve')).toEqual({ refused: 'It has expired.' })
    expect((await me.redeem(status.id))?.status).toMatchObject({
      state: 'expired',
      note: 'Nobody decided in time.',
    })
    expect(await recorded(status.id)).toEqual(['proposal proposed', 'decision expired'])
  })

  test('nobody collects: expired half an hour after the decision', async () => {
    const id = await approved(me)
    await later(collectMs + 1_000)
    expect(await me.redeem(id)).toMatchObject({
      status: { state: 'expired', note: expect.stringContaining('not collected in time') },
    })
    expect(await recorded(id)).toEqual([
      'proposal proposed',
      'decision approved',
      'decision expired',
    ])
  })

  test('expiry is on the ledger although nobody asks', async () => {
    const { status } = await me.propose()
    await later(decideMs + 1_000)
    expect(await recorded(status.id)).toEqual(['proposal proposed', 'decision expired'])
  })

  test('a silent run becomes unknown, by the alarm alone; heartbeats keep it', async () => {
    const run = await running(me)
    const start = Date.now()
    for (let beat = 1; beat < 6; beat++) {
      await at(start + (beat * leaseMs) / 2)
      expect(await approvals(env).beat(run.id, 'postgres', run.lease)).toBe(true)
    }
    expect(await approvals(env).beat(run.id, 'postgres', 'other')).toBe(false)
    expect(await approvals(env).beat(run.id, 'jira', run.lease)).toBe(false)
    await at(start + (5 * leaseMs) / 2 + leaseMs)
    expect((await recorded(run.id)).at(-1)).toBe('outcome unknown')
    expect(await me.redeem(run.id)).toMatchObject({
      status: { state: 'unknown', note: 'The endpoint that ran it went silent.' },
    })
    expect(await approvals(env).beat(run.id, 'postgres', run.lease)).toBe(false)
    expect(await finish({ ...run, result: { rows: 1 } })).toMatchObject({
      state: 'done',
      result: { rows: 1 },
    })
  })

  test('finishing with another lease is refused and changes nothing', async () => {
    const run = await running(me)
    await expect(finish({ id: run.id, lease: 'other' })).rejects.toThrow('no lease')
    await expect(finish({ id: crypto.randomUUID(), lease: run.lease })).rejects.toThrow('no lease')
    expect((await me.redeem(run.id))?.status.state).toBe('running')
  })

  test('arguments and result are encrypted, and gone a day after the end; hash and preview stay', async () => {
    const run = await running(me)
    await finish({ ...run, result: { secret: 'in the result' } })
    const stored = () =>
      runInDurableObject(object(), (_, { storage }) =>
        storage.sql.exec('SELECT * FROM contents WHERE id = ?', run.id).one(),
      )
    const kept = await stored()
    expect(JSON.stringify(kept.arguments)).not.toContain('UPDATE')
    expect(JSON.stringify(kept.result)).not.toContain('secret')
    expect((await me.redeem(run.id))?.status.result).toEqual({ secret: 'in the result' })
    await later(keptMs - 5_000)
    expect((await stored()).arguments).not.toBeNull()
    await later(keptMs + 5_000)
    expect(await stored()).toMatchObject({
      arguments: null,
      result: null,
      preview: JSON.stringify(preview),
    })
    expect(await openApproval(env, engineer, run.id)).toMatchObject({
      args: null,
      result: null,
      preview,
      subject: { argumentsHash: argumentsHash(args) },
    })
    expect((await me.redeem(run.id))?.status.result).toBeUndefined()
    await later(401 * 86_400_000)
    expect(await me.redeem(run.id)).toBeNull()
  })

  test('sealed arguments open in no other approval', async () => {
    const [one, two] = [await approved(me), await approved(me)]
    await runInDurableObject(object(), (_, { storage }) => {
      storage.sql.exec(
        'UPDATE contents SET arguments = (SELECT arguments FROM contents WHERE id = ?) WHERE id = ?',
        one,
        two,
      )
    })
    expect(await me.redeem(two)).toMatchObject({
      status: { state: 'approved' },
      refused: { code: 'misconfigured' },
    })
  })
})

describe('bounds', () => {
  test('too much for a person to look at is refused', async () => {
    const huge = { ...preview, text: { after: 'x'.repeat(1_100_000) } }
    expect(await me.propose({ preview: huge })).toMatchObject({
      refused: { code: 'invalid_input' },
    })
  })

  test('one person’s open proposals are bounded; decided ones make room', async () => {
    const other = await writer('admin@example.com')
    const ids: string[] = []
    for (;;) {
      const { status, refused } = await other.propose()
      if (refused) {
        expect(refused).toMatchObject({
          code: 'quota_exceeded',
          message: expect.stringContaining('/approvals'),
        })
        break
      }
      ids.push(status.id)
      expect(ids.length).toBeLessThanOrEqual(openPerPerson)
    }
    await say(admin, ids[0] ?? '', 'deny')
    expect(await other.propose()).toMatchObject({ status: { state: 'proposed' } })
  }, 20_000)
})

/** Changes what is stored, as a deploy with another policy or another sign-in would have. */
async function edit(
  id: string,
  column: 'subject' | 'standing',
  change: (value: Record<string, unknown>) => unknown,
): Promise<void> {
  await runInDurableObject(object(), (_, { storage }) => {
    const row = storage.sql
      .exec<Record<string, string>>(`SELECT ${column} FROM approvals WHERE id = ?`, id)
      .one()
    const value = JSON.parse(row[column] ?? '{}')
    change(value)
    storage.sql.exec(`UPDATE approvals SET ${column} = ? WHERE id = ?`, JSON.stringify(value), id)
  })
}
