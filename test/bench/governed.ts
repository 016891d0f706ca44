/** What governance costs: the cheapest governed read with everything on, against the bare SDK handler. */
import { connect } from '../local/sign-in.ts'
import type { Stack } from '../local/stack.ts'
import type { Row } from './compare.ts'
import { compareApart } from './load-process.ts'
import type { Target } from './target.ts'

export async function governedTargets(stack: Stack, bareUrl: string): Promise<Target[]> {
  const resource = `${stack.urls.postgres}/mcp`
  const { access_token: token } = await connect({ resource, email: 'engineer@example.com' })
  const read = { url: resource, tool: 'list_databases', args: {}, token }
  return [
    {
      label: 'bare SDK handler',
      url: `${bareUrl}/mcp`,
      era: '2026-07-28',
      tool: 'echo',
      args: { text: 'hi' },
    },
    { label: 'governed read', era: '2026-07-28', ...read },
    { label: 'governed read, 2025 client', era: '2025-11-25', ...read },
  ]
}

export async function measureGoverned(stack: Stack, bareUrl: string): Promise<Row[]> {
  const targets = await governedTargets(stack, bareUrl)
  const plan = { targets, rounds: 9, warmUp: 500 }
  return [
    ...(await compareApart({ ...plan, clients: 1, calls: 1200 })),
    ...(await compareApart({ ...plan, clients: 8, calls: 2400 })),
  ]
}
