import { parse as packaged } from 'libpg-query'
import { describe, expect, it } from 'vitest'
import { parse } from '../../../workers/postgres/guard/parser.ts'
import { corpus } from './corpus.ts'
import { objection } from './judge.ts'

describe('the reporting queries collected before the guard', { timeout: 60_000 }, () => {
  it('are at least 320, half of them from public sources, each named once', () => {
    const own = corpus.filter(({ source }) => source.startsWith('written for this corpus'))
    expect(corpus.length).toBeGreaterThanOrEqual(320)
    expect((corpus.length - own.length) / corpus.length).toBeGreaterThan(0.5)
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length)
  })

  it('pass the guard, but for those listed here with the reason', async () => {
    const refused: Record<string, string> = {}
    for (const { name, sql } of corpus) {
      const reason = await objection(sql)
      if (reason !== null) refused[name] = reason
    }
    expect(refused).toEqual({
      // The length of each bar is computed from the data; least(…, 50) around it would do.
      'article-13 histogram with bars':
        'repeat needs a constant length of at most 1000. Write the number itself, or least(…, 1000).',
    })
    expect(Object.keys(refused).length / corpus.length).toBeLessThan(0.01)
  })
})

describe('the parser without its JavaScript', { timeout: 60_000 }, () => {
  it('gives the same tree as the package gives for every query', async () => {
    for (const { sql } of corpus) {
      const { stmts } = await packaged(sql)
      expect(parse(sql)).toEqual({ ok: true, statements: stmts })
    }
  })

  // The endpoint puts these in front of the text; what the guard saw must be what then runs.
  it.each([
    ['DECLARE page NO SCROLL CURSOR FOR ', 'DeclareCursorStmt'],
    ['EXPLAIN (FORMAT JSON) ', 'ExplainStmt'],
  ])('reads the same statement after %s', (prefix, type) => {
    for (const { sql } of corpus) {
      const alone = parse(sql)
      const prefixed = parse(prefix + sql)
      if (!alone.ok || !prefixed.ok) throw new Error(`not parsed: ${sql}`)
      expect(prefixed.statements).toHaveLength(1)
      expect(withoutPlaces(prefixed.statements[0])).toMatchObject({
        stmt: { [type]: { query: withoutPlaces(alone.statements[0]?.['stmt']) } },
      })
    }
  })
})

/** A copy without the positions of things in the text. `TABLE x` keeps its star that stands nowhere. */
function withoutPlaces(value: unknown): unknown {
  const places = /location|^(rexpr_)?list_(start|end)$|^stmt_len$/
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      places.test(key) && inner !== -1 ? undefined : inner,
    ),
  )
}
