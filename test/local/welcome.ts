import { devPeople } from '../../workers/hub/sign-in/dev.ts'
import type { Stack } from './stack.ts'

/** What to read when it is up: where everything is, and what to do first. */
export function welcome(stack: Stack, portBase: number): string {
  const { hub, ...endpoints } = stack.urls
  const ids = Object.keys(endpoints)
  const width = Math.max(...ids.map((id) => id.length), 3)
  const sections = [
    ...(stack.problems.length > 0
      ? [
          section(
            'Left out',
            stack.problems.map(({ worker, reason }) => `${worker}: ${reason}`),
          ),
        ]
      : []),
    section('Hub (sign in, connect, approve, audit)', [hub ?? 'not running']),
    section(
      'Endpoints',
      ids.map((id) => `${id.padEnd(width)}  ${endpoints[id]}/mcp`),
    ),
    section(
      'Add them to Claude Code',
      ids.map((id) => `claude mcp add --transport http ${id} ${endpoints[id]}/mcp`),
    ),
    section(
      'Sign in as (no password: this works on your own machine only)',
      devPeople.map(
        ({ email, groups }) =>
          `${email.padEnd(22)}  ${groups.join(', ') || 'no group, so no access'}`,
      ),
    ),
    ...(stack.upstreams.length > 0
      ? [
          section(
            'Pretend systems',
            stack.upstreams.map(({ title, url }) => `${title}: ${url}`),
          ),
        ]
      : []),
    ...(stack.database ? [section('Database', [described(stack.database.prepared)])] : []),
    section('What next', [
      `Open ${hub ?? 'the hub'}, sign in as engineer@example.com, and follow the page; or run \`npm run demo\`.`,
      'Then ask Claude: "How many orders failed in the last 24 hours, and why?"',
      `State is kept in .local/${portBase}; \`npm start -- --fresh\` forgets it. Ctrl-C stops everything.`,
    ]),
  ]
  return sections.join('\n\n')
}

const section = (title: string, lines: readonly string[]) =>
  [title, ...lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`)].join('\n')

const described = (prepared: 'loaded' | 'moved' | 'fresh' | 'foreign') =>
  ({
    loaded: 'A web shop with 50,000 orders, made just now',
    moved: 'A web shop with 50,000 orders; its times were moved to now',
    fresh: 'A web shop with 50,000 orders',
    foreign: 'Your own, as it is. Roles and grants: workers/postgres/roles.sql',
  })[prepared]
