import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import type { RunningUpstream } from './upstreams.ts'

/** A pretend upstream on loopback. @param port 0 for any free one */
export function serveApp(app: Pick<Hono, 'fetch'>, port: number): Promise<RunningUpstream> {
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: app.fetch, hostname: '127.0.0.1', port },
      (address: AddressInfo) =>
        resolve({
          url: `http://127.0.0.1:${address.port}`,
          close() {
            const closed = new Promise<void>((done) => void server.close(() => done()))
            if ('closeAllConnections' in server) server.closeAllConnections()
            return closed
          },
        }),
    )
    server.once('error', reject)
  })
}
