import { describe, expect, test } from 'vitest'
import { approvalStates, type ApprovalState } from '../../../shared/hub.ts'
import {
  after,
  approvedByPolicy,
  collectMs,
  decideMs,
  leaseMs,
  proposed,
  transition,
  type Event,
  type Standing,
} from '../../../workers/hub/approvals/machine.ts'

const start = 1_764_105_600_000
const by = { email: 'admin@example.com', groups: ['admins'] }
const lease = 'lease-hash'
const events = {
  approve: { type: 'approve', by, note: 'fine' },
  deny: { type: 'deny', by, note: 'no' },
  withdraw: { type: 'withdraw' },
  supersede: { type: 'supersede', reason: 'other policy' },
  start: { type: 'start', leaseHash: lease },
  beat: { type: 'beat', leaseHash: lease },
  done: { type: 'finish', leaseHash: lease, state: 'done' },
  failed: {
    type: 'finish',
    leaseHash: lease,
    state: 'failed',
    error: { code: 'upstream_rejected', message: 'No.' },
  },
  unknown: { type: 'finish', leaseHash: lease, state: 'unknown' },
} as const satisfies Record<string, Event>
type Named = keyof typeof events

function go(standing: Standing, name: Named, now = start): Standing {
  const moved = transition(standing, events[name], now)
  if ('refused' in moved) throw new Error(moved.refused)
  return moved.to
}
const through = (...names: Named[]) =>
  names.reduce<Standing>((standing, name) => go(standing, name), proposed(start))

const every: Record<ApprovalState, Standing> = {
  proposed: proposed(start),
  approved: through('approve'),
  denied: through('deny'),
  expired: after(proposed(start), start + decideMs),
  withdrawn: through('withdraw'),
  running: through('approve', 'start'),
  done: through('approve', 'start', 'done'),
  failed: through('approve', 'start', 'failed'),
  unknown: through('approve', 'start', 'unknown'),
}

/** Every state and every event: where it leads, or − for a refusal. */
const table: Record<ApprovalState, Record<Named, ApprovalState | '-'>> = {
  proposed: {
    approve: 'approved',
    deny: 'denied',
    withdraw: 'withdrawn',
    supersede: 'expired',
    start: '-',
    beat: '-',
    done: '-',
    failed: '-',
    unknown: '-',
  },
  approved: {
    approve: '-',
    deny: '-',
    withdraw: 'withdrawn',
    supersede: 'expired',
    start: 'running',
    beat: '-',
    done: '-',
    failed: '-',
    unknown: '-',
  },
  running: {
    approve: '-',
    deny: '-',
    withdraw: '-',
    supersede: '-',
    start: '-',
    beat: 'running',
    done: 'done',
    failed: 'failed',
    unknown: 'unknown',
  },
  unknown: {
    approve: '-',
    deny: '-',
    withdraw: '-',
    supersede: '-',
    start: '-',
    beat: '-',
    done: 'done',
    failed: 'failed',
    unknown: '-',
  },
  denied: {
    approve: '-',
    deny: '-',
    withdraw: '-',
    supersede: '-',
    start: '-',
    beat: '-',
    done: '-',
    failed: '-',
    unknown: '-',
  },
  expired: {
    approve: '-',
    deny: '-',
    withdraw: '-',
    supersede: '-',
    start: '-',
    beat: '-',
    done: '-',
    failed: '-',
    unknown: '-',
  },
  withdrawn: {
    approve: '-',
    deny: '-',
    withdraw: '-',
    supersede: '-',
    start: '-',
    beat: '-',
    done: '-',
    failed: '-',
    unknown: '-',
  },
  done: {
    approve: '-',
    deny: '-',
    withdraw: '-',
    supersede: '-',
    start: '-',
    beat: '-',
    done: '-',
    failed: '-',
    unknown: '-',
  },
  failed: {
    approve: '-',
    deny: '-',
    withdraw: '-',
    supersede: '-',
    start: '-',
    beat: '-',
    done: '-',
    failed: '-',
    unknown: '-',
  },
}

describe('each event in each state', () => {
  for (const state of approvalStates)
    for (const [name, to] of Object.entries(table[state]))
      test(`${state} + ${name} → ${to}`, () => {
        const moved = transition(every[state], events[name as Named], start)
        expect('to' in moved ? moved.to.state : '-').toBe(to)
      })
})

describe('the clock', () => {
  const lastMoment = {
    proposed: start + decideMs,
    approved: start + collectMs,
    running: start + leaseMs,
  }
  test.each([
    ['proposed', 'approve', 'approved', 'expired'],
    ['proposed', 'deny', 'denied', 'expired'],
    ['proposed', 'withdraw', 'withdrawn', 'expired'],
    ['approved', 'start', 'running', 'expired'],
    ['running', 'beat', 'running', 'unknown'],
  ] as const)(
    '%s takes %s until a millisecond before its end, and not at it',
    (from, name, to, left) => {
      const end = lastMoment[from]
      const before = transition(every[from], events[name], end - 1)
      expect('to' in before && before.to.state).toBe(to)
      expect(transition(every[from], events[name], end)).toHaveProperty('refused')
      expect(after(every[from], end - 1)).toBe(every[from])
      expect(after(every[from], end)).toMatchObject({ state: left, until: null, endedAt: end })
    },
  )

  test('a clock that runs backwards ends nothing', () => {
    for (const standing of Object.values(every)) expect(after(standing, start - 1e9)).toBe(standing)
  })

  test('end states never change by time', () => {
    for (const state of ['denied', 'expired', 'withdrawn', 'done', 'failed', 'unknown'] as const)
      expect(after(every[state], start + 1e12)).toBe(every[state])
  })

  test('collecting has its own half hour, from the decision on', () => {
    const late = go(proposed(start), 'approve', start + decideMs - 1)
    expect(late.until).toBe(start + decideMs - 1 + collectMs)
  })

  test('a heartbeat gives a whole lease from its own moment', () => {
    const beaten = go(every.running, 'beat', start + leaseMs - 1)
    expect(beaten).toEqual({ ...every.running, until: start + 2 * leaseMs - 1 })
  })

  test('what policy approves by itself must run within a lease', () => {
    expect(after(approvedByPolicy(start), start + leaseMs).state).toBe('expired')
  })
})

describe('the lease', () => {
  test.each(['beat', 'finish'] as const)('%s with another one is refused', (type) => {
    const event = type === 'beat' ? events.beat : events.done
    expect(transition(every.running, { ...event, leaseHash: 'other' }, start)).toHaveProperty(
      'refused',
    )
    expect(transition(every.unknown, { ...events.done, leaseHash: 'other' }, start)).toHaveProperty(
      'refused',
    )
  })

  test('the run’s own word, come after the lease lapsed, says what nobody knew', () => {
    const lapsed = after(every.running, start + leaseMs)
    expect(lapsed).toMatchObject({
      state: 'unknown',
      reason: 'The endpoint that ran it went silent.',
    })
    const told = go(lapsed, 'done', start + leaseMs + 5)
    expect(told).toMatchObject({ state: 'done', endedAt: start + leaseMs + 5 })
    expect(told.reason).toBeUndefined()
  })
})

test('a decision keeps who made it and what they said, to the end', () => {
  expect(every.done).toMatchObject({ decider: by, note: 'fine', decidedAt: start })
  expect(every.denied).toMatchObject({ decider: by, note: 'no', endedAt: start, until: null })
  expect(every.failed.error).toEqual({ code: 'upstream_rejected', message: 'No.' })
})
