/**
 * How long one decision takes under a policy of 1,000 rules: `node test/bench/policy-bench.ts`.
 * The person is in 20 groups and the rule that applies comes last, so nothing is found early.
 */
import {
  compilePolicy,
  decide,
  group,
  person as personRule,
  sliceFor,
  nothingOff,
  type Catalogue,
  type Policy,
} from '../../shared/policy.ts'

const tools = Object.fromEntries(
  [...Array(20).keys()].map((i) => [
    `tool_${i}`,
    {
      title: `Tool ${i}`,
      scope: i % 2 ? 'shop:write' : 'shop:read',
      effect: i % 2 ? 'update' : 'read',
      arguments: ['project'],
    } as const,
  ]),
)
const catalogue: Catalogue = {
  shop: {
    title: 'Shop',
    scopes: { 'shop:read': 'Read', 'shop:write': 'Write' },
    limits: { projects: { title: 'Projects', kind: 'list', argument: 'project' } },
    tools,
  },
}
const count = 1_000
const rules = [...Array(count).keys()].map((i) => ({
  id: `rule-${i}`,
  who:
    i === count - 1
      ? group('g19')
      : i % 3 === 0
        ? personRule(`p${i}@example.com`)
        : [group(`other-${i}`), group(`more-${i}`)],
  integration: 'shop',
  tools: i % 2 ? ('all' as const) : ['tool_1', 'shop:read'],
  limits: { projects: [`P${i}`] },
  approval: {
    mode: 'ask' as const,
    when: [{ if: { fact: 'rows', over: 100 }, mode: 'four_eyes' as const }],
  },
}))
const policy: Policy = { rules, admins: [], auditors: [] }
const person = { email: 'somebody@example.com', groups: [...Array(20).keys()].map((i) => `g${i}`) }

const compiled = timed('compile', 5, () => compilePolicy(catalogue, policy))
timed('decide a write', 20_000, () =>
  decide(compiled, {
    person,
    integration: 'shop',
    tool: 'tool_1',
    args: { project: 'P999' },
    facts: { rows: 500 },
  }),
)
timed('decide a refusal', 20_000, () =>
  decide(compiled, {
    person: { email: 'x@example.com', groups: [] },
    integration: 'shop',
    tool: 'tool_1',
  }),
)
timed('slice of 20 tools', 5_000, () => sliceFor(compiled, person, 'shop', nothingOff))

function timed<T>(what: string, times: number, run: () => T): T {
  for (let i = 0; i < times / 10; i++) run()
  const startedAt = performance.now()
  let last = run()
  for (let i = 0; i < times; i++) last = run()
  const microseconds = ((performance.now() - startedAt) / times) * 1_000
  console.log(`${what.padEnd(20)} ${microseconds.toFixed(1).padStart(9)} µs  (${count} rules)`)
  return last
}
