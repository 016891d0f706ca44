import { createServer } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePortBase, PortTaken } from '../local/ports.ts'
import { startStack, type Stack } from '../local/stack.ts'

const probe = { id: 'probe', main: 'test/sandbox/postgres/probe.ts', like: 'postgres' }

async function ask(stack: Stack, over: string, ...statements: string[]): Promise<unknown> {
  const answer = await fetch(stack.urls['probe']!, {
    method: 'POST',
    body: JSON.stringify({ over, statements }),
  })
  return answer.json()
}

describe('a stack', () => {
  let stack: Stack
  const outgoing: string[] = []
  beforeAll(async () => {
    stack = await startStack({
      portBase: 'free',
      fixtures: [probe],
      settings: { probe: { GREETING: 'hi' } },
      async intercept(request) {
        outgoing.push(`${request.method} ${request.url} ${await request.text()}`)
        return new URL(request.url).hostname === 'client.example.com'
          ? Response.json({ here: true }, { status: 201 })
          : undefined
      },
    })
  }, 120_000)
  afterAll(() => stack?.close())

  test('starts every Worker of wrangler.toml, and each says that it is well', async () => {
    const health = await Promise.all(
      Object.entries(stack.urls)
        .filter(([id]) => id !== 'probe')
        .map(async ([id, url]) => [id, (await fetch(`${url}/healthz`)).status]),
    )
    expect(stack.problems).toEqual([])
    expect(Object.fromEntries(health)).toMatchObject({ hub: 200, postgres: 200 })
    expect(new Set(health.map(([, status]) => status))).toEqual(new Set([200]))
  })

  test('leads the driver to the database, as it is without any configuration', async () => {
    expect(
      await ask(
        stack,
        'http',
        "SELECT set_config('role', 'gatehouse_analyst', true)",
        'SELECT count(*) FROM orders',
      ),
    ).toEqual([[{ set_config: 'gatehouse_analyst' }], [{ count: '50000' }]])
  })

  test('lets a Worker look at what a write would do, and take it back', async () => {
    const role = "SELECT set_config('role', 'gatehouse_engineer', true)"
    const status = 'SELECT status FROM orders WHERE id = 44'
    const [, , changed, during] = (await ask(
      stack,
      'websocket',
      'BEGIN READ WRITE',
      role,
      "UPDATE orders SET status = 'refunded' WHERE id = 44 RETURNING id",
      status,
      'ROLLBACK',
    )) as unknown[]
    const after = await ask(stack, 'http', role, status)
    expect([changed, during, after]).toEqual([
      [{ id: '44' }],
      [{ status: 'refunded' }],
      [[{ set_config: 'gatehouse_engineer' }], [{ status: 'delivered' }]],
    ])
  })

  test('answers outgoing requests from a test, and lets no other leave', async () => {
    expect(await ask(stack, 'world', 'https://client.example.com/metadata.json?a=%2F')).toEqual([
      [201, '{"here":true}'],
    ])
    expect(await ask(stack, 'world', 'https://elsewhere.example.com/secret?token=1')).toMatchObject(
      {
        message: expect.any(String),
      },
    )
    expect(outgoing).toContain('POST https://client.example.com/metadata.json?a=%2F hello')
    expect(stack.refused).toEqual(['https://elsewhere.example.com/secret'])
  })

  test("runs a Worker's Cron Triggers when asked", async () => {
    await expect(stack.runCron('hub')).resolves.toBeUndefined()
  })
})

test('a taken port is named before anything is started', async () => {
  const portBase = await freePortBase()
  const other = createServer().listen(portBase + 1, '127.0.0.1')
  try {
    await expect(startStack({ portBase, workers: ['hub', 'postgres'] })).rejects.toEqual(
      new PortTaken(portBase + 1),
    )
  } finally {
    other.close()
  }
})

test('a Worker that does not bundle, or throws as it starts, is left out and the others run', async () => {
  const stack = await startStack({
    portBase: 'free',
    workers: ['hub'],
    fixtures: [
      { id: 'torn', main: 'test/flows/nowhere.ts', like: 'hub' },
      { id: 'throwing', main: 'test/sandbox/postgres/throwing.ts', like: 'hub' },
    ],
  })
  try {
    expect(stack.problems.map(({ worker, reason }) => [worker, reason.split('\n')[0]])).toEqual([
      ['torn', expect.stringContaining('Build failed')],
      ['throwing', expect.stringContaining('This Worker throws')],
    ])
    expect((await fetch(`${stack.urls['hub']}/healthz`)).status).toBe(200)
  } finally {
    await stack.close()
  }
})

test('what was written is there after a restart, and --fresh forgets it', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'gatehouse-state-'))
  const options = { stateDir, workers: ['hub'], fixtures: [probe] }
  const role = "SELECT set_config('role', 'gatehouse_engineer', true)"
  const failedIn = async (fresh: boolean, ...more: string[]) => {
    const stack = await startStack({ ...options, fresh, portBase: await freePortBase() })
    try {
      return await ask(
        stack,
        'websocket',
        'BEGIN READ WRITE',
        role,
        ...more,
        'SELECT name FROM products WHERE id = 1',
        'COMMIT',
      )
    } finally {
      await stack.close()
    }
  }
  try {
    const renamed = "UPDATE products SET name = 'Kept' WHERE id = 1"
    const names = [await failedIn(false, renamed), await failedIn(false), await failedIn(true)]
    expect(names.map((rows) => (rows as unknown[][]).at(-2))).toEqual([
      [{ name: 'Kept' }],
      [{ name: 'Kept' }],
      [{ name: expect.stringMatching(/ kettle 1$/) }],
    ])
  } finally {
    rmSync(stateDir, { recursive: true, force: true })
  }
})
