import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { SqlOverHttp, type PostgresAddress, type SqlLimits } from './neon-http.ts'
import { PostgresOverWebSocket } from './neon-websocket.ts'

export interface Neon {
  /** Origin of the emulator, for example `http://127.0.0.1:8750`: `/sql` and `/v2` are below it. */
  readonly url: string
  /** Answers one request of a driver that was sent to any host. */
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): Promise<void>
}

export interface NeonOptions extends Partial<SqlLimits> {
  /** The PostgreSQL behind it. The host in a driver's connection string doesn't matter. */
  readonly address: PostgresAddress
  /** 0: any free one. */
  readonly port?: number
}

/** What Neon's proxy is to `@neondatabase/serverless`: SQL over HTTP and over WebSocket. */
export async function startNeon(options: NeonOptions): Promise<Neon> {
  const http = new SqlOverHttp(options.address, {
    maxRequestBytes: options.maxRequestBytes ?? 10 * 1024 * 1024,
    maxResponseBytes: options.maxResponseBytes ?? 10 * 1024 * 1024,
  })
  const websocket = new PostgresOverWebSocket(options.address)
  const pathOf = (request: IncomingMessage) => new URL(request.url ?? '/', 'http://neon').pathname
  const neon = {
    handle(request: IncomingMessage, response: ServerResponse) {
      if (request.method === 'POST' && pathOf(request) === '/sql')
        void http.handle(request, response)
      else response.writeHead(404).end()
    },
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      if (pathOf(request) === '/v2') websocket.upgrade(request, socket, head)
      else socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    },
  }
  const server = createServer({ keepAliveTimeout: 0 }, neon.handle).on('upgrade', neon.upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    ...neon,
    url: `http://127.0.0.1:${port}`,
    async close() {
      await websocket.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await http.close()
    },
  }
}
