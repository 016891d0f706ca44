import { describe, expect, it } from 'vitest'
import { Breaker } from '../../../shared/rest/breaker.ts'
import { everyRoute, Scheduler, type BudgetLimits } from '../../../shared/rest/scheduler.ts'

const limits: BudgetLimits = { perSecond: 1_000, burst: 1_000, concurrent: 6 }

/** A scheduler with a clock in hand; tickets are numbered as they come. */
function bench(budget: Partial<BudgetLimits> = {}) {
  const scheduler = new Scheduler()
  const mine = { ...limits, ...budget }
  const people = new Map<number, string>()
  let now = 1_000_000
  let id = 0
  const advance = () => scheduler.advance(now, mine)
  return {
    scheduler,
    advance,
    get now() {
      return now
    },
    pass: (ms: number) => void (now += ms),
    ask(person: string, { route = 'GET /x', waitMs = 10_000 } = {}) {
      id += 1
      people.set(id, person)
      const refusal = scheduler.ask({ id, person, route, until: now + waitMs })
      return refusal?.why ?? id
    },
    done: (ticket: number, health: 'up' | 'down' | 'limited' | 'unclear' = 'up') =>
      scheduler.done(now, ticket, health),
    /** People whose tickets may go, in order. */
    go: () => advance().go.map((ticket) => people.get(ticket)),
    lease: () => scheduler.lease(now, mine),
  }
}

describe('turns', () => {
  it('go round: one who asks for a lot at once does not keep the others waiting', () => {
    const b = bench({ concurrent: 1 })
    for (let i = 0; i < 20; i++) b.ask('busy')
    b.ask('ann')
    b.ask('bob')
    b.ask('bob')
    const order: (string | undefined)[] = []
    for (let i = 1; order.length < 7; i++) {
      const [ticket] = b.advance().go
      if (ticket === undefined) break
      order.push(ticket <= 20 ? 'busy' : ticket === 21 ? 'ann' : 'bob')
      b.done(ticket)
    }
    expect(order).toEqual(['busy', 'ann', 'bob', 'busy', 'bob', 'busy', 'busy'])
  })

  it('leave half of the connections to others, even when one person’s requests never end', () => {
    const b = bench()
    for (let i = 0; i < 20; i++) b.ask('busy')
    expect(b.go()).toEqual(['busy', 'busy', 'busy'])
    b.ask('ann')
    expect(b.go()).toEqual(['ann'])
  })

  it('leave a connection to others when one person’s leases never end either', () => {
    for (let concurrent = 2; concurrent <= 12; concurrent++) {
      const b = bench({ concurrent })
      for (let i = 0; i < 10; i++) {
        const ticket = Number(b.ask('busy'))
        b.advance()
        if (b.lease()) b.done(ticket) // and the leased connection hangs
      }
      b.ask('ann')
      expect(b.go(), String(concurrent)).toEqual(['ann'])
    }
  })

  it('never exceed the connections', () => {
    const b = bench({ concurrent: 2 })
    for (const person of ['a', 'b', 'c', 'd']) b.ask(person)
    expect(b.go()).toEqual(['a', 'b'])
    expect(b.go()).toEqual([])
    b.done(1)
    expect(b.go()).toEqual(['c'])
    b.done(1) // a second report of the same turn frees nothing
    expect(b.go()).toEqual([])
  })

  it('are refused when too many wait, the busy one first', () => {
    const b = bench({ concurrent: 1 })
    const answers = Array.from({ length: 30 }, () => b.ask('busy'))
    expect(answers.filter((a) => a === 'busy')).toHaveLength(5)
    expect(b.ask('ann')).toBe(31)
    for (let i = 0; i < 300; i++) b.ask(`p${i}`)
    expect(b.ask('late')).toBe('busy')
  })

  it('that do not come in time are refused, and it says when to look again', () => {
    const b = bench({ concurrent: 1 })
    b.ask('ann')
    b.ask('bob', { waitMs: 3_000 })
    expect(b.advance()).toMatchObject({ go: [1], refused: [], wakeAt: b.now + 3_000 })
    b.pass(3_000)
    expect(b.advance()).toEqual({
      go: [],
      refused: [{ id: 2, why: 'late', retryAfterMs: 5_000 }],
      wakeAt: undefined,
    })
  })

  it('of a caller that never came back are forgotten in the end', () => {
    const b = bench({ concurrent: 1 })
    b.ask('ann')
    b.go()
    b.pass(300_001)
    b.ask('bob')
    expect(b.go()).toEqual(['bob'])
  })
})

describe('the rate', () => {
  it('is a burst and then so many a second', () => {
    const b = bench({ perSecond: 2, burst: 3, concurrent: 100 })
    for (let i = 0; i < 6; i++) b.ask(`p${i}`)
    expect(b.go()).toEqual(['p0', 'p1', 'p2'])
    expect(b.advance().wakeAt).toBe(b.now + 500)
    b.pass(499)
    expect(b.go()).toEqual([])
    b.pass(1)
    expect(b.go()).toEqual(['p3'])
    b.pass(1_000)
    expect(b.go()).toEqual(['p4', 'p5'])
  })

  it('holds over a minute whatever the pattern of asking', () => {
    const b = bench({ perSecond: 5, burst: 10, concurrent: 1_000 })
    let sent = 0
    for (let ms = 0; ms < 60_000; ms += 37) {
      for (let i = 0; i < 3; i++) b.ask(`p${ms}${i}`, { waitMs: 1_000 })
      for (const id of b.advance().go) {
        sent += 1
        b.done(id)
      }
      const lease = b.lease()
      if (lease) sent += lease.requests
      b.pass(37)
    }
    expect(sent).toBeGreaterThan(5 * 60)
    expect(sent).toBeLessThanOrEqual(10 + 5 * 60)
  })
})

describe('a pause the upstream asked for', () => {
  it('stops the one route, for everybody, and no other', () => {
    const b = bench()
    b.scheduler.block('POST /chat', b.now + 2_000)
    b.ask('ann', { route: 'POST /chat' })
    b.ask('bob', { route: 'GET /history' })
    expect(b.advance()).toMatchObject({ go: [2], wakeAt: b.now + 2_000 })
    b.pass(2_000)
    expect(b.go()).toEqual(['ann'])
  })

  it('stops everything when it is about the credential', () => {
    const b = bench()
    b.scheduler.block(everyRoute, b.now + 2_000)
    b.ask('ann')
    expect(b.go()).toEqual([])
    b.pass(2_000)
    expect(b.go()).toEqual(['ann'])
  })

  it('that is longer than somebody waits refuses at once, with the time to come back', () => {
    const b = bench()
    b.scheduler.block(everyRoute, b.now + 60_000)
    b.scheduler.block(everyRoute, b.now + 1_000) // a shorter one doesn't end it
    b.ask('ann')
    expect(b.advance().refused).toEqual([{ id: 1, why: 'limited', retryAfterMs: 60_000 }])
  })
})

describe('an upstream that is down', () => {
  const fail = (b: ReturnType<typeof bench>, times: number) => {
    for (let i = 0; i < times; i++) {
      const id = b.ask(`p${i}`)
      b.advance()
      b.done(Number(id), 'down')
    }
  }

  it('is left alone after five failures in a row, and everybody is told since when', () => {
    const b = bench()
    fail(b, 4)
    b.ask('ann')
    expect(b.go()).toEqual(['ann'])
    b.done(5)
    fail(b, 5)
    b.ask('waiting')
    b.pass(1_000)
    expect(b.advance().refused).toEqual([
      { id: 11, why: 'down', retryAfterMs: 4_000, since: b.now - 1_000 },
    ])
  })

  it('is tried by one request after a pause; the others wait for what it says', () => {
    const b = bench()
    fail(b, 5)
    b.pass(5_000)
    b.ask('ann')
    b.ask('bob')
    expect(b.go()).toEqual(['ann'])
    expect(b.go()).toEqual([])
    b.done(6)
    expect(b.go()).toEqual(['bob'])
  })

  it('is left alone twice as long when the attempt fails, and at most a minute', () => {
    const b = bench()
    fail(b, 5)
    const pauses: number[] = []
    for (const wait of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      b.pass(wait - 1)
      b.ask('early')
      const [refused] = b.advance().refused
      pauses.push((refused?.retryAfterMs ?? 0) - 1 + wait)
      b.pass(1)
      const id = Number(b.ask('ann'))
      expect(b.go()).toEqual(['ann'])
      b.done(id, 'down')
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  })

  it('is tried anew when the one who tried went away, and isn’t blamed for it', () => {
    const b = bench()
    fail(b, 5)
    b.pass(5_000)
    b.ask('ann')
    b.ask('bob')
    expect(b.go()).toEqual(['ann'])
    b.done(6, 'unclear')
    expect(b.go()).toEqual(['bob'])
  })

  it('is not kept closed by the failures of requests sent before', () => {
    const breaker = new Breaker()
    for (let i = 0; i < 9; i++) breaker.report(i, 'down', false)
    expect(breaker.until).toBe(4 + 5_000)
    expect(breaker.downSince).toBe(4)
  })

  it('does not count a limit, or a caller who left, as a failure', () => {
    const b = bench()
    fail(b, 4)
    b.ask('ann')
    b.go()
    b.done(5, 'limited')
    fail(b, 4)
    b.ask('bob')
    expect(b.go()).toEqual(['bob'])
  })
})

describe('a lease', () => {
  it('is given while it is calm, paid for in advance, and holds a connection for two seconds', () => {
    const b = bench({ perSecond: 1, burst: 20, concurrent: 2 })
    expect(b.lease()).toEqual({ id: 1, requests: 4, ms: 2_000 })
    for (const person of ['a', 'b']) b.ask(person)
    expect(b.go()).toEqual(['a'])
    expect(b.advance().wakeAt).toBe(b.now + 2_000)
    b.pass(2_000)
    expect(b.go()).toEqual(['b'])
  })

  it('frees its connection when it is given back', () => {
    const b = bench({ concurrent: 1 })
    const lease = b.lease()
    b.ask('ann')
    expect(b.go()).toEqual([])
    b.scheduler.giveBack(lease?.id ?? 0)
    expect(b.go()).toEqual(['ann'])
  })

  it('is not given while somebody waits, something is blocked or down, or half is in use', () => {
    const waiting = bench({ concurrent: 1 })
    waiting.ask('ann')
    expect(waiting.lease()).toBeUndefined()

    const blocked = bench()
    blocked.scheduler.block('GET /y', blocked.now + 1)
    expect(blocked.lease()).toBeUndefined()

    const half = bench({ concurrent: 2 })
    half.ask('ann')
    half.go()
    expect(half.lease()).toBeUndefined()

    const poor = bench({ perSecond: 1, burst: 7 })
    expect(poor.lease()).toBeUndefined() // four of seven would leave less than half

    const down = bench()
    for (let i = 0; i < 5; i++) down.scheduler.report(down.now, 'down')
    expect(down.lease()).toBeUndefined()
  })
})
