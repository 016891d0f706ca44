import { createExecutionContext } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { validateToken } from '../../../workers/hub/tokens.ts'
import { connected, env, refresh, resource } from './hub.ts'

test('a person signs in, consents, and the client gets tokens for one endpoint', async () => {
  const { tokens, clientId } = await connected('engineer@example.com', [
    'postgres:read',
    'postgres:write',
  ])
  expect(tokens).toMatchObject({ scope: 'postgres:read postgres:write', resource })
  const validation = await validateToken(
    env,
    createExecutionContext(),
    resource,
    tokens.access_token,
  )
  expect(validation).toMatchObject({
    userId: 'engineer%40example.com',
    clientId,
    audience: resource,
    scope: ['postgres:read', 'postgres:write'],
    props: { email: 'engineer@example.com', groups: ['engineering'] },
  })
  const renewed = await refresh(clientId, tokens.refresh_token)
  expect(renewed.status).toBe(200)
})
