import { beforeAll, describe, expect, test } from 'vitest'
import { argumentsHash } from '../../../../shared/hash.ts'
import type { Preview } from '../../../../shared/tool.ts'
import type { Browser } from '../browser.ts'
import { fetchHub, issuer, newBrowser } from '../hub.ts'
import { args, finish, leaseOf, preview, say, engineer, writer, type Writer } from './writes.ts'

let me: Writer
let engineers: Browser
let admins: Browser
let analysts: Browser
beforeAll(async () => {
  me = await writer('engineer@example.com')
  engineers = me.browser
  admins = newBrowser()
  analysts = newBrowser()
  await admins.signIn('admin@example.com')
  await analysts.signIn('analyst@example.com')
})

const proposed = async (over: Partial<Preview> = {}, given: Record<string, unknown> = args) =>
  (
    await me.propose({
      preview: { ...preview, ...over },
      args: given,
      argumentsHash: argumentsHash(given),
    })
  ).status.id
const pathOf = (id: string) => `/approvals/${id}`
const html = async (browser: Browser, path: string) => (await browser.get(path)).text()
const stateOf = async (id: string) => (await me.redeem(id))?.status.state
const word = (verdict: string, more: Record<string, string> = {}) =>
  Object.entries({ verdict, note: '', arguments_hash: argumentsHash(args), ...more })

describe('one approval', () => {
  test('shows what will happen, who asks, through what, and what policy says', async () => {
    const response = await engineers.get(pathOf(await proposed()))
    const page = await response.text()
    for (const text of [
      'Update 1 row of orders',
      'paid',
      'refunded',
      'Test client',
      'name not verified',
      'engineers-use-shop',
      'Execute database write',
      argumentsHash(args),
    ])
      expect(page).toContain(text)
    // It would take the note from under the person's fingers.
    expect(response.headers.get('refresh')).toBeNull()
  })

  test('is approved by the form, with a note, and then says to go back', async () => {
    const id = await proposed()
    const response = await engineers.post(pathOf(id), word('approve', { note: 'fine <b>' }))
    expect([response.status, response.headers.get('location')]).toEqual([303, pathOf(id)])
    const after = await engineers.get(pathOf(id))
    const page = await after.text()
    expect(page).toContain('Go back to your assistant')
    expect(page).toContain('fine &lt;b&gt;')
    expect(after.headers.get('refresh')).toBe('5')
    expect(await me.redeem(id)).toMatchObject({ run: { args } })
  })

  test('is denied, and withdrawn', async () => {
    const [one, two] = [await proposed(), await proposed()]
    await engineers.post(pathOf(one), word('deny', { note: 'no' }))
    await engineers.post(pathOf(two), word('withdraw'))
    expect([await stateOf(one), await stateOf(two)]).toEqual(['denied', 'withdrawn'])
    expect(await html(engineers, pathOf(one))).toContain('Denied')
  })

  test('says what became of it: running, done with its result, failed, unknown', async () => {
    const run = async () => {
      const id = await proposed()
      await say(engineer, id, 'approve')
      return { id, lease: leaseOf(await me.redeem(id)) }
    }
    const first = await run()
    expect(await html(engineers, pathOf(first.id))).toContain('It is running')
    await finish({ ...first, result: { rows: 1, note: '<i>' } })
    expect(await html(engineers, pathOf(first.id))).toContain('&lt;i&gt;')
    const second = await run()
    await finish({
      ...second,
      state: 'failed',
      error: { code: 'upstream_rejected', message: 'The row has moved.' },
    })
    expect(await html(engineers, pathOf(second.id))).toContain('The row has moved.')
    const third = await run()
    await finish({ ...third, state: 'unknown' })
    expect(await html(engineers, pathOf(third.id))).toContain('It may or may not have happened.')
  })
})

describe('who sees and decides', () => {
  test('four eyes: the proposer waits, another decides', async () => {
    const id = await proposed({ facts: { rows: 500 } })
    const mine = await html(engineers, pathOf(id))
    expect(mine).toContain('Somebody else has to decide')
    expect(mine).not.toContain('value="approve"')
    const refused = await engineers.post(pathOf(id), word('approve'))
    expect(refused.status).toBe(409)
    expect(await refused.text()).toContain('Policy does not let you decide')
    expect(await html(admins, '/approvals')).toContain(id)
    expect(await html(admins, pathOf(id))).toContain('value="approve"')
    expect((await admins.post(pathOf(id), word('approve'))).status).toBe(303)
    expect(await stateOf(id)).toBe('running')
  })

  test('strangers: the page is not there, nor is its file, nor can they decide', async () => {
    const id = await proposed()
    expect((await analysts.get(pathOf(id))).status).toBe(404)
    expect((await analysts.get(`${pathOf(id)}/whole.json`)).status).toBe(404)
    expect((await analysts.post(pathOf(id), word('approve'))).status).toBe(404)
    expect(await html(analysts, '/approvals')).not.toContain(id)
    expect((await engineers.get('/approvals/nothing')).status).toBe(404)
    expect((await engineers.get(`/approvals/${encodeURIComponent("' OR 1=1")}`)).status).toBe(404)
  })

  test('nobody who isn’t signed in', async () => {
    const id = await proposed()
    const response = await newBrowser().get(pathOf(id))
    expect([response.status, response.headers.get('location')]).toEqual([
      302,
      `/sign-in?return_to=${encodeURIComponent(pathOf(id))}`,
    ])
  })
})

describe('only a person’s own click decides', () => {
  const request = (id: string, init: RequestInit & { query?: string }) =>
    new Request(`${issuer}${pathOf(id)}${init.query ?? ''}`, { redirect: 'manual', ...init })
  const cookie = () =>
    engineers
      .cookieNames()
      .map((name) => `${name}=${engineers.cookie(name)}`)
      .join('; ')
  const body = () => new URLSearchParams(word('approve')).toString()
  const form = 'application/x-www-form-urlencoded'

  const attempts: [string, (id: string) => Request][] = [
    ['a GET', (id) => request(id, { query: `?${body()}`, headers: { cookie: cookie() } })],
    [
      'a HEAD, as link previews send',
      (id) => request(id, { method: 'HEAD', query: `?${body()}`, headers: { cookie: cookie() } }),
    ],
    [
      'a PUT',
      (id) =>
        request(id, {
          method: 'PUT',
          body: body(),
          headers: { cookie: cookie(), 'content-type': form, origin: issuer },
        }),
    ],
    [
      'the client’s own token',
      (id) =>
        request(id, {
          method: 'POST',
          body: body(),
          headers: { authorization: `Bearer ${me.token}`, 'content-type': form, origin: issuer },
        }),
    ],
    [
      'a form on another site',
      (id) =>
        request(id, {
          method: 'POST',
          body: body(),
          headers: {
            cookie: cookie(),
            'content-type': form,
            origin: 'https://evil.example.com',
            'sec-fetch-site': 'cross-site',
          },
        }),
    ],
    [
      'a form in a sandboxed frame',
      (id) =>
        request(id, {
          method: 'POST',
          body: body(),
          headers: { cookie: cookie(), 'content-type': form, origin: 'null' },
        }),
    ],
    [
      'a form without a word of where it came from',
      (id) =>
        request(id, {
          method: 'POST',
          body: body(),
          headers: { cookie: cookie(), 'content-type': form },
        }),
    ],
    [
      'plain text that looks like a form',
      (id) =>
        request(id, {
          method: 'POST',
          body: body(),
          headers: {
            cookie: cookie(),
            'content-type': 'text/plain',
            origin: 'https://evil.example.com',
          },
        }),
    ],
    [
      'JSON',
      (id) =>
        request(id, {
          method: 'POST',
          body: JSON.stringify(Object.fromEntries(word('approve'))),
          headers: { cookie: cookie(), 'content-type': 'application/json', origin: issuer },
        }),
    ],
    [
      'another host name',
      (id) =>
        new Request(`http://hub.evil.test${pathOf(id)}`, {
          method: 'POST',
          body: body(),
          headers: { cookie: cookie(), 'content-type': form, origin: issuer },
        }),
    ],
  ]
  test.each(attempts)('%s does not', async (_, attempt) => {
    const id = await proposed()
    const response = await fetchHub(attempt(id))
    expect(await stateOf(id)).toBe('proposed')
    expect(response.status).not.toBe(
      303 === response.status && response.headers.get('location') === pathOf(id) ? 303 : 0,
    )
    expect((await engineers.post(pathOf(id), word('approve'))).status).toBe(303)
    expect(await stateOf(id)).toBe('running')
  })

  test.each([
    ['no verdict', []],
    ['an unknown verdict', word('maybe')],
    ['other arguments than the page showed', word('approve', { arguments_hash: 'f'.repeat(64) })],
    ['no hash at all', word('approve', { arguments_hash: '' })],
  ])('nor a form with %s', async (_, fields) => {
    const id = await proposed()
    expect(
      (await engineers.post(pathOf(id), fields as [string, string][])).status,
    ).toBeGreaterThanOrEqual(400)
    expect(await stateOf(id)).toBe('proposed')
  })

  test('the page can’t be framed or cached, and runs no script of its own', async () => {
    const { headers } = await engineers.get(pathOf(await proposed()))
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none';.*frame-ancestors 'none'/,
    )
    expect(headers.get('content-security-policy')).not.toContain('unsafe-inline')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('hostile previews are text', () => {
  const script = '<script>alert(1)</script>'
  const rlo = '\u202e'
  const hostile: Partial<Preview> = {
    summary: `${script}${rlo}gnihton`,
    changes: [
      { field: `"><img src=x onerror=alert(1)>${rlo}`, from: rlo, to: 'x'.repeat(100_000) },
    ],
    rows: {
      columns: Array.from({ length: 60 }, (_, i) => `${script}${i}`),
      rows: Array.from({ length: 10_000 }, (_, i) => ({
        before: [i, script],
        after: [i, '</td></table>'],
      })),
      total: 10_000,
    },
    text: { before: '</pre>', after: `<a href="javascript:alert(1)">${rlo}\u{e0041}` },
    facts: { [script]: '\u0007' },
  }

  test('markup is escaped, hidden characters are written out, large things are cut with their count', async () => {
    const id = await proposed(hostile, { statement: `</pre>${script}${rlo}`, database: 'shop' })
    const page = await html(engineers, pathOf(id))
    const written = page.replaceAll(/<script src="\/copy\.js" defer=""><\/script>/g, '')
    expect(written).not.toMatch(
      /<script|<img src=x|<a href="javascript|onerror=alert\(1\)>(?!&|‹)/i,
    )
    for (const hidden of ['\u0007', rlo, '\u{e0041}']) expect(page).not.toContain(hidden)
    expect(page).toContain('‹U+202E›')
    expect(page).toContain('of 100,000 characters shown')
    expect(page).toContain('50 of 10,000 rows shown')
    expect(page).toContain('30 of 60 columns shown')
    expect(page.length).toBeLessThan(600_000)
    const list = await html(engineers, '/approvals')
    expect(list).not.toMatch(/<script>|\u202e/)
  })

  test('the whole change can be had as a file that no browser renders', async () => {
    const id = await proposed(hostile)
    const response = await engineers.get(`${pathOf(id)}/whole.json`)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment;/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.json()).toMatchObject({ preview: hostile, arguments: args })
  })

  test('a text is shown as a line diff, without its unchanged middle', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`)
    const id = await proposed({
      text: { before: lines.join('\n'), after: lines.with(30, 'another line').join('\n') },
    })
    const page = await html(engineers, pathOf(id))
    expect(page).toContain('<del>line 30\n</del><ins>another line\n</ins>')
    expect(page).toContain('⋯ 27 unchanged lines')
    expect(page).not.toContain('line 10\n')
  })
})

test('the inbox says when there is nothing', async () => {
  expect(await html(analysts, '/approvals')).toContain('Nothing waits')
})
