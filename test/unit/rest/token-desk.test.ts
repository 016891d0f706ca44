import { describe, expect, it } from 'vitest'
import { TokenDesk, type TokenAnswer } from '../../../shared/rest/token-desk.ts'

function desk() {
  const tokens = new TokenDesk()
  const answers: TokenAnswer[] = []
  return {
    tokens,
    answers,
    ask: (now: number, id = 'a') => tokens.ask(now, id, (answer) => answers.push(answer)),
  }
}
const hour = { token: 't1', expiresInSeconds: 3_600 }

describe('tokens', () => {
  it('are minted by one while the others wait, and given to all of them', () => {
    const d = desk()
    for (let i = 0; i < 3; i++) d.ask(0)
    expect(d.answers).toEqual([{ mint: 1 }])
    d.tokens.done(1_000, 'a', 1, hour)
    const kept = { kept: { token: 't1', expiresAt: 1_000 + 3_540_000 } }
    expect(d.answers).toEqual([{ mint: 1 }, kept, kept])
    d.ask(2_000)
    expect(d.answers.at(-1)).toEqual(kept)
  })

  it('are minted by the next one when the first fails or is gone', () => {
    const d = desk()
    for (let i = 0; i < 3; i++) d.ask(0)
    d.tokens.done(0, 'a', 1, undefined)
    expect(d.answers).toEqual([{ mint: 1 }, { mint: 2 }])
    d.tokens.done(0, 'a', 1, { token: 'stale', expiresInSeconds: 60 }) // a lost turn
    expect(d.answers).toHaveLength(2)
    d.tokens.done(0, 'a', 2, hour)
    expect(d.answers.at(-1)).toMatchObject({ kept: { token: 't1' } })
  })

  it('are replaced a minute before their end, or half-way when they are short', () => {
    const d = desk()
    d.ask(0)
    d.tokens.done(0, 'a', 1, hour)
    d.ask(3_539_999)
    expect(d.answers.at(-1)).toHaveProperty('kept')
    d.ask(3_540_000)
    expect(d.answers.at(-1)).toEqual({ mint: 2 })
    d.tokens.done(0, 'a', 2, { token: 't2', expiresInSeconds: 80 })
    d.ask(39_999)
    expect(d.answers.at(-1)).toHaveProperty('kept')
    d.ask(40_000)
    expect(d.answers.at(-1)).toEqual({ mint: 3 })
  })

  it('are forgotten when refused, but not the newer one that came in the meantime', () => {
    const d = desk()
    d.ask(0)
    d.tokens.done(0, 'a', 1, hour)
    d.tokens.forget('a', 'older')
    d.ask(1)
    expect(d.answers.at(-1)).toHaveProperty('kept')
    d.tokens.forget('a', 't1')
    d.ask(1)
    expect(d.answers.at(-1)).toEqual({ mint: 2 })
  })

  it('of different credentials do not wait for each other', () => {
    const d = desk()
    d.ask(0, 'a')
    d.ask(0, 'b')
    expect(d.answers).toEqual([{ mint: 1 }, { mint: 2 }])
  })
})
