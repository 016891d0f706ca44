import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of a superuser at a PostgreSQL server of the tests' own. */
    postgresUrl: string
  }
}

const installed = '/usr/lib/postgresql'

/**
 * Starts the newest PostgreSQL that is installed (Debian's package `postgresql`) in a folder that
 * goes away with it. Root can't run PostgreSQL, so as root it runs as `postgres` or `nobody`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer()
  project.provide('postgresUrl', server.url)
  return server.stop
}

export async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const bin = newestBinaries()
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'))
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, 'owner\n')
  const identity = anyButRoot()
  if (identity) chownSync(folder, identity.uid, identity.gid)
  execFileSync(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ],
    { ...identity, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const port = await freePort()
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    log_min_messages: 'panic',
  }
  const server = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...identity, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const stop = async () => {
    await ended(server)
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `postgres://postgres:owner@127.0.0.1:${port}/postgres`
  try {
    await answering(url, server)
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** An empty database at the server, by its owner's connection string. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  await client.end()
  return serverUrl.replace(/\/[^/]*$/, `/${name}`)
}

function newestBinaries(): string {
  const versions = existsSync(installed) ? readdirSync(installed) : []
  const [newest] = versions
    .filter((version) => existsSync(join(installed, version, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a))
  if (!newest)
    throw new Error(`No PostgreSQL server in ${installed}. On Debian: apt-get install postgresql`)
  return join(installed, newest, 'bin')
}

function anyButRoot(): { uid: number; gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, name], { stdio: 'pipe' })),
      )
      return { uid: uid!, gid: gid! }
    } catch {
      // no such user: the next
    }
  }
  throw new Error('PostgreSQL needs a user other than root: there is neither postgres nor nobody.')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; server.exitCode === null && tries < 300; tries++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new Error('PostgreSQL did not start.')
}

/** SIGINT is PostgreSQL's fast shutdown. */
async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  const gone = once(server, 'exit')
  server.kill('SIGINT')
  await gone
}
