import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface BearerProxy {
  readonly origin: string
  close(): Promise<void>
}

export interface BearerProxyOptions {
  /** The endpoint's origin. */
  readonly target: string
  readonly token: string
  /** Client capabilities to put into each `initialize`, in place of those the suite declares. */
  readonly capabilities?: Readonly<Record<string, unknown>>
}

/**
 * Signs requests in on their way to one endpoint: the suite has no flag for a token. A Host that
 * isn't the proxy's own is handed on as it is, because the suite forges it to see it refused.
 */
export async function openBearerProxy(options: BearerProxyOptions): Promise<BearerProxy> {
  const { host, hostname, port } = new URL(options.target)
  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = declaring(Buffer.concat(await incoming.toArray()), options.capabilities)
    const given = incoming.headers.host
    const headers = {
      ...incoming.headers,
      host: given === ownHost() ? host : given,
      authorization: `Bearer ${options.token}`,
      'content-length': body.length,
    }
    const { method, url: path } = incoming
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.once('error', () => outgoing.destroy())
    outgoing.once('close', () => onward.destroy())
    onward.end(body)
  }
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing).catch(() => outgoing.destroy()) // the suite hung up while it sent
  })
  const ownHost = () => `127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    origin: `http://${ownHost()}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function declaring(body: Buffer, capabilities: BearerProxyOptions['capabilities']): Buffer {
  if (!capabilities || !body.includes('"initialize"')) return body
  const message = JSON.parse(body.toString()) as { method: string; params: object }
  if (message.method !== 'initialize') return body
  return Buffer.from(JSON.stringify({ ...message, params: { ...message.params, capabilities } }))
}
