import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import pg from 'pg'
import { WebSocketServer, type WebSocket } from 'ws'
import type { PostgresAddress } from './neon-http.ts'
import * as wire from './wire.ts'

/**
 * `/v2`: the wire protocol inside a WebSocket. Like Neon's proxy this asks for the password in the
 * clear (so the driver may send start-up, password and first query at once), logs in at
 * PostgreSQL by whatever it asks for, and passes bytes through from then on.
 */
export class PostgresOverWebSocket {
  readonly #address: PostgresAddress
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 })

  constructor(address: PostgresAddress) {
    this.#address = address
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#accept(client))
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(client: WebSocket): void {
    const reader = new wire.FrameReader()
    let parameters: wire.Opening['parameters'] | undefined
    const hear = (data: Buffer) => {
      try {
        reader.push(data)
        if (!parameters) {
          parameters = reader.opening()?.parameters
          if (parameters) client.send(wire.askForPassword)
        }
        const frame = parameters && reader.frame()
        if (!frame || !parameters) return
        client.off('message', hear)
        const password = frame.toString('utf8', 5, frame.length - 1)
        void this.#connect(client, parameters, password, reader)
      } catch {
        client.terminate()
      }
    }
    client.on('message', hear)
    client.on('error', () => client.terminate())
  }

  async #connect(
    client: WebSocket,
    { user = '', database = user }: wire.Opening['parameters'],
    password: string,
    reader: wire.FrameReader,
  ): Promise<void> {
    const early: Buffer[] = []
    const keep = (data: Buffer) => early.push(data)
    client.on('message', keep)
    const login = new pg.Client({ ...this.#address, user, database, password })
    const greeting: Buffer[] = [wire.authenticated]
    const { connection } = login as unknown as { connection: pg.Connection }
    connection.on('parameterStatus', (fact: { parameterName: string; parameterValue: string }) =>
      greeting.push(wire.parameterStatus(fact.parameterName, fact.parameterValue)),
    )
    connection.on('backendKeyData', (key: { processID: number; secretKey: number }) =>
      greeting.push(wire.backendKey(key.processID, key.secretKey)),
    )
    login.on('error', () => client.terminate())
    try {
      await login.connect()
    } catch (error) {
      const { code = '08006', message } = error as { code?: string; message: string }
      client.send(wire.errorResponse(wire.errorFields('FATAL', code, message)))
      return client.close()
    }
    const { stream } = connection
    stream.removeAllListeners('data')
    stream.on('data', (chunk: Buffer) => client.send(chunk))
    stream.once('close', () => client.close())
    client.off('message', keep)
    client.send(Buffer.concat([...greeting, wire.readyForQuery('I')]))
    stream.write(Buffer.concat([reader.rest(), ...early]))
    client.on('message', (data: Buffer) => stream.write(data))
    client.once('close', () => stream.end(wire.terminate))
  }
}
