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
    expect(body).toMatch(/…\[\+184000 characters\]$/)
  })

  it('never becomes an empty list: the first item is cut until it fits', () => {
    const wide = Array.from({ length: 300 }, (_, i) => `${i}${'y'.repeat(9_000)}`)
    const { answer, kept } = fitToBudget({ items: [wide, wide] }, 'items')
    expect(kept).toBe(1)
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(budgetChars)
  })
})
