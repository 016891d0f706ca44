/**
 * In a file of its own: a call that failed in another test may be held on to until garbage is
 * collected, and an eviction waits for whoever is held.
 */
import { abortAllDurableObjects, evictDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { approvals } from '../../../../workers/hub/approvals/stub.ts'
import { leaseMs } from '../../../../workers/hub/approvals/machine.ts'
import { env } from '../hub.ts'
import {
  approved,
  args,
  engineer,
  finish,
  later,
  leaseOf,
  object,
  recorded,
  running,
  say,
  isWaitedFor,
  onTime,
  writer,
  type Writer,
} from './writes.ts'

let me: Writer
beforeAll(async () => {
  me = await writer('engineer@example.com')
})
afterEach(onTime)

describe('the object dies between any two states', () => {
  const kill = {
    evicted: () => evictDurableObject(object()),
    aborted: () => abortAllDurableObjects(),
  }
  for (const [how, die] of Object.entries(kill)) {
    test(`${how} at every step, the write still runs once`, async () => {
      const { status } = await me.propose()
      await die()
      expect(await me.propose({ id: status.id })).toEqual({ status })
      await say(engineer, status.id, 'approve')
      await die()
      const answer = await me.redeem(status.id)
      const lease = leaseOf(answer)
      await die()
      expect(await approvals(env).beat(status.id, 'postgres', lease)).toBe(true)
      expect((await me.redeem(status.id))?.run).toBeUndefined()
      await die()
      await finish({ id: status.id, lease, result: { rows: 1 } })
      await die()
      expect(await me.redeem(status.id)).toMatchObject({
        status: { state: 'done', result: { rows: 1 } },
      })
      expect(await recorded(status.id)).toEqual([
        'proposal proposed',
        'decision approved',
        'intent running',
        'outcome done',
      ])
    })

    test(`${how} while a run goes on and its endpoint too: unknown`, async () => {
      const run = await running(me)
      await die()
      await later(leaseMs + 1_000)
      expect((await me.redeem(run.id))?.status.state).toBe('unknown')
      expect((await me.redeem(run.id))?.run).toBeUndefined()
    })
  }

  test('killed under those who wait: they are answered after the decision', async () => {
    const { status } = await me.propose()
    const waiting = me.redeem(status.id, 20_000)
    while (!(await isWaitedFor(status.id))) await Promise.resolve()
    await abortAllDurableObjects()
    while (!(await isWaitedFor(status.id))) await Promise.resolve()
    await say(engineer, status.id, 'approve')
    expect(await waiting).toMatchObject({ run: { args } })
  })

  test('killed under 20 redemptions: at most one run, and it is the one on record', async () => {
    const id = await approved(me)
    const calls = Array.from({ length: 20 }, () => me.redeem(id).catch(() => undefined))
    await abortAllDurableObjects()
    const runs = (await Promise.all(calls)).filter((answer) => answer?.run)
    const again = await me.redeem(id)
    expect(runs.length + (again?.run ? 1 : 0)).toBeLessThanOrEqual(1)
    expect(
      (await recorded(id)).filter((line) => line.startsWith('intent')).length,
    ).toBeLessThanOrEqual(1)
  })
})
