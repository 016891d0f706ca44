import { describe, expect, test } from 'vitest'
import {
  compilePolicy,
  decide,
  group,
  mayApprove,
  nothingOff,
  scopesFor,
  sliceFor,
  type Person,
  type Policy,
  type Question,
  type Rule,
} from '../../../shared/policy.ts'
import { ann, bob, catalogue, compiled, eve, policy } from './shop.ts'

const ask = (person: Person, tool: string, rest: Partial<Question> = {}) =>
  decide(compiled, {
    person,
    integration: tool === 'query' || tool === 'write' ? 'shop' : 'tracker',
    tool,
    ...rest,
  })

describe('what is not allowed is denied', () => {
  const denied: [string, Person, string, Partial<Question>, RegExp][] = [
    ['no rule for the person', eve, 'find_issues', {}, /No rule/],
    ['no rule for the tool', bob, 'create_issue', {}, /No rule/],
    ['an unknown tool', ann, 'drop_everything', {}, /no tool/],
    ['a name that every object has', ann, 'constructor', {}, /No rule|no tool/],
    ['an unknown integration', ann, 'find_issues', { integration: 'nothing' }, /no tool/],
    ['a tool of another integration', bob, 'query', { integration: 'tracker' }, /no tool/],
    [
      'an argument outside the limits',
      ann,
      'find_issues',
      { args: { project: 'HR' } },
      /"HR" is not among.*ENG, SUP, OPS/,
    ],
    [
      'one of several arguments outside',
      ann,
      'find_issues',
      { args: { project: ['ENG', 'HR'] } },
      /"HR"/,
    ],
    [
      'another spelling of an allowed value',
      ann,
      'find_issues',
      { args: { project: 'eng' } },
      /"eng"/,
    ],
  ]
  test.each(denied)('%s', (_, person, tool, rest, reason) => {
    expect(ask(person, tool, rest)).toMatchObject({
      outcome: 'deny',
      reason: expect.stringMatching(reason),
      approvers: [],
      limits: {},
      version: compiled.version,
    })
  })
})

describe('what is allowed says which rule did it', () => {
  test('a read gathers the limits of every rule that grants it', () => {
    expect(ask(ann, 'find_issues', { args: { project: 'OPS' } })).toEqual({
      outcome: 'allow',
      rule: 'staff-read-eng',
      reason: 'A rule allows it.',
      approvers: [],
      limits: { projects: ['ENG', 'SUP', 'OPS'] },
      version: compiled.version,
    })
  })

  test('a choice is the first rule’s, a list everybody’s', () => {
    expect(ask(bob, 'query').limits).toEqual({ schemas: ['public', 'finance'], role: ['reader'] })
  })

  test('a person is named without case', () => {
    expect(
      ask({ email: 'ANN@example.COM', groups: [] }, 'create_issue', { args: { project: 'OPS' } }),
    ).toMatchObject({ outcome: 'four_eyes', rule: 'ann-may-ops' })
  })

  test('without a word on approval, a person asks himself', () => {
    expect(ask(bob, 'write')).toMatchObject({
      outcome: 'ask',
      rule: 'leads-shop',
      approvers: ['self'],
    })
  })

  test('who may write may collect the approval', () => {
    expect(ask(ann, 'get_tracker_approval_result')).toMatchObject({ outcome: 'allow' })
    expect(ask(bob, 'get_tracker_approval_result')).toMatchObject({ outcome: 'deny' })
  })
})

describe('a write is judged by one rule as a whole', () => {
  test.each([
    ['SUP', 'allow', 'support-writes-sup'],
    ['OPS', 'four_eyes', 'ann-may-ops'],
  ])('project %s: %s by %s, with that rule’s limits alone', (project, outcome, rule) => {
    expect(ask(ann, 'create_issue', { args: { project } })).toMatchObject({
      outcome,
      rule,
      limits: { projects: [project] },
    })
  })

  test('a project that only a reading rule names can’t be written', () => {
    expect(ask(ann, 'create_issue', { args: { project: 'ENG' } })).toMatchObject({
      outcome: 'deny',
    })
  })

  test('arguments that no rule allows together are denied', () => {
    expect(ask(ann, 'create_issue', { args: { project: ['SUP', 'OPS'] } })).toMatchObject({
      outcome: 'deny',
      reason: 'No single rule allows these arguments together.',
    })
  })
})

describe('conditions', () => {
  const sup = (more: Record<string, unknown>, facts = {}) =>
    ask(ann, 'create_issue', { args: { project: 'SUP', ...more }, facts })
  test.each([
    ['none holds', {}, {}, 'allow'],
    ['an argument equals', { priority: 'high' }, {}, 'ask'],
    ['an argument does not', { priority: 'low' }, {}, 'allow'],
    ['a fact is over', {}, { watchers: 11 }, 'four_eyes'],
    ['a fact is at the number', {}, { watchers: 10 }, 'allow'],
    ['a fact is no number', {}, { watchers: 'many' }, 'four_eyes'],
    ['the first that holds counts', { priority: 'high' }, { watchers: 99 }, 'ask'],
    ['a preview always asks', {}, { always_ask: true }, 'ask'],
    [
      'a preview can’t talk policy out of asking',
      { priority: 'high' },
      { always_ask: false },
      'ask',
    ],
  ])('%s', (_, more, facts, outcome) => {
    expect(sup(more, facts).outcome).toBe(outcome)
  })

  test('the reason names the condition', () => {
    expect(sup({ priority: 'high' }).reason).toBe(
      'A condition of the rule holds: priority is high or highest.',
    )
  })
})

describe('kill switches', () => {
  const off = {
    everything: { ...nothingOff, everything: true },
    integration: { ...nothingOff, integrations: ['tracker'] },
    tool: { ...nothingOff, tools: ['find_issues'] },
    person: { ...nothingOff, people: ['ann@example.com'] },
    client: { ...nothingOff, clients: ['client-1'] },
  }
  for (const [name, switches] of Object.entries(off))
    test(`${name} off: denied, and the slice says the tool is off`, () => {
      expect(ask(ann, 'find_issues', { switches, clientId: 'client-1' })).toMatchObject({
        outcome: 'deny',
        reason: expect.stringContaining('switched off'),
      })
      const slice = sliceFor(compiled, ann, 'tracker', switches, 'client-1')
      expect(slice.off).toContain('find_issues')
      expect(slice.tools).not.toHaveProperty('find_issues')
    })

  test('others go on', () => {
    expect(ask(bob, 'find_issues', { switches: off.person, clientId: 'client-1' }).outcome).toBe(
      'allow',
    )
    expect(ask(ann, 'find_issues', { switches: off.client, clientId: 'client-2' }).outcome).toBe(
      'allow',
    )
    expect(ask(bob, 'query', { switches: off.integration }).outcome).toBe('allow')
    expect(ask(ann, 'create_issue', { switches: off.tool, args: { project: 'SUP' } }).outcome).toBe(
      'allow',
    )
  })
})

test('a pilot list keeps everybody else out, whatever the rules say', () => {
  const pilot = compilePolicy(catalogue, { ...policy, pilots: { tracker: [group('leads')] } })
  const question = { integration: 'tracker', tool: 'find_issues' }
  expect(decide(pilot, { person: ann, ...question })).toMatchObject({
    outcome: 'deny',
    reason: expect.stringContaining('pilot'),
  })
  expect(decide(pilot, { person: bob, ...question }).outcome).toBe('allow')
  expect(sliceFor(pilot, ann, 'tracker', nothingOff).tools).toEqual({})
  expect(scopesFor(pilot, ann, 'tracker')).toEqual([])
})

describe('who may approve', () => {
  const decision = (
    outcome: 'allow' | 'deny' | 'ask' | 'four_eyes',
    approvers: Policy['admins'] | ['self'] = ['self'],
  ) => ({ outcome, approvers })
  test.each([
    ['ask, self: the proposer', decision('ask'), ann, true],
    ['ask, self: another', decision('ask'), bob, false],
    ['ask, group: a member', decision('ask', [group('leads')]), bob, true],
    ['ask, group: the proposer outside it', decision('ask', [group('leads')]), ann, false],
    ['ask, group: the proposer inside it', decision('ask', [group('support')]), ann, true],
    [
      'four eyes: the proposer, though a member',
      decision('four_eyes', [group('support')]),
      ann,
      false,
    ],
    [
      'four eyes: the proposer in other letters',
      decision('four_eyes', [group('support')]),
      { ...ann, email: 'ANN@example.com' },
      false,
    ],
    ['four eyes: another member', decision('four_eyes', [group('leads')]), bob, true],
    ['four eyes, self only: nobody', decision('four_eyes'), bob, false],
    [
      'everyone: still not the proposer with four eyes',
      decision('four_eyes', ['everyone']),
      ann,
      false,
    ],
    ['allow: there is nothing to approve', decision('allow', ['everyone']), bob, false],
    ['deny: nobody', decision('deny', ['everyone']), bob, false],
  ] as const)('%s', (_, given, decider, may) => {
    expect(mayApprove(given as Parameters<typeof mayApprove>[0], ann, decider)).toBe(may)
  })
})

describe('the slice an endpoint gets', () => {
  test('holds this person’s tools, limits, quotas, and nothing of others', () => {
    expect(sliceFor(compiled, bob, 'tracker', nothingOff)).toEqual({
      version: compiled.version,
      tools: {
        find_issues: { rule: 'staff-read-eng', mode: 'never', limits: { projects: ['ENG'] } },
      },
      quotas: [
        { id: 'staff-hourly', limit: 100, per: 'hour' },
        { id: 'writes-daily', tool: 'create_issue', limit: 5, per: 'day' },
      ],
      off: [],
    })
  })

  test('agrees with every decision', () => {
    for (const person of [ann, bob, eve])
      for (const [integration, { tools }] of Object.entries(catalogue))
        for (const tool of Object.keys(tools)) {
          const listed = tool in sliceFor(compiled, person, integration, nothingOff).tools
          expect([
            tool,
            decide(compiled, { person, integration, tool }).outcome !== 'deny',
          ]).toEqual([tool, listed])
        }
  })

  test('scopes are those of the tools, and no other', () => {
    expect(scopesFor(compiled, ann, 'tracker')).toEqual(['tracker:read', 'tracker:write'])
    expect(scopesFor(compiled, bob, 'tracker')).toEqual(['tracker:read'])
    expect(scopesFor(compiled, eve, 'tracker')).toEqual([])
  })
})

describe('compiling', () => {
  test('the version names the content', () => {
    const { rules, ...rest } = policy
    expect(compilePolicy(catalogue, { rules, ...rest }).version).toBe(compiled.version)
    expect(compilePolicy(catalogue, { ...policy, rules: rules.slice(1) }).version).not.toBe(
      compiled.version,
    )
  })

  test('names that the catalogue lacks do not compile', () => {
    const base = { id: 'x', who: 'everyone', integration: 'tracker', tools: 'all' } as const
    // @ts-expect-error -- there is no such integration
    const integration: Named = { ...base, integration: 'nothing' }
    // @ts-expect-error -- the tracker has no such tool
    const tool: Named = { ...base, tools: ['query'] }
    // @ts-expect-error -- nor a limit of that name
    const limit: Named = { ...base, limits: { schemas: [] } }
    // @ts-expect-error -- nor an argument of that name
    const argument: Named = { ...base, approval: asksAbout('sql') }
    const fine: Named = { ...base, approval: asksAbout('priority') }
    expect([integration, tool, limit, argument, fine]).toHaveLength(5)
  })

  test('nor do they start, should somebody silence the compiler', () => {
    const start = (rule: object) => compilePolicy(catalogue, { ...policy, rules: [rule as Named] })
    const base = { id: 'x', who: 'everyone', tools: 'all' }
    expect(() => start({ ...base, integration: 'nothing' })).toThrow('no integration is called')
    expect(() => start({ ...base, integration: 'tracker', tools: ['query'] })).toThrow(
      'has no tool or scope query',
    )
  })

  test('deciding takes nothing but what it is given: the same question, the same answer', () => {
    const question = {
      person: ann,
      integration: 'tracker',
      tool: 'create_issue',
      args: { project: 'SUP' },
    } as const
    expect(decide(compiled, structuredClone(question))).toEqual(decide(compiled, question))
  })
})

type Named = Rule<typeof catalogue>
const asksAbout = <const A extends string>(argument: A) =>
  ({ mode: 'ask', when: [{ if: { argument, over: 1 }, mode: 'ask' }] }) as const
