import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env as bindings } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { path } from '../../../shared/path.ts'
import { restClient } from '../../../shared/rest.ts'
import { bearer, clientCredentials } from '../../../shared/rest/credential.ts'
import type { Budget, RestOptions } from '../../../shared/rest/options.ts'
import type { Upstream } from '../../../shared/upstream.ts'
import { callOf, outcomeOf } from './calls.ts'

const env = bindings as unknown as { UPSTREAM: DurableObjectNamespace<Upstream> }

const Thing = z.object({ id: z.string() })
const limits = { perSecond: 1_000, burst: 1_000, concurrent: 6 }

/** Each test has an upstream, and so an object, of its own. */
let host = ''
let serial = 0
const upstream = () => env.UPSTREAM.getByName(`https://${host} `)
const ask = (person: string, more: object = {}) => ({
  person,
  route: 'GET /x',
  waitMs: 5_000,
  limits,
  used: [],
  ...more,
})

/** What the network answers, and what was asked of it. */
let answer: (request: Request) => Response | Promise<Response>
const sent: string[] = []
beforeEach(() => {
  host = `u${(serial += 1)}.example.com`
  sent.length = 0
  answer = () => Response.json({ id: 'x' })
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = new Request(input)
    sent.push(`${request.method} ${new URL(request.url).pathname}`)
    return answer(request)
  })
})
afterEach(() => void vi.restoreAllMocks())

const client = (more: Partial<RestOptions> = {}, budget: Budget = {}) =>
  restClient(z.object({}), () => ({
    name: 'Shop',
    baseUrl: `https://${host}`,
    credentials: [bearer('t')],
    budget: { perSecond: 1_000, ...budget },
    ...more,
  }))
/** An isolate's bindings: what it remembers between calls hangs on this object. */
const isolate = (): object => ({ ...env })

describe('a turn', () => {
  it('is given back by a report, or by letting go of it', async () => {
    const one = { limits: { ...limits, concurrent: 1 } }
    using first = await upstream().enter(ask('ann', one))
    const second = upstream().enter(ask('bob', one))
    const third = upstream().enter(ask('cyd', one))
    if (!('turn' in first)) throw new Error('refused')
    await first.turn.done({ health: 'up' })
    const granted = await second
    expect(granted).toHaveProperty('turn')
    granted[Symbol.dispose]() // the isolate died, say
    expect(await third).toHaveProperty('turn')
  })

  it('waits no longer than it was told to', async () => {
    const one = { limits: { ...limits, concurrent: 1 }, waitMs: 30 }
    using first = await upstream().enter(ask('ann', one))
    expect(first).toHaveProperty('turn')
    expect(await upstream().enter(ask('bob', one))).toEqual({
      refused: { why: 'late', retryAfterMs: 5_000 },
    })
  })

  it('that makes no sense is refused by the object', async () => {
    await runInDurableObject(upstream(), (object) => {
      expect(() => object.enter(ask('ann', { waitMs: -1 }))).toThrow('waitMs')
      expect(() => object.report({ health: 'splendid' as 'up' })).toThrow('health')
    })
  })
})

describe('a pause the upstream asked one person for', () => {
  it('is kept by everybody, and by the object over an eviction', async () => {
    answer = () => new Response(null, { status: 429, headers: { 'retry-after': '60' } })
    const shop = client()
    expect(await outcomeOf(shop(callOf(isolate(), 'ann').ctx).get(path`/x`, Thing))).toBe(
      'upstream_unavailable',
    )
    expect(sent).toHaveLength(1)
    await evictDurableObject(upstream())
    answer = () => Response.json({ id: 'x' })
    const bob = shop(callOf(isolate(), 'bob').ctx).get(path`/y`, Thing)
    await expect(bob).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: expect.stringMatching(
        /^Shop asks for a pause\. .* try again in (5\d|60) seconds\.$/,
      ) as string,
      details: { refused: 'limited' },
    })
    expect(sent).toHaveLength(1)
  })

  it('can be about one route and leave the others alone', async () => {
    answer = () => new Response(null, { status: 429, headers: { 'retry-after': '60' } })
    const shop = client({}, { retryAfter: 'route' })
    await outcomeOf(shop(callOf(isolate()).ctx).get(path`/x/${1}`, Thing))
    answer = () => Response.json({ id: 'x' })
    const later = shop(callOf(isolate(), 'bob').ctx)
    expect(await outcomeOf(later.get(path`/x/${2}`, Thing))).toBe('upstream_unavailable')
    expect(await outcomeOf(later.get(path`/y`, Thing))).toBe('ok')
    expect(sent).toEqual(['GET /x/1', 'GET /y'])
  })
})

describe('an upstream that is down', () => {
  it('is said to be, and since when, without asking it', async () => {
    answer = () => new Response(null, { status: 503 })
    const shop = client()
    for (let i = 0; i < 2; i++)
      await outcomeOf(shop(callOf(isolate(), `p${i}`).ctx).get(path`/x`, Thing))
    const asked = sent.length
    await expect(
      shop(callOf(isolate(), 'ann').ctx).post(path`/x`, Thing, { body: {} }),
    ).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: expect.stringMatching(
        /^Shop has not answered for \d seconds, so nothing is sent to it/,
      ) as string,
      details: { refused: 'down' },
    })
    expect(sent).toHaveLength(asked)
    expect(asked).toBe(5) // the fifth failure in a row ends the second person's attempts too
  })
})

describe('one busy person', () => {
  it('does not keep another waiting, even with requests that never end', async () => {
    answer = ({ url, signal }) =>
      url.endsWith('/busy')
        ? new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')))
          })
        : Response.json({ id: 'x' })
    const shop = client({}, { perSecond: 50 })
    const busy = callOf(isolate(), 'busy')
    const stuck = Array.from({ length: 12 }, () =>
      outcomeOf(shop(busy.ctx).get(path`/busy`, Thing)),
    )
    for (let i = 0; i < 5; i++)
      expect(await outcomeOf(shop(callOf(isolate(), 'ann').ctx).get(path`/x`, Thing))).toBe('ok')
    expect(sent.filter((s) => s === 'GET /busy').length).toBeLessThanOrEqual(5)
    busy.abort.abort()
    expect(new Set(await Promise.all(stuck))).toEqual(new Set(['upstream_unavailable']))
    expect(await outcomeOf(shop(callOf(isolate(), 'busy').ctx).get(path`/x`, Thing))).toBe('ok')
  })
})

describe('while it is calm', () => {
  /** The real object behind a binding that counts. */
  function counting() {
    const asks: string[] = []
    const stub = upstream()
    const UPSTREAM = {
      idFromName: (name: string) => name,
      get: () => ({
        enter: (input: Parameters<typeof stub.enter>[0]) => {
          asks.push(input.person)
          return stub.enter(input)
        },
        token: (id: string) => stub.token(id),
        forget: (id: string, token: string) => stub.forget(id, token),
        report: (report: Parameters<typeof stub.report>[0]) => stub.report(report),
      }),
    }
    return { asks, env: { ...env, UPSTREAM } }
  }

  it('one ask serves five requests of an isolate', async () => {
    const { asks, env: counted } = counting()
    const shop = client()
    for (let i = 0; i < 20; i++) await shop(callOf(counted).ctx).get(path`/x`, Thing)
    expect([sent.length, asks.length]).toEqual([20, 4])
  })

  it('bad news from a leased request reaches everybody', async () => {
    const { asks, env: counted } = counting()
    const shop = client()
    await shop(callOf(counted).ctx).get(path`/x`, Thing)
    answer = () => new Response(null, { status: 429, headers: { 'retry-after': '60' } })
    await outcomeOf(shop(callOf(counted).ctx).get(path`/x`, Thing))
    expect(asks).toHaveLength(1)
    expect(await upstream().enter(ask('bob'))).toMatchObject({ refused: { why: 'limited' } })
  })
})

describe('an object that can’t be reached', () => {
  it('stops nobody', async () => {
    const broken = () => Promise.reject(new Error('overloaded'))
    const UPSTREAM = {
      idFromName: (name: string) => name,
      get: () => ({ enter: broken, token: broken, forget: broken, report: broken }),
    }
    const { ctx } = callOf({ ...env, UPSTREAM })
    expect(await client()(ctx).get(path`/x`, Thing)).toEqual({ id: 'x' })
  })
})

describe('tokens', () => {
  const machine = () =>
    client({
      credentials: [
        clientCredentials({ tokenUrl: `https://${host}/token`, clientId: 'g', clientSecret: 's' }),
      ],
    })

  it('are minted once for many isolates that need one at the same time', async () => {
    answer = async (request) => {
      if (!request.url.endsWith('/token')) return Response.json({ id: 'x' })
      await new Promise((resolve) => setTimeout(resolve, 20))
      return Response.json({ access_token: 't1', token_type: 'Bearer', expires_in: 600 })
    }
    const shop = machine()
    const calls = Array.from({ length: 10 }, (_, i) =>
      outcomeOf(shop(callOf(isolate(), `p${i}`).ctx).get(path`/x`, Thing)),
    )
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['ok']))
    expect(sent.filter((s) => s === 'POST /token')).toHaveLength(1)
  })

  it('that can’t be minted by one are tried by the next', async () => {
    let tries = 0
    answer = (request) => {
      if (!request.url.endsWith('/token')) return Response.json({ id: 'x' })
      tries += 1
      return tries === 1
        ? new Response(null, { status: 500 })
        : Response.json({ access_token: 't1', token_type: 'Bearer', expires_in: 600 })
    }
    const shop = machine()
    const outcomes = await Promise.all(
      [1, 2].map((i) => outcomeOf(shop(callOf(isolate(), `p${i}`).ctx).get(path`/x`, Thing))),
    )
    expect(outcomes.sort()).toEqual(['ok', 'upstream_unavailable'])
  })

  it('that are refused are minted anew, and nobody is given the old one again', async () => {
    let minted = 0
    answer = (request) => {
      if (request.url.endsWith('/token'))
        return Response.json({
          access_token: `t${(minted += 1)}`,
          token_type: 'Bearer',
          expires_in: 600,
        })
      const good = request.headers.get('authorization') === `Bearer t${minted}` && minted > 1
      return good ? Response.json({ id: 'x' }) : Response.json({}, { status: 401 })
    }
    const shop = machine()
    expect(await outcomeOf(shop(callOf(isolate()).ctx).get(path`/x`, Thing))).toBe('ok')
    expect(await outcomeOf(shop(callOf(isolate(), 'bob').ctx).get(path`/x`, Thing))).toBe('ok')
    expect(sent.filter((s) => s === 'POST /token')).toHaveLength(2)
  })
})
