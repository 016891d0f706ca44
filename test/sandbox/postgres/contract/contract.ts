import { neonConfig } from '@neondatabase/serverless'
import { afterAll, beforeAll, describe } from 'vitest'
import { WebSocket } from 'ws'
import type { Sandbox } from '../start.ts'
import { driversOf } from './drivers.ts'
import { httpContract } from './http.ts'
import { rightsContract } from './rights.ts'
import { sampleContract } from './sample.ts'
import { websocketContract } from './websocket.ts'

/**
 * What Neon's driver is promised by the sandbox, whichever PostgreSQL is behind it.
 * @param open starts it with limits of 1 MB each
 */
export function neonContract(name: string, open: () => Promise<Sandbox>): void {
  describe(name, { timeout: 30_000 }, () => {
    let sandbox: Sandbox
    beforeAll(async () => {
      sandbox = await open()
      neonConfig.fetchEndpoint = `${sandbox.neon.url}/sql`
      neonConfig.webSocketConstructor = WebSocket
      neonConfig.wsProxy = `${sandbox.neon.url.replace('http://', '')}/v2`
      neonConfig.useSecureWebSocket = false
    }, 120_000)
    afterAll(() => sandbox?.close())

    const drivers = driversOf(() => sandbox)
    describe('over HTTP', () => httpContract(drivers))
    describe('by its roles', () => rightsContract(drivers))
    describe('over a WebSocket', () => websocketContract(drivers))
    describe('with its sample', () => sampleContract(drivers))
  })
}
