import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isPublicClientId } from '../../../workers/hub/client-id.ts'
import {
  authorizePath,
  callback,
  codeOf,
  consent,
  exchange,
  newBrowser,
  postForm,
  refresh,
} from './hub.ts'

/** The network: each test's documents by address; an unknown host throws. */
const documents = new Map<string, () => Response | Promise<Response>>()
let fetched: string[] = []

beforeEach(() => {
  documents.clear()
  fetched = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = input instanceof Request ? input.url : input.toString()
    fetched.push(url)
    const answer = documents.get(url)
    if (!answer) throw new TypeError(`unknown host: ${url}`)
    return answer()
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const id = 'https://client.example.com/oauth/metadata.json'
const document = {
  client_id: id,
  client_name: 'Documented client',
  redirect_uris: [callback],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
}
const serve = (body: unknown, url = id) => documents.set(url, () => Response.json(body))

async function open(clientId: string): Promise<Response> {
  const browser = newBrowser()
  await browser.signIn('engineer@example.com')
  return browser.get(await authorizePath(clientId))
}

test('a client that publishes its document is shown with its verified domain and gets tokens', async () => {
  serve(document)
  const browser = newBrowser()
  await browser.signIn('engineer@example.com')
  const path = await authorizePath(id)
  const html = await (await browser.get(path)).text()
  expect(html).toContain('Documented client')
  expect(html).toContain('<strong>client.example.com</strong> <span class="badge ok">verified')
  const redirect = await consent(browser, path, ['postgres:read'])
  const response = await exchange(id, codeOf(redirect))
  expect(response.status).toBe(200)
  const { refresh_token } = await response.json<{ refresh_token: string }>()
  expect((await refresh(id, refresh_token)).status).toBe(200)
})

test.each([
  ['says it is another client', { ...document, client_id: `${id}?other` }],
  ['has no redirect URI', { ...document, redirect_uris: [] }],
  ['has a javascript: redirect', { ...document, redirect_uris: ['javascript:alert(1)'] }],
  ['is larger than 5 KB', { ...document, padding: 'x'.repeat(6_000) }],
  ['embeds a secret', { ...document, client_secret: 'secret' }],
  ['is no object', ['client']],
])('a document that %s is refused, and nothing is granted', async (_what, body) => {
  serve(body)
  const response = await open(id)
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
  expect(await response.text()).toContain('This app could not be verified')
})

test('a document that does not come is given up on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    let asked = () => {}
    const asking = new Promise<void>((resolve) => (asked = resolve))
    vi.mocked(globalThis.fetch).mockImplementation((_input, init) => {
      asked()
      return new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
    })
    const response = open(id)
    await asking
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await response).status).toBe(400)
  } finally {
    vi.useRealTimers()
  }
})

test('a metadata host that is down makes the client retry its refresh, not forget its grant', async () => {
  serve(document)
  const browser = newBrowser()
  await browser.signIn('engineer@example.com')
  const redirect = await consent(browser, await authorizePath(id), ['postgres:read'])
  const tokens = await (await exchange(id, codeOf(redirect))).json<{ refresh_token: string }>()
  documents.set(id, () => new Response('busy', { status: 503 }))
  const response = await refresh(id, tokens.refresh_token)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' })
  serve(document)
  expect((await refresh(id, tokens.refresh_token)).status).toBe(200)
})

const privateIds = [
  'https://127.0.0.1/client',
  'https://0x7f.1/client',
  'https://2130706433/client',
  'https://10.0.0.8/client',
  'https://169.254.169.254/latest/meta-data',
  'https://[::1]/client',
  'https://[fd00::1]/client',
  'https://localhost/client',
  'https://localhost./client',
  'https://foo.localhost/client',
  'https://metadata.google.internal/client',
  'https://printer.local/client',
  'https://intranet/client',
  'https://db.corp/client',
  'http://client.example.com/client',
  'HTTPS://LOCALHOST/client',
  'ftp://client.example.com/client',
]

test.each(privateIds)('%s is never fetched as a client', async (clientId) => {
  const response = await open(clientId)
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
  const token = await postForm('/oauth/token', {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: 'a:b:c',
  })
  expect(token.status).toBe(401)
  expect(fetched).toEqual([])
})

test('ordinary client ids pass the guard against private hosts', () => {
  const ids = [id, 'https://claude.ai/oauth/claude-code-client-metadata', 'aB3_registered-id', '']
  expect(ids.filter((one) => !isPublicClientId(one))).toEqual([])
})
