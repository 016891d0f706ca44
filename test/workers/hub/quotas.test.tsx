import { expect, test } from 'vitest'
import { Quotas } from '../../../workers/hub/pages/admin.tsx'

test('quotas in use are shown with who is near them', () => {
  const users = [
    { user: 'busy@example.com', calls: 1_200 },
    { user: 'half@example.com', calls: 600 },
    { user: '<b>@example.com', calls: 3 },
  ]
  const quota = {
    id: 'reads',
    integration: 'postgres',
    tool: undefined,
    limit: 1_000,
    per: 'hour',
    users,
  } as const
  const html = String(
    <Quotas quotas={[quota, { ...quota, id: 'writes', tool: 'write', users: [] }]} />,
  )
  expect(html).toContain('every call to postgres')
  expect(html).toContain('1,000 per hour')
  expect(html).toContain('<span class="badge bad">1,200</span>')
  expect(html).toContain('<span class="badge warn">600</span>')
  expect(html).toContain('&lt;b&gt;@example.com')
  expect(html).toContain('nobody')
  expect(String(<Quotas quotas={[]} />)).toContain('Policy sets none')
})
