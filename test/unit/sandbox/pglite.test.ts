import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { neonContract } from '../../sandbox/postgres/contract/contract.ts'
import { startPglite } from '../../sandbox/postgres/pglite-server.ts'
import { prepareSample } from '../../sandbox/postgres/sample.ts'
import { loginPassword, startEmbedded, type Sandbox } from '../../sandbox/postgres/start.ts'

const megabyte = 1024 * 1024
const forever = 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b'

neonContract('Neon over PGlite', () =>
  startEmbedded({ maxRequestBytes: megabyte, maxResponseBytes: megabyte }),
)

describe('PGlite as a server', { timeout: 120_000 }, () => {
  let wide: Sandbox
  let tight: Sandbox
  beforeAll(async () => {
    wide = await startEmbedded()
    tight = await startEmbedded({
      maxAnswerBytes: megabyte,
      maxIdleInTransactionMs: 500,
      maxWaiting: 1,
      maxWaitMs: 100,
    })
  }, 120_000)
  const open: { close(): Promise<unknown> }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })
  afterAll(async () => {
    await wide?.close()
    await tight?.close()
  })

  const connected = async (url: string) => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    await client.connect()
    open.push({ close: () => client.end().catch(() => {}) })
    return client
  }
  const asLogin = ({ ownerUrl }: Sandbox) =>
    ownerUrl.replace(/\/\/[^@]+@/, `//gatehouse_login:${loginPassword}@`)
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    )

  test('what was committed is there after a statement had to be stopped; what was not is gone', async () => {
    const client = await connected(wide.ownerUrl)
    await client.query("UPDATE products SET name = 'committed' WHERE id = 1")
    await client.query('BEGIN')
    await client.query("UPDATE products SET name = 'pending' WHERE id = 2")
    await client.query("SET LOCAL statement_timeout = '100ms'")
    expect(await codeOf(client.query(forever))).toBe('57014')
    expect(await codeOf(client.query('SELECT 1'))).toBe('25P02')
    await client.query('COMMIT')
    const { rows } = await client.query('SELECT name FROM products WHERE id IN (1, 2) ORDER BY id')
    expect(rows).toEqual([{ name: 'committed' }, { name: expect.not.stringMatching('pending') }])
  })

  test('an answer that is too large ends its statement, not the server', async () => {
    const client = await connected(tight.ownerUrl)
    const large = "SELECT repeat('x', 1000) FROM generate_series(1, 20000)"
    expect(await codeOf(client.query(large))).toBe('54000')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('a transaction that sits idle is ended, and the next one gets its turn', async () => {
    const idle = await connected(tight.ownerUrl)
    const ended = once(idle, 'error')
    await idle.query('BEGIN')
    await idle.query("UPDATE products SET name = 'idle' WHERE id = 1")
    expect(await ended).toMatchObject([{ code: '25P03' }])
    const next = await connected(tight.ownerUrl)
    const { rows } = await next.query("SELECT count(*)::int AS n FROM products WHERE name = 'idle'")
    expect(rows).toEqual([{ n: 0 }])
  })

  test('who waits beyond the queue, in length or in time, is told so', async () => {
    const clients: pg.Client[] = []
    for (let i = 0; i < 3; i++) clients.push(await connected(tight.ownerUrl))
    const [holder, first, second] = clients
    await holder!.query('BEGIN')
    const refused = await Promise.all([first!, second!].map((one) => codeOf(one.query('SELECT 1'))))
    await holder!.query('COMMIT')
    expect(refused).toEqual(['53300', '53300'])
  })

  test('a cancel request needs the right key', async () => {
    const client = await connected(wide.ownerUrl)
    const { processID, secretKey } = client as unknown as Record<string, number>
    const running = codeOf(client.query(forever))
    const { hostname, port } = new URL(wide.ownerUrl)
    for (const secret of [secretKey! ^ 1, secretKey!]) {
      const packet = Buffer.alloc(16)
      for (const [i, value] of [16, 80_877_102, processID!, secret].entries())
        packet.writeInt32BE(value, i * 4)
      const socket = connect(Number(port), hostname).end(packet)
      await once(socket, 'close')
    }
    expect(await running).toBe('57014')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('the login has what ALTER ROLE gave it, and a role only for a transaction', async () => {
    const client = await connected(asLogin(wide))
    const state = `SELECT current_user, session_user, current_setting('statement_timeout') AS timeout,
      current_setting('default_transaction_read_only') AS read_only`
    const before = (await client.query(state)).rows
    await client.query('SET ROLE gatehouse_engineer')
    await client.query("SET statement_timeout = '1s'")
    expect((await client.query(state)).rows).toEqual(before)
    expect(before).toEqual([
      {
        current_user: 'gatehouse_login',
        session_user: 'gatehouse_login',
        timeout: '30s',
        read_only: 'on',
      },
    ])
  })

  test.each([
    ['an oversized start-up packet', Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0]), '08P01'],
    ['an unknown protocol', Buffer.from([0, 0, 0, 8, 0, 2, 0, 0]), '0A000'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), '08P01'],
  ])('%s is refused', async (_, packet, code) => {
    const { hostname, port } = new URL(wide.ownerUrl)
    const socket = connect(Number(port), hostname)
    socket.write(packet)
    expect(await saidBy(socket)).toContain(`C${code}\0`)
  })

  test('the sample moves forward in time when it has grown old', async () => {
    const client = await connected(wide.ownerUrl)
    const recent =
      "SELECT count(*)::int AS n FROM orders WHERE status = 'failed' AND created_at > now() - interval '24 hours'"
    // By the sample's own clock, because a copied sample may be most of an hour old.
    const story = recent.replace('now()', '(SELECT now FROM gatehouse_sample.clock)')
    const before = (await client.query(story)).rows
    for (const change of [
      "orders SET created_at = created_at - interval '9 days', updated_at = updated_at - interval '9 days'",
      "gatehouse_sample.clock SET now = now - interval '9 days'",
    ])
      await client.query(`UPDATE ${change}`)
    expect((await client.query(recent)).rows).toEqual([{ n: 0 }])
    expect(await prepareSample(wide.ownerUrl, loginPassword)).toBe('moved')
    expect((await client.query(story)).rows).toEqual(before)
    expect((await client.query<{ n: number }>(recent)).rows[0]?.n).toBeGreaterThan(5)
    expect(await prepareSample(wide.ownerUrl, loginPassword)).toBe('fresh')
  })

  test('a cluster that was being made when the process died is made anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-cluster-'))
    open.push({ close: () => rm(folder, { recursive: true }) })
    const dataDir = join(folder, 'data')
    await mkdir(dataDir)
    await writeFile(join(dataDir, 'PG_VERSION'), '18')
    await writeFile(`${dataDir}.unfinished`, '')
    for (const kept of [0, 1]) {
      const passwords = { postgres: 'owner' }
      const server = await startPglite({ dataDir, database: "it's", passwords })
      const { host, port } = server
      const login = { host, port, user: 'postgres', password: 'owner', database: "it's" }
      const client = new pg.Client(login)
      await client.connect()
      const { rows } = await client.query(
        "SELECT current_database() AS name, (SELECT count(*)::int FROM pg_class WHERE relname = 'kept') AS kept",
      )
      expect(rows).toEqual([{ name: "it's", kept }])
      if (kept === 0) await client.query('CREATE TABLE kept ()')
      await client.end()
      await server.close()
    }
  })
})

async function saidBy(socket: Socket): Promise<string> {
  let said = ''
  socket.on('data', (chunk) => (said += chunk.toString('latin1')))
  await once(socket, 'close')
  return said
}
