import { describe, expect, it } from 'vitest'
import { ToolError } from '../../../shared/errors.ts'
import { accessTo, visibleDatabases } from '../../../workers/postgres/databases.ts'

const shop = {
  title: 'Shop',
  owner: 'o@example.com',
  secret: 'SHOP_URL',
  schemas: ['public', 'support'],
}
const crm = { ...shop, title: 'CRM', secret: 'CRM_URL', schemas: ['crm'] }
const url = 'postgres://login:hunter2@db.example.com/shop'

function context(
  databases: unknown,
  limits: object = {},
  secrets: object = { SHOP_URL: url, CRM_URL: url },
) {
  return {
    principal: { userId: 'u', email: 'a@example.com', name: 'A', groups: [], clientId: 'c' },
    callId: 'id',
    limits: { databases: ['*'], schemas: ['*'], role: ['reader'], ...limits },
    signal: new AbortController().signal,
    env: {
      DATABASES: typeof databases === 'string' ? databases : JSON.stringify(databases),
      ...secrets,
    },
    cursor: undefined,
    progress: () => undefined,
    log: () => undefined,
  }
}
const thrown = (work: () => unknown): ToolError => {
  try {
    work()
  } catch (error) {
    if (error instanceof ToolError) return error
  }
  throw new Error('no ToolError')
}

describe('the databases of a person', () => {
  it('are those of the configuration that policy names, with the schemas of both', () => {
    expect(visibleDatabases(context({ shop, crm }))).toEqual([
      {
        id: 'shop',
        title: 'Shop',
        owner: 'o@example.com',
        mode: 'read',
        schemas: ['public', 'support'],
      },
      { id: 'crm', title: 'CRM', owner: 'o@example.com', mode: 'read', schemas: ['crm'] },
    ])
    expect(visibleDatabases(context({ shop, crm }, { schemas: ['support', 'hr'] }))).toMatchObject([
      { id: 'shop', schemas: ['support'] },
    ])
    expect(visibleDatabases(context({ shop, crm }, { databases: ['crm', 'other'] }))).toMatchObject(
      [{ id: 'crm' }],
    )
    expect(visibleDatabases(context({ shop }, { databases: [] }))).toEqual([])
  })

  it('need a name when there are several, and only then', () => {
    expect(accessTo(context({ shop }), undefined).id).toBe('shop')
    expect(accessTo(context({ shop, crm }, { databases: ['crm'] }), undefined).id).toBe('crm')
    expect(accessTo(context({ shop, crm }), 'crm').schemas).toEqual(['crm'])
    expect(thrown(() => accessTo(context({ shop, crm }), undefined))).toMatchObject({
      code: 'invalid_input',
      message: 'Name the database: one of shop, crm.',
    })
  })

  it('are not told apart from those that do not exist', () => {
    const of = (name: string) =>
      thrown(() => accessTo(context({ shop, crm }, { databases: ['shop'] }), name))
    expect(of('crm')).toMatchObject({
      code: 'not_found',
      message: 'There is no such database for you. There is: shop.',
    })
    expect(of('nowhere').message).toBe(of('crm').message)
    expect(of('constructor').message).toBe(of('crm').message)
  })

  it('need a role from policy', () => {
    for (const role of [[], [''], ['none'], ['NONE'], ['pg_monitor'], ['a"b'], ['x'.repeat(64)]])
      expect(thrown(() => accessTo(context({ shop }, { role }), 'shop')).code).toBe('forbidden')
  })
})

describe('a configuration', () => {
  it.each([
    ['is no JSON', '{'],
    ['has a schema of PostgreSQL itself', { shop: { ...shop, schemas: ['pg_catalog'] } }],
    ['has no schema', { shop: { ...shop, schemas: [] } }],
    ['has a secret in place of its name', { shop: { ...shop, secret: url } }],
    ['has an id that is none', { 'Shop!': shop }],
    ['has no binding in place of its name', { shop: { ...shop, network: 'https://db.internal' } }],
    ['allows more time than a call has', { shop: { ...shop, timeoutSeconds: 60 } }],
  ])('that %s is refused by the name of the variable alone', (_, databases) => {
    const error = thrown(() => visibleDatabases(context(databases)))
    expect(error.code).toBe('misconfigured')
    expect(error.message).toContain('DATABASES')
    expect(error.message + JSON.stringify(error.details)).not.toContain('hunter2')
  })

  it.each([
    [{}, 'SHOP_URL'],
    [{ SHOP_URL: 'hunter2' }, 'SHOP_URL'],
    [{ SHOP_URL: 'https://login:hunter2@db.example.com/shop' }, 'SHOP_URL'],
    [{ SHOP_URL: 'postgres://db.example.com/shop' }, 'SHOP_URL'],
    [{ SHOP_URL: 'postgres://login:hunter2@db.example.com' }, 'SHOP_URL'],
    [{ SHOP_URL: url, SHOP_URL_NEXT: 'hunter2' }, 'SHOP_URL_NEXT'],
  ])('whose secrets are %j names %s and not what is in it', (secrets, name) => {
    const error = thrown(() => accessTo(context({ shop }, {}, secrets), 'shop'))
    expect(error.code).toBe('misconfigured')
    expect(error.message).toMatch(new RegExp(`^The secret ${name} is missing`))
    expect(error.message + JSON.stringify(error.details)).not.toContain('hunter2')
  })

  it('names the binding into a private network when it leads nowhere, and never asks the internet', () => {
    const inside = { shop: { ...shop, network: 'SHOP_NETWORK' } }
    for (const binding of [undefined, 'https://db.internal', { fetch: 'no' }]) {
      const secrets = { SHOP_URL: url, SHOP_NETWORK: binding }
      const error = thrown(() => accessTo(context(inside, {}, secrets), 'shop'))
      expect(error.code).toBe('misconfigured')
      expect(error.message).toMatch(/^The binding SHOP_NETWORK, which leads to this database,/)
    }
    const network = { fetch: async () => new Response() }
    const bound = { SHOP_URL: url, SHOP_NETWORK: network }
    expect(accessTo(context(inside, {}, bound), 'shop').network).toBe(network)
  })

  it('with one broken secret leaves the other databases usable', () => {
    expect(accessTo(context({ shop, crm }, {}, { CRM_URL: url }), 'crm').id).toBe('crm')
  })
})
