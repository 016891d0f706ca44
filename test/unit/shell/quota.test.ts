import { beforeEach, describe, expect, it } from 'vitest'
import type { SessionApi } from '../../../shared/caller.ts'
import type { Shell } from '../../../shared/pipeline.ts'
import type { Quota } from '../../../shared/policy.ts'
import { spendQuota } from '../../../shared/quota.ts'
import { Spending } from '../../../shared/spending.ts'
import { caller, freshShell, orders } from './orders.ts'
import { sqlInMemory } from './sql.ts'

const minute = 60_000
const start = 1_000 * minute
const [read, write] = [orders.tools[0]!, orders.tools[1]!]

let spending: Spending
let hops: number
let now: number
let people = 0
/** A person of each test's own: leases are of the isolate. */
let person: string
beforeEach(() => {
  spending = new Spending(sqlInMemory())
  hops = 0
  now = start
  person = `person-${people++}`
})

const session = {
  async spend(...[quotas, amount]: Parameters<SessionApi['spend']>) {
    hops++
    await Promise.resolve()
    return spending.spend(quotas, amount, now)
  },
}
const shellWith = (object: Pick<SessionApi, 'spend'>): Shell => {
  const shell = freshShell()
  const SESSION = { idFromName: (name: string) => name, get: () => object }
  return { ...shell, env: { ...shell.env, SESSION } } as unknown as Shell
}
const shell = shellWith(session)
const who = (...quotas: Quota[]) => {
  const { principal, slice } = caller()
  return caller({ principal: { ...principal, userId: person }, slice: { ...slice, quotas } })
}
const perMinute = (limit: number, tool?: string): Quota => ({
  id: `q${limit}${tool ?? ''}`,
  limit,
  per: 'minute',
  ...(tool !== undefined && { tool }),
})
const allowed = (results: readonly PromiseSettledResult<void>[]) =>
  results.filter(({ status }) => status === 'fulfilled').length
const spendAll = (count: number, tool = read, quota = perMinute(100)) =>
  Promise.allSettled(Array.from({ length: count }, () => spendQuota(shell, who(quota), tool, now)))

describe('a quota', () => {
  it.each([
    ['reads', read, 1],
    ['reads', read, 7],
    ['reads', read, 100],
    ['reads', read, 500],
    ['writes', write, 1],
    ['writes', write, 100],
  ])(
    'lets exactly as many %s through as it says, all made side by side',
    async (_, tool, limit) => {
      expect(allowed(await spendAll(limit + 50, tool, perMinute(limit)))).toBe(limit)
    },
  )

  it.each([1, 7, 100, 500])('lets exactly %i reads through, one after the other', async (limit) => {
    let passed = 0
    for (let i = 0; i < limit + 20; i++) {
      now += 10 // slowly: a lease that lapsed would be paid for twice
      passed += allowed(await spendAll(1, read, perMinute(limit)))
    }
    expect(passed).toBe(limit)
  })

  it('costs reads a hop only now and then, and writes one each', async () => {
    await spendAll(300, read, perMinute(10_000))
    hops = 0
    for (let i = 0; i < 200; i++) await spendQuota(shell, who(perMinute(10_000)), read, now)
    expect(hops).toBeLessThan(15)
    hops = 0
    await spendAll(20, write, perMinute(10_000))
    expect(hops).toBe(20)
  })

  it('starts anew with its window, and what is left of a lease ends with the old one', async () => {
    now = start + minute - 1
    expect(allowed(await spendAll(3, read, perMinute(100)))).toBe(3)
    now = start + minute
    expect(allowed(await spendAll(150, read, perMinute(100)))).toBe(100)
    now = start + 2 * minute - 1
    expect(allowed(await spendAll(1, read, perMinute(100)))).toBe(0)
  })

  it('says its limit and when it turns over', async () => {
    now = start + 18_000
    await spendAll(2, write, perMinute(2))
    await expect(spendQuota(shell, who(perMinute(2)), write, now)).rejects.toMatchObject({
      code: 'quota_exceeded',
      message: 'Policy allows 2 calls a minute, and they are used up.',
      retryAfterSeconds: 42,
      details: { quota: 'q2' },
    })
  })

  it('of one tool is not used by another, and the narrowest of several decides', async () => {
    const quotas = [perMinute(5), perMinute(2, write.name)]
    const spend = (tool: typeof read) => spendQuota(shell, who(...quotas), tool, now)
    expect(allowed(await Promise.allSettled([spend(write), spend(write), spend(write)]))).toBe(2)
    expect(
      allowed(await Promise.allSettled([spend(read), spend(read), spend(read), spend(read)])),
    ).toBe(3)
  })

  it('that is refused by one window is not counted in another', () => {
    const counted = (id: string, limit: number) => ({ id, limit, windowMs: minute })
    spending.spend([counted('b', 1)], 1, now)
    for (let i = 0; i < 5; i++)
      expect(spending.spend([counted('a', 1), counted('b', 1)], 1, now)).toMatchObject({
        granted: 0,
        quota: 'b',
      })
    expect(spending.spend([counted('a', 1)], 1, now)).toEqual({
      granted: 1,
      endsAt: start + minute,
    })
  })

  it('is nobody else’s', async () => {
    await spendAll(100, read, perMinute(100))
    person = `person-${people++}`
    spending = new Spending(sqlInMemory()) // each person has an object
    expect(allowed(await spendAll(100, read, perMinute(100)))).toBe(100)
  })

  it('that can’t be counted refuses the call, without the words of what went wrong', async () => {
    const down = shellWith({ spend: () => Promise.reject(new Error('object at 10.0.0.7 reset')) })
    const refused = await spendQuota(down, who(perMinute(5)), read, now).catch((e: Error) => e)
    expect(refused).toMatchObject({ code: 'upstream_unavailable' })
    expect(String(refused)).not.toContain('10.0.0.7')
  })

  it('is remembered in the isolate for ten thousand people, not for everybody who ever came', async () => {
    const generous = { spend: async () => (hops++, { granted: 20, endsAt: start + minute }) }
    const busy = shellWith(generous)
    const readOnce = () => spendQuota(busy, who(perMinute(1_000)), read, now)
    const first = person
    await readOnce()
    for (let i = 0; i < 10_000; i++) {
      person = `crowd-${i}`
      await readOnce()
    }
    hops = 0
    await readOnce()
    person = first
    await readOnce()
    expect(hops).toBe(1)
  })
})
