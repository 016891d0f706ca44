import { describe, expect, it } from 'vitest'
import { rangesOf, refusedNetwork } from '../../../shared/network.ts'

const rules = { host: 'db.example.com', origins: ['https://tools.example.com'] }
const from = (headers: Record<string, string>, url = 'https://db.example.com/mcp') =>
  new Request(url, { headers })
const status = (request: Request, networks = '') =>
  refusedNetwork(new URL(request.url), request.headers, {
    ...rules,
    ranges: rangesOf(networks) ?? [],
  })?.status

describe('the network rules', () => {
  it.each([
    'https://claude.ai',
    'https://claude.com',
    'http://localhost:6274',
    'http://127.0.0.1:3000',
    'https://db.example.com',
    'https://tools.example.com',
  ])('let the origin %s pass', (origin) => {
    expect(status(from({ origin }))).toBeUndefined()
  })

  it.each([
    'https://evil.example',
    'https://claude.ai.evil.example',
    'http://claude.ai',
    'null',
    'http://localhost.evil.example',
    'https://db.example.com:8443',
    'http://127.0.0.1.evil.example',
  ])('refuse the origin %s', (origin) => {
    expect(status(from({ origin }))).toBe(403)
  })

  it('refuse another host, so that DNS rebinding gets nowhere', () => {
    expect(status(from({}, 'https://evil.example/mcp'))).toBe(421)
  })

  it.each([
    ['160.79.104.10', undefined],
    ['160.79.111.255', undefined],
    ['160.79.112.1', 403],
    ['10.1.2.3', undefined],
    ['2001:db8:7::1', undefined],
    ['2001:db9::1', 403],
    ['::ffff:10.1.2.3', undefined],
    ['not an address', 403],
  ])('limit who may connect to the ranges given: %s', (address, expected) => {
    expect(
      status(from({ 'cf-connecting-ip': address }), 'anthropic, 10.0.0.0/8, 2001:db8::/32'),
    ).toBe(expected)
  })

  it('refuse a request whose address is not known', () => {
    expect(status(from({}), 'anthropic')).toBe(403)
  })

  it.each(['10.0.0.0', '10.0.0.0/33', 'anthropic;10.0.0.0/8', 'antropic', '10.0.0.0/8, x', '/8'])(
    'know that this is no range: %s',
    (networks) => {
      expect(rangesOf(networks)).toBeUndefined()
    },
  )

  it.each([
    ['', 0],
    [' , ', 0],
    ['10.0.0.0/8', 1],
    ['anthropic,', 2],
  ])('read the ranges of "%s"', (networks, count) => {
    expect(rangesOf(networks)).toHaveLength(count)
  })
})
