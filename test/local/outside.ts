/**
 * The world outside of the Workers. Every request that a Worker sends out comes here: to the
 * database, to what a test put in place, to a pretend system, or nowhere at all.
 */
import {
  createServer,
  request as send,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable, type Duplex } from 'node:stream'
import type { Neon } from '../sandbox/postgres/neon.ts'
import { loopback } from './ports.ts'

/** Answers in place of the world; undefined leaves the request to the pretend systems. */
export type Intercept = (request: Request) => Promise<Response | undefined> | Response | undefined

export interface OutsideOptions {
  readonly database?: {
    readonly hosts: readonly string[]
    readonly opened: Promise<{ readonly neon: Neon }>
  }
  /** Hosts (exact, or `*.` for one label) and the origin that answers for them. */
  readonly upstreams: readonly { readonly hosts: readonly string[]; readonly origin: string }[]
  readonly intercept?: Intercept
  /** Origins that are what they say: the Workers themselves, which the hub asks for their health. */
  readonly own?: readonly string[]
  /** A request led nowhere: the Worker's fetch fails. */
  readonly onRefused?: (url: string) => void
}

export interface Outside {
  /** `host:port` where workerd sends what leaves it, in the manner of a proxy. */
  readonly address: string
  close(): Promise<void>
}

export async function openOutside(options: OutsideOptions): Promise<Outside> {
  const { database, upstreams, intercept } = options
  const refuse = (url: URL, channel: { destroy(): void }) => {
    options.onRefused?.(`${url.origin}${url.pathname}`)
    channel.destroy()
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '')
    if (database && leadsTo(database.hosts, url))
      return (await database.opened).neon.handle(request, response)
    const body = intercept && (await readAll(request))
    const instead = await intercept?.(asRequest(request, url, body))
    if (instead) return answerWith(instead, response)
    const upstream = upstreams.find(({ hosts }) => leadsTo(hosts, url))
    if (options.own?.includes(url.origin)) return forward(url.origin, request, response, url, body)
    if (!upstream) return refuse(url, response)
    forward(upstream.origin, request, response, url, body)
  }

  // A proxy request has the whole URL in its first line and needs no Host. An idle connection is
  // never closed from here: workerd may be about to use it.
  const server = createServer(
    { requireHostHeader: false, keepAliveTimeout: 0 },
    (request, response) => {
      delete request.headers['cf-worker'] // workerd adds it; systems outside of Cloudflare don't see it
      answer(request, response).catch(() => response.destroy())
    },
  )
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '')
    if (!database || !leadsTo(database.hosts, url)) return refuse(url, socket)
    database.opened.then(
      ({ neon }) => neon.upgrade(request, socket, head),
      () => socket.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve))
  return {
    address: `${loopback}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function leadsTo(hosts: readonly string[], { hostname }: URL): boolean {
  const anyLabel = hostname.replace(/^[^.]+/, '*')
  return hosts.includes(hostname) || hosts.includes(anyLabel)
}

/** Passes a request on as it is, and what goes wrong with it too: a reset stays a reset. */
function forward(
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: Buffer | undefined,
): void {
  const target: RequestOptions = {
    method: request.method,
    agent: false,
    path: `${url.pathname}${url.search}`,
    headers: { ...request.headers, host: url.host },
  }
  const onward = send(origin, target, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    pipeline(answer, response, () => {})
  })
  onward.on('error', () => response.destroy())
  response.once('close', () => onward.destroy())
  if (body) onward.end(body)
  else pipeline(request, onward, () => {})
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
}

function asRequest(request: IncomingMessage, url: URL, body: Buffer | undefined): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  const method = request.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD' && body !== undefined
  return new Request(url, { method, headers, ...(hasBody && { body: new Uint8Array(body) }) })
}

function answerWith(answer: Response, response: ServerResponse): void {
  response.writeHead(answer.status, [...answer.headers].flat())
  if (!answer.body) return void response.end()
  pipeline(Readable.from(answer.body), response, () => {})
}
