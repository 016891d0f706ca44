import { describe, expect, it } from 'vitest'
import { BurstLimit } from '../../../shared/burst.ts'

const limiter = (success: boolean) => {
  const asked: string[] = []
  return { asked, limit: async ({ key }: { key: string }) => (asked.push(key), { success }) }
}

describe('the burst limit', () => {
  it('counts in memory and asks the binding only past half of the limit', async () => {
    const burst = new BurstLimit(10, 60_000)
    const binding = limiter(true)
    for (let i = 0; i < 5; i++) expect(await burst.take('a', 1_000 + i, binding)).toBe(0)
    expect(binding.asked).toEqual([])
    expect(await burst.take('a', 2_000, binding)).toBe(0)
    expect(binding.asked).toEqual(['a'])
  })

  it('says how long to wait when the memory or the binding says no', async () => {
    const burst = new BurstLimit(4, 60_000)
    for (let i = 0; i < 2; i++) await burst.take('a', 0, limiter(true))
    expect(await burst.take('a', 10_000, limiter(false))).toBe(50_000)
    expect(await burst.take('a', 20_000, limiter(true))).toBe(0)
    expect(await burst.take('a', 30_000, limiter(true))).toBe(30_000)
  })

  it('keeps people apart and starts anew with each window', async () => {
    const burst = new BurstLimit(1, 1_000)
    expect(await burst.take('a', 0, limiter(true))).toBe(0)
    expect(await burst.take('a', 1, limiter(true))).toBe(999)
    expect(await burst.take('b', 1, limiter(true))).toBe(0)
    expect(await burst.take('a', 1_000, limiter(true))).toBe(0)
  })

  it('goes by its own count when the binding fails', async () => {
    const burst = new BurstLimit(2, 60_000)
    const broken = { limit: () => Promise.reject(new Error('binding')) }
    expect(await burst.take('a', 0, broken)).toBe(0)
    expect(await burst.take('a', 0, broken)).toBe(0)
    expect(await burst.take('a', 0, broken)).toBe(60_000)
  })

  it('forgets the people seen longest ago when there are too many, not those at it', async () => {
    const burst = new BurstLimit(1, 60_000)
    await burst.take('long ago', 0, limiter(true))
    await burst.take('at it', 0, limiter(true))
    await burst.take('at it', 60_000, limiter(true)) // a new window
    for (let i = 0; i < 9_999; i++) await burst.take(`p${i}`, 60_001, limiter(true))
    expect(await burst.take('at it', 60_002, limiter(true))).toBeGreaterThan(0)
    expect(await burst.take('long ago', 60_003, limiter(true))).toBe(0)
  })
})
