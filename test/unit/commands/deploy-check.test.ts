import { describe, expect, it } from 'vitest'
import { deployProblems, type WorkerSettings } from '../../../shared/commands/deploy-check.ts'

const hub: WorkerSettings = {
  id: 'hub',
  vars: {
    ISSUER: 'https://hub.acme.com',
    SIGN_IN: 'oidc',
    ENDPOINTS: '{"postgres":"https://db.acme.com"}',
  },
  requiredSecrets: ['SESSION_SECRET'],
  kvNamespaces: [{ binding: 'OAUTH_KV', id: 'abc' }],
}
const postgres: WorkerSettings = {
  id: 'postgres',
  vars: { ENDPOINT_URL: 'https://db.acme.com', HUB_URL: 'https://hub.acme.com' },
  requiredSecrets: ['CURSOR_SECRET', 'SHOP_DATABASE_URL'],
  kvNamespaces: [],
}
const set = { hub: ['SESSION_SECRET'], postgres: ['CURSOR_SECRET', 'SHOP_DATABASE_URL'] }
const told = (...problems: ReturnType<typeof deployProblems>) =>
  problems.map(({ worker, what }) => `${worker}: ${what}`)

describe('the check before a deploy', () => {
  it('finds nothing when everything is set', () => {
    expect(deployProblems([hub, postgres], hub, set)).toEqual([])
  })

  it('names each missing secret with the command that sets it', () => {
    expect(deployProblems([postgres], hub, { postgres: ['CURSOR_SECRET'] })).toEqual([
      {
        worker: 'postgres',
        what: 'The secret SHOP_DATABASE_URL is not set.',
        fix: 'Run: npx wrangler secret put SHOP_DATABASE_URL --env postgres',
      },
    ])
  })

  it('asks for no secrets when nobody looked them up, as in a dry run', () => {
    expect(deployProblems([hub, postgres], hub)).toEqual([])
  })

  it('refuses example addresses, plain http, dev sign-in and a namespace without id', () => {
    const fresh = {
      ...hub,
      vars: { ISSUER: 'http://hub.example.com', SIGN_IN: 'dev', ENDPOINTS: '{}' },
      kvNamespaces: [{ binding: 'OAUTH_KV' }],
    }
    expect(told(...deployProblems([fresh], fresh))).toEqual([
      'hub: ISSUER still holds an example address.',
      'hub: OAUTH_KV has no namespace yet.',
      'hub: ISSUER is not an https address.',
      'hub: SIGN_IN is "dev", which only runs on one machine.',
    ])
  })

  it('refuses an endpoint that the hub does not know at this address, or that knows another hub', () => {
    const moved = {
      ...postgres,
      vars: { ENDPOINT_URL: 'https://pg.acme.com', HUB_URL: 'https://old.acme.com' },
    }
    expect(told(...deployProblems([moved], hub))).toEqual([
      `postgres: HUB_URL is not the hub's ISSUER.`,
      `postgres: The hub's ENDPOINTS does not name this endpoint at https://pg.acme.com.`,
    ])
    expect(
      told(...deployProblems([postgres], { ...hub, vars: { ...hub.vars, ENDPOINTS: 'not json' } })),
    ).toEqual([`postgres: The hub's ENDPOINTS does not name this endpoint at https://db.acme.com.`])
  })
})
