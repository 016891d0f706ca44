import { expect, test } from 'vitest'
import { columns } from '../../../shared/analytics.ts'
import { questions } from '../../../shared/audit-questions.ts'
import { audit } from '../../../shared/commands/audit.ts'
import { exported } from '../audit/events.ts'

const file = exported({ '2026-11-24': 3, '2026-11-25': 2 })
async function* linesOf(lines: readonly string[]) {
  yield* lines
}
const run = (
  argv: string[],
  {
    lines = file,
    env = {},
    answer = Response.json({ data: [] }),
  }: { lines?: readonly string[]; env?: Record<string, string>; answer?: Response } = {},
) => {
  const requests: Request[] = []
  const said = audit(argv, {
    env,
    lines: () => linesOf(lines),
    fetch: async (request) => {
      requests.push(request)
      return answer
    },
  })
  return { said, requests }
}

test('verify says that an export is whole, with the head of each day to note down', async () => {
  const { lines, exitCode } = await run(['verify', 'x.ndjson']).said
  expect(exitCode).toBe(0)
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^postgres\/2026-11-24 +3 rows {2}head [0-9a-f]{64}$/)
  expect(lines[2]).toBe('OK: 5 rows, every one where and as it was written.')
})

test('verify names the first bad row and fails', async () => {
  const { lines, exitCode } = await run(['verify', 'x.ndjson'], { lines: file.toSpliced(2, 1) })
    .said
  expect(exitCode).toBe(1)
  expect(lines).toContain(
    'BROKEN at line 3 (postgres/2026-11-24, row 3): it follows a hole: row 2 is missing before it.',
  )
})

test('verify takes a head that somebody noted, and an empty file proves nothing', async () => {
  expect(await run(['verify', 'x', '--head', 'f'.repeat(64)]).said).toMatchObject({ exitCode: 1 })
  expect(await run(['verify', 'x'], { lines: [] }).said).toMatchObject({ exitCode: 1 })
})

test('query without credentials prints the SQL, without a name the questions', async () => {
  const { said, requests } = run(['query', 'latency', '--days', '3'])
  expect((await said).lines[1]).toContain("INTERVAL '3' DAY")
  expect(requests).toEqual([])
  expect((await run(['query']).said).lines).toHaveLength(Object.keys(questions).length)
  await expect(run(['query', 'weather']).said).rejects.toThrow('latency')
  await expect(run(['query', 'tools', '--days', '400']).said).rejects.toThrow('92')
})

test('query with credentials asks the SQL API and draws a table', async () => {
  const { said, requests } = run(['query', 'people'], {
    env: { CF_ACCOUNT_ID: 'acc', CF_API_TOKEN: 'tok' },
    answer: Response.json({
      data: [
        { person: 'a@example.com', calls: 12 },
        { person: 'bo@example.com', calls: 3 },
      ],
    }),
  })
  expect((await said).lines.slice(2)).toEqual([
    'person          calls',
    'a@example.com   12',
    'bo@example.com  3',
  ])
  expect(requests[0]?.url).toBe(
    'https://api.cloudflare.com/client/v4/accounts/acc/analytics_engine/sql',
  )
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer tok')
})

test('a refusal by the SQL API does not show the token', async () => {
  const { said } = run(['query', 'people'], {
    env: { CF_ACCOUNT_ID: 'acc', CF_API_TOKEN: 'tok-secret' },
    answer: new Response('tok-secret', { status: 403 }),
  })
  await expect(said).rejects.toThrow(
    /^Analytics Engine answered 403\. Is CF_API_TOKEN a token with/,
  )
})

test('columns says what stands where', async () => {
  expect((await run(['columns']).said).lines).toContain('blob3     tool')
})

test('export says where exports come from, and anything else how to ask', async () => {
  expect((await run(['export']).said).lines[0]).toContain('/audit')
  await expect(run(['nonsense']).said).rejects.toThrow('npm run audit')
})

test('there are at least ten questions, of columns that exist and functions that Analytics Engine has', () => {
  expect(Object.keys(questions).length).toBeGreaterThanOrEqual(10)
  const known = new Set(columns.map(({ sql }) => sql))
  // https://developers.cloudflare.com/analytics/analytics-engine/sql-reference/
  const functions = new Set([
    'SUM',
    'COUNT',
    'MIN',
    'MAX',
    'IF',
    'NOW',
    'IN',
    'quantileExactWeighted',
    'toStartOfHour',
    'toStartOfDay',
  ])
  for (const [name, { sql }] of Object.entries(questions)) {
    const text = sql(7)
    const used = [...text.matchAll(/\b(?:blob|double|index)\d+\b/g)].map(([column]) => column)
    expect([name, used.filter((column) => !known.has(column))]).toEqual([name, []])
    const called = [...text.matchAll(/\b([A-Za-z]+) ?\(/g)].map(([, word = '']) => word)
    expect([name, called.filter((word) => !functions.has(word))]).toEqual([name, []])
    expect(text).toContain('_sample_interval')
    expect(text).toContain('timestamp > NOW()')
  }
})
