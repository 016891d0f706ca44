import { expect, test } from 'vitest'
import { kill } from '../../../shared/commands/kill.ts'

const secret = 'an-admin-token-of-at-least-32-characters'
interface Asked {
  readonly url: string
  readonly method: string
  readonly authorization: string | null
  readonly body: unknown
}

/** A hub that answers as told, and the requests it got. */
function hub(answer: () => Response) {
  const asked: Asked[] = []
  const run = (argv: string[], env: Record<string, string> = { GATEHOUSE_ADMIN_TOKEN: secret }) =>
    kill(argv, {
      env,
      operator: 'ops',
      localToken: (port) => (port === '8700' ? 'local-token' : undefined),
      fetch: async (request) => {
        const text = await request.text()
        asked.push({
          url: request.url,
          method: request.method,
          authorization: request.headers.get('authorization'),
          body: text === '' ? undefined : JSON.parse(text),
        })
        return answer()
      },
    })
  return { asked, run }
}
const changed = () => Response.json({ changed: true })

test('turns a switch with the token from the environment, and says what that means', async () => {
  const { asked, run } = hub(changed)
  const said = await run([
    'tool',
    'execute_database_write',
    '--reason',
    'Incident 42',
    '--hub',
    'https://hub.example.com/',
  ])
  expect(asked).toEqual([
    {
      url: 'https://hub.example.com/admin/api/switches',
      method: 'POST',
      authorization: `Bearer ${secret}`,
      body: {
        kind: 'tool',
        name: 'execute_database_write',
        off: true,
        reason: 'Incident 42',
        operator: 'ops',
      },
    },
  ])
  expect(said[0]).toMatch(/OFF.*within 10 seconds/)
})

test('--undo turns it on again; everything has no name', async () => {
  const { asked, run } = hub(changed)
  expect(await run(['everything', '--undo'])).toEqual(['everything is on again.'])
  expect(asked[0]?.body).toMatchObject({ kind: 'everything', name: '', off: false })
})

test('the hub of this machine needs no token from the environment, others do', async () => {
  const { asked, run } = hub(changed)
  await run(['everything'], {})
  expect(asked[0]).toMatchObject({
    url: 'http://127.0.0.1:8700/admin/api/switches',
    authorization: 'Bearer local-token',
  })
  await expect(run(['everything', '--hub', 'https://hub.example.com'], {})).rejects.toThrow(
    'GATEHOUSE_ADMIN_TOKEN is not set',
  )
})

test('lists what is off', async () => {
  const { run } = hub(() =>
    Response.json({
      everything: false,
      integrations: ['slack'],
      tools: [],
      people: ['a@example.com'],
      clients: [],
    }),
  )
  expect(await run(['list'])).toEqual(['off  integration slack', 'off  person a@example.com'])
})

test.each([
  ['http://hub.example.com', 'a token over plain http'],
  ['ftp://hub.example.com', 'no web address'],
  ['nonsense', 'no address'],
])('sends the token to no address like %s (%s)', async (address) => {
  const { asked, run } = hub(changed)
  await expect(run(['everything', '--hub', address])).rejects.toThrow('no https address')
  expect(asked).toEqual([])
})

test.each([[[]], [['tool']], [['everything', 'name']], [['weather', 'x']], [['tool', 'a', 'b']]])(
  '%j is answered with the usage',
  async (argv) => {
    const { asked, run } = hub(changed)
    await expect(run(argv)).rejects.toThrow('npm run kill -- KIND')
    expect(asked).toEqual([])
  },
)

test.each([
  [401, {}, 'does not accept'],
  [404, {}, 'wrangler secret put ADMIN_TOKEN'],
  [400, { error: 'invalid_request', message: 'No integration has a tool x.' }, 'has a tool x'],
])('a hub that answers %i is explained', async (status, body, words) => {
  const { run } = hub(() => Response.json(body, { status }))
  await expect(run(['tool', 'x'])).rejects.toThrow(words)
})
