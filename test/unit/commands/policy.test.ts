import { expect, test } from 'vitest'
import { explain } from '../../../shared/commands/policy.ts'
import { compiled } from '../policy/shop.ts'

const groups = (email: string) => (email === 'ann@example.com' ? ['staff', 'support'] : undefined)
const ask = (...argv: string[]) => explain(['explain', ...argv], compiled, groups)

test('says what would happen, which rule does it, who decides, with which limits', () => {
  const { lines, denied } = ask(
    '--user',
    'Ann@example.com',
    '--tool',
    'create_issue',
    '--args',
    '{"project":"OPS"}',
  )
  expect(denied).toBe(false)
  expect(lines).toEqual([
    'person     ann@example.com (staff, support)',
    'tool       create_issue',
    'outcome    four_eyes a second person decides at the hub, then it runs',
    'because    A rule allows it.',
    'rule       ann-may-ops',
    'decided by ann@example.com, bob@example.com, never ann@example.com',
    'projects   OPS',
    `policy     ${compiled.version}`,
  ])
})

test('takes groups from the command line before those of development', () => {
  expect(ask('--user', 'ann@example.com', '--tool', 'query', '--group', 'leads').lines).toContain(
    'rule       leads-shop',
  )
})

test('facts of a preview count', () => {
  const { lines } = ask(
    '--user',
    'ann@example.com',
    '--tool',
    'create_issue',
    '--args',
    '{"project":"SUP"}',
    '--facts',
    '{"watchers":11}',
  )
  expect(lines.join('\n')).toContain('four_eyes')
})

test('a refusal says so, also for a tool that nobody has', () => {
  expect(ask('--user', 'eve@example.com', '--tool', 'query')).toMatchObject({ denied: true })
  expect(ask('--user', 'ann@example.com', '--tool', 'nothing').lines).toContain(
    'because    There is no tool nothing.',
  )
})

test.each([
  [['--user', 'nobody', '--tool', 'query'], /Invalid email/],
  [['--user', 'ann@example.com'], /tool/],
  [['--user', 'ann@example.com', '--tool', 'query', '--args', '{'], /is not JSON/],
  [['--user', 'ann@example.com', '--tool', 'query', '--args', '[1]'], /args/],
  [['--nonsense'], /nonsense/],
])('a wrong question is answered with what is wrong: %j', (argv, words) => {
  expect(() => ask(...argv)).toThrow(words)
})
