import { describe, expect, it } from 'vitest'
import { budgetChars, fitToBudget } from '../../../shared/budget.ts'

const rows = (count: number, width: number) =>
  Array.from({ length: count }, (_, i) => [i, 'x'.repeat(width)])

describe('an answer', () => {
  it('within the budget stays as it is', () => {
    const answer = { rows: rows(10, 10), truncated: false }
    expect(fitToBudget(answer, 'rows')).toEqual({ answer, kept: undefined, clipped: false })
  })

  it('with too many rows keeps the longest prefix that fits', () => {
    const answer = { columns: ['a'], rows: rows(1000, 100) }
    const { answer: fitted, kept, clipped } = fitToBudget(answer, 'rows')
    expect(clipped).toBe(false)
    expect((fitted.rows as unknown[]).length).toBe(kept)
    expect(JSON.stringify(fitted).length).toBeLessThanOrEqual(budgetChars)
    const oneMore = { ...answer, rows: answer.rows.slice(0, (kept ?? 0) + 1) }
    expect(JSON.stringify(oneMore).length).toBeGreaterThan(budgetChars - 1_400)
  })

  it('with one huge text cuts it and says by how much, never inside a character', () => {
    const { answer, clipped } = fitToBudget({ body: '😀'.repeat(100_000) }, undefined)
    const body = answer.body as string
    expect(clipped).toBe(true)
    expect(body.isWellFormed()).toBe(true)
    expect(body).toMatch(/…\[\+136000 characters\]$/)
  })

  it('keeps a text that is only just too long nearly whole when it stands alone', () => {
    const { answer } = fitToBudget({ body: 'x'.repeat(90_000) }, undefined)
    expect(answer).toEqual({ body: `${'x'.repeat(64_000)}…[+26000 characters]` })
  })

  const many = (count: number, of: (i: number) => unknown) =>
    Array.from({ length: count }, (_, i) => of(i))
  const record = (count: number, key: (i: number) => string, value: unknown) =>
    Object.fromEntries(many(count, (i) => [key(i), value]) as [string, unknown][])
  const deep = (levels: number): unknown =>
    levels === 0 ? 'x'.repeat(500) : many(3, () => ({ a: deep(levels - 1), b: 'y'.repeat(500) }))
  it.each<[string, Record<string, unknown>, string | undefined]>([
    ['a list beside none', { names: many(100_000, (i) => `name ${i}`) }, undefined],
    ['a list beside its own', { items: many(5, (i) => i), names: many(50_000, String) }, 'items'],
    ['a record of many fields', { fields: record(30_000, (i) => `f${i}`, true) }, undefined],
    ['long names', { fields: record(50, (i) => `${i}${'k'.repeat(9_000)}`, 1) }, undefined],
    ['one item of many fields', { items: [record(30_000, (i) => `f${i}`, 'v')] }, 'items'],
    ['a tree', { tree: deep(8) }, undefined],
    ['an item that is a tree', { items: [deep(8), deep(8)] }, 'items'],
    ['nothing in its list and much beside', { items: [], names: many(50_000, String) }, 'items'],
    ['escapes that double in JSON', { body: '\u0000"\\'.repeat(40_000) }, undefined],
  ])('of %s is within the budget too, and says that it was cut', (_, answer, list) => {
    const fitted = fitToBudget(answer, list)
    expect(JSON.stringify(fitted.answer).length).toBeLessThanOrEqual(budgetChars - 1_200)
    expect(fitted.clipped).toBe(true)
    expect(Object.keys(fitted.answer)).toEqual(Object.keys(answer))
    if (list !== undefined) expect(fitted.answer[list]).toHaveLength(fitted.kept ?? -1)
  })

  it('at the edge stays whole, and with one character more does not', () => {
    const bodyOf = (size: number) => ({ body: 'x'.repeat(size - '{"body":""}'.length) })
    const whole = bodyOf(budgetChars - 1_200)
    expect(fitToBudget(whole, undefined)).toEqual({
      answer: whole,
      kept: undefined,
      clipped: false,
    })
    expect(fitToBudget(bodyOf(budgetChars - 1_199), undefined)).toMatchObject({ clipped: true })
  })

  it('never becomes an empty list: the first item is cut until it fits', () => {
    const wide = Array.from({ length: 300 }, (_, i) => `${i}${'y'.repeat(9_000)}`)
    const { answer, kept } = fitToBudget({ items: [wide, wide] }, 'items')
    expect(kept).toBe(1)
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(budgetChars)
  })
})
