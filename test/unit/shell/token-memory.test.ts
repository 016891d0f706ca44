import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Validation } from '../../../shared/hub.ts'
import { rememberingValidator } from '../../../shared/token-memory.ts'
import { caller } from './orders.ts'

const resource = 'https://orders.test/mcp'
const validation = (over: Partial<Validation> = {}): Validation => {
  const { slice } = caller()
  const props = { email: 'ada@example.com', name: 'Ada', groups: [], slice }
  return {
    props: structuredClone(props) as unknown as Validation['props'], // read-only in policy, not in the contract
    audience: resource,
    scope: ['orders:read'],
    userId: 'ada%40example.com',
    clientId: 'client-1',
    ...over,
  }
}

const asked: string[] = []
let answer: (token: string) => unknown
const validate = () =>
  rememberingValidator({
    validateToken: async (_, token) => {
      asked.push(token)
      return answer(token) as Validation | null
    },
  })

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  asked.length = 0
  answer = () => validation()
})
afterEach(() => vi.useRealTimers())

describe('the memory of tokens', () => {
  it('asks the hub once in seven seconds, and again after them', async () => {
    const tokens = validate()
    const first = await tokens(resource, 't')
    vi.setSystemTime(1_006_999)
    expect(await tokens(resource, 't')).toBe(first)
    expect(asked).toEqual(['t'])
    vi.setSystemTime(1_007_000)
    await tokens(resource, 't')
    expect(asked).toEqual(['t', 't'])
  })

  it('counts from the question, so a slow hub makes nothing older', async () => {
    const tokens = validate()
    answer = () => (vi.setSystemTime(1_004_000), validation())
    await tokens(resource, 't')
    vi.setSystemTime(1_007_000)
    await tokens(resource, 't')
    expect(asked).toEqual(['t', 't'])
  })

  it('keeps neither a refusal nor a failure, and no token stands for another', async () => {
    const tokens = validate()
    answer = () => null
    expect(await tokens(resource, 't')).toBeNull()
    answer = () => {
      throw new Error('hub restarted')
    }
    await expect(tokens(resource, 't')).rejects.toThrow()
    answer = (token) => validation({ userId: token })
    expect(await tokens(resource, 't')).toMatchObject({ userId: 't' })
    expect(await tokens(resource, 'T')).toMatchObject({ userId: 'T' })
    expect(await tokens(resource, 't ')).toMatchObject({ userId: 't ' })
    expect(asked).toEqual(['t', 't', 't', 'T', 't '])
  })

  it.each([
    ['nothing', undefined],
    ['a text', 'yes'],
    ['true', true],
    ['an empty answer', {}],
    ['an answer without scopes', { ...validation(), scope: undefined }],
    ['a person that is no text', { ...validation(), userId: 7 }],
    ['a slice without tools', { ...validation(), props: { ...validation().props, slice: {} } }],
    ['an expiry in words', { ...validation(), expiresAt: 'tomorrow' }],
    [
      'a mode that nobody knows',
      {
        ...validation(),
        props: {
          ...validation().props,
          slice: {
            ...validation().props.slice,
            tools: { list_orders: { rule: 'r', mode: 'always', limits: {} } },
          },
        },
      },
    ],
  ])('fails on nonsense, so that nothing is let through: %s', async (_, nonsense) => {
    answer = () => nonsense
    await expect(validate()(resource, 't')).rejects.toThrow()
  })

  it('waits ten seconds for a hub that is silent, and no longer', async () => {
    answer = () => new Promise(() => undefined)
    const timer = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(timer.signal)
    const waiting = validate()(resource, 't')
    timer.abort(new DOMException('', 'TimeoutError'))
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(timeout).toHaveBeenCalledExactlyOnceWith(10_000)
    timeout.mockRestore()
  })

  it('remembers two thousand tokens; the oldest makes room, not all of them', async () => {
    const tokens = validate()
    for (let i = 0; i <= 2_000; i++) await tokens(resource, `t${i}`)
    asked.length = 0
    for (const token of ['t1', 't2000', 't0']) await tokens(resource, token)
    expect(asked).toEqual(['t0'])
  })
})
