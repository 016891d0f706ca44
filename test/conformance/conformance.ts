/**
 * `npm run conformance`: the official suite (`@modelcontextprotocol/conformance`) against our shell,
 * the real Postgres endpoint and the hub. Exits non-zero on any failure that `not-offered.ts` does
 * not name, and on any that it names and that passes.
 */
import { connect } from '../local/sign-in.ts'
import { startStack } from '../local/stack.ts'
import { runAuthorization } from './authorization.ts'
import { openBearerProxy } from './bearer-proxy.ts'
import { notOffered } from './not-offered.ts'
import { runSuite, type Results } from './suite.ts'
import { judge, unknownEntries, type Expectations } from './verdict.ts'

/** What needs no tool, resource or prompt of the suite's own, so that any endpoint can show it. */
const anyEndpoint = [
  'completion-complete',
  'dns-rebinding-protection',
  'prompts-list',
  'resources-list',
  'tools-list',
]
const modern = [
  ...anyEndpoint,
  'caching',
  'http-header-validation',
  'input-required-result-unsupported-methods',
  'sep-2164-resource-not-found',
  'server-sse-multiple-streams',
  'server-stateless',
]
const legacy = [...anyEndpoint, 'ping', 'server-initialize']
const sessions = [...legacy, 'server-session-lifecycle', 'server-sse-multiple-streams']

const email = 'engineer@example.com'
const begun = Date.now()
const stopped = new AbortController()
const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(85_000)])
await using opened = new AsyncDisposableStack()
const unlimited = { BURST_PER_MINUTE: '1000000' }
const stack = await startStack({
  portBase: 'free',
  workers: ['hub', 'postgres'],
  fixtures: [{ id: 'fixture', main: 'test/conformance/worker.ts', like: 'postgres' }],
  settings: { postgres: unlimited, fixture: unlimited },
})
opened.defer(() => stack.close())
// In place of Miniflare's own listeners, which end the process at once and leave the folders behind.
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.removeAllListeners(name).once(name, () => stopped.abort(new Error(`Stopped: ${name}.`)))
const { hub = '', postgres = '', fixture = '' } = stack.urls
const { access_token: token } = await connect({ resource: `${postgres}/mcp`, email })

/** The address to give to the suite, which brings no token and declares little. */
async function signedIn(target: string, capabilities?: Record<string, unknown>): Promise<string> {
  const proxy = await openBearerProxy({ target, token, ...(capabilities && { capabilities }) })
  opened.defer(() => proxy.close())
  return `${proxy.origin}/mcp`
}
const asking = { elicitation: { form: {}, url: {} } }
const endpoints = {
  fixture: await signedIn(fixture),
  postgres: await signedIn(postgres),
  fixtureInSession: await signedIn(fixture, asking),
  postgresInSession: await signedIn(postgres, asking),
}

interface Run {
  readonly title: string
  run(): Promise<Results>
  readonly expected?: Partial<Expectations>
}
const server = (url: string, ...which: string[]) =>
  runSuite(['server', '--url', url, ...which], { signal })
const revision = (url: string, name: string) => server(url, '--requirements', name)
const real = { withoutDiagnosticTools: true }
const runs: readonly Run[] = [
  {
    title: 'Our shell, 2026-07-28',
    run: () => revision(endpoints.fixture, '2026-07-28'),
  },
  {
    title: 'Our shell, 2025-11-25',
    run: () => revision(endpoints.fixture, '2025-11-25'),
  },
  {
    title: 'Our shell, 2025-06-18',
    run: () => server(endpoints.fixture, '--suite', 'active', '--spec-version', '2025-06-18'),
  },
  {
    title: 'Our shell, 2025-03-26, every client in a session',
    run: () =>
      server(endpoints.fixtureInSession, '--suite', 'active', '--spec-version', '2025-03-26'),
  },
  {
    title: 'Our shell, 2025-11-25, every client in a session',
    run: () => revision(endpoints.fixtureInSession, '2025-11-25'),
    expected: { only: sessions },
  },
  {
    title: 'The Postgres endpoint, 2026-07-28',
    run: () => revision(endpoints.postgres, '2026-07-28'),
    expected: { ...real, only: modern },
  },
  {
    title: 'The Postgres endpoint, 2025-11-25',
    run: () => revision(endpoints.postgres, '2025-11-25'),
    expected: { ...real, only: legacy },
  },
  {
    title: 'The Postgres endpoint, 2025-11-25, every client in a session',
    run: () => revision(endpoints.postgresInSession, '2025-11-25'),
    expected: { ...real, only: sessions },
  },
  {
    title: 'The hub as authorization server',
    run: () => runAuthorization({ hub, resource: `${postgres}/mcp`, email, signal }),
  },
]

let passed = 0
let failed = 0
const all: Results[] = []
for (const { title, run, expected } of runs) {
  const results = await run()
  all.push(results)
  const verdict = judge(results, { notOffered, ...expected })
  passed += verdict.passed
  failed += verdict.failed
  console.log(`\n${title}: ${verdict.passed} passed, ${verdict.failed} failed`)
  for (const line of verdict.lines) console.log(line)
}
for (const name of unknownEntries(notOffered, all)) {
  failed++
  console.log(`\n✗ not-offered.ts names ${name}, which the suite doesn't have`)
}
console.log('\nNot offered, on purpose:')
for (const { what, why } of notOffered) console.log(`  ${what}: ${why}`)
console.log(`\nin ${Math.round((Date.now() - begun) / 1000)} s`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
