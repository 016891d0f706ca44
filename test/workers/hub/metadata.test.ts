import { expect, test } from 'vitest'
import { catalogue } from '../../../shared/catalogue.ts'
import { fetchHub, issuer, resource } from './hub.ts'

const url = `${issuer}/.well-known/oauth-authorization-server`

test('the authorization server’s metadata says what MCP clients decide by', async () => {
  const response = await fetchHub(new Request(url))
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    registration_endpoint: `${issuer}/oauth/register`,
    revocation_endpoint: `${issuer}/oauth/token`,
    protected_resources: [resource],
    scopes_supported: ['postgres:read', 'postgres:write', 'offline_access'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: expect.arrayContaining(['none', 'client_secret_basic']),
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'ES256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  })
})

test('a browser client of any origin may read the metadata and ask for tokens', async () => {
  const origin = 'https://claude.ai'
  const metadata = await fetchHub(new Request(url, { headers: { origin } }))
  expect(metadata.headers.get('access-control-allow-origin')).toBe(origin)
  const preflight = await fetchHub(
    new Request(`${issuer}/oauth/token`, { method: 'OPTIONS', headers: { origin } }),
  )
  expect(preflight.status).toBe(204)
})

test('the endpoints are listed for whoever sets up clients', async () => {
  const response = await fetchHub(new Request(`${issuer}/endpoints.json`))
  expect(await response.json()).toEqual({
    endpoints: [
      {
        id: 'postgres',
        title: catalogue.postgres.title,
        url: resource,
        scopes: ['postgres:read', 'postgres:write'],
        tools: expect.arrayContaining(['query_database', 'get_postgres_approval_result']),
      },
    ],
  })
})

test('healthz answers under any name with the version', async () => {
  const response = await fetchHub(new Request('http://elsewhere.example/healthz'))
  expect(await response.json()).toEqual({ ok: true, version: expect.any(String) })
})
