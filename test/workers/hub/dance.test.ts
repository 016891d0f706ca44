import { expect, test } from 'vitest'
import { connected, refresh, resource, validated } from './hub.ts'

test('a person signs in, consents, and the client gets tokens for one endpoint', async () => {
  const scopes = ['postgres:read', 'postgres:write']
  const { tokens, clientId } = await connected('engineer@example.com', scopes)
  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^engineer%40example\.com:/),
    refresh_token: expect.stringMatching(/^engineer%40example\.com:/),
    token_type: 'bearer',
    expires_in: expect.closeTo(3600, -1),
    scope: 'postgres:read postgres:write',
    resource,
  })
  expect(await validated(tokens.access_token)).toEqual({
    userId: 'engineer%40example.com',
    clientId,
    audience: resource,
    expiresAt: expect.any(Number),
    scope: scopes,
    props: {
      email: 'engineer@example.com',
      name: 'Edgar Engineer',
      groups: ['engineering'],
      slice: {
        version: expect.stringMatching(/^[0-9a-f]{12}$/),
        tools: expect.objectContaining({
          query_database: {
            rule: 'engineers-use-shop',
            mode: 'never',
            limits: {
              databases: ['shop'],
              schemas: ['public', 'support'],
              role: ['gatehouse_engineer'],
            },
          },
          execute_database_write: expect.objectContaining({ mode: 'ask' }),
          get_postgres_approval_result: expect.objectContaining({ mode: 'never' }),
        }),
        quotas: [],
        off: [],
      },
    },
  })
})

test('a refresh gives new tokens that work', async () => {
  const { tokens, clientId } = await connected('engineer@example.com')
  const response = await refresh(clientId, tokens.refresh_token)
  expect(response.status).toBe(200)
  const renewed = await response.json<typeof tokens>()
  expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
  expect(await validated(renewed.access_token)).toMatchObject({ clientId })
})

test('an analyst sees fewer tools and a narrower database role', async () => {
  const { tokens } = await connected('analyst@example.com')
  const validation = await validated(tokens.access_token)
  const tools = validation?.props.slice.tools ?? {}
  expect(Object.keys(tools)).toEqual([
    'list_databases',
    'search_database_schema',
    'get_table_schema',
    'query_database',
  ])
  expect(tools.query_database?.limits.role).toEqual(['gatehouse_analyst'])
})
