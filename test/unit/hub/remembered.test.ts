import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Remembered } from '../../../workers/hub/remembered.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

test('an answer is remembered for its time, counted from the asking', async () => {
  const memory = new Remembered<number>(3_000)
  let asked = 0
  const slowly = async () => {
    vi.setSystemTime(Date.now() + 1_000)
    return ++asked
  }
  expect(await memory.get('key', slowly)).toBe(1)
  vi.setSystemTime(2_999)
  expect(await memory.get('key', slowly)).toBe(1)
  vi.setSystemTime(3_000)
  expect(await memory.get('key', slowly)).toBe(2)
})

test('a failure is not remembered', async () => {
  const memory = new Remembered<number>(3_000)
  await expect(memory.get('key', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  expect(await memory.get('key', () => Promise.resolve(1))).toBe(1)
})

test('what is forgotten is asked anew', async () => {
  const memory = new Remembered<number>(3_000)
  await memory.get('key', () => Promise.resolve(1))
  memory.forget('key')
  expect(await memory.get('key', () => Promise.resolve(2))).toBe(2)
})

test('the oldest makes room', async () => {
  const memory = new Remembered<number>(3_000, 2)
  for (const key of ['a', 'b', 'c']) await memory.get(key, () => Promise.resolve(1))
  expect(await memory.get('a', () => Promise.resolve(2))).toBe(2)
  expect(await memory.get('c', () => Promise.resolve(2))).toBe(1)
})
