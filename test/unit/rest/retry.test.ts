import { describe, expect, it } from 'vitest'
import { maxAttempts, pause, pauseMs } from '../../../shared/rest/retry.ts'

describe('the pause before the next attempt', () => {
  it('doubles, spreads over its range, and ends after the last attempt', () => {
    expect([1, 2, 3].map((attempt) => pauseMs(attempt, undefined, 0))).toEqual([
      125,
      250,
      undefined,
    ])
    expect([1, 2, 3].map((attempt) => pauseMs(attempt, undefined, 1))).toEqual([
      250,
      500,
      undefined,
    ])
    expect(pauseMs(maxAttempts, 0, 0)).toBeUndefined()
  })

  it('is never shorter than the upstream asked for, and too long a wish is not waited for', () => {
    expect(pauseMs(1, 3_000, 0)).toBe(3_000)
    expect(pauseMs(1, 3_000, 0.5)).toBe(3_125)
    expect(pauseMs(1, 60_000, 0)).toBeUndefined()
  })

  it('ends with the call', async () => {
    const call = new AbortController()
    const waiting = pause(60_000, call.signal)
    call.abort(new Error('deadline'))
    await expect(waiting).rejects.toThrow('deadline')
    await expect(pause(60_000, call.signal)).rejects.toThrow('deadline')
    await expect(pause(0, new AbortController().signal)).resolves.toBeUndefined()
  })
})
