/** One HTTP/1.1 keep-alive connection, one request at a time, with as little work of its own as can be. */
import net from 'node:net'

export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** From the first byte written to the last byte read. */
  readonly ms: number
}

export class Connection {
  readonly #url: URL
  #socket: net.Socket | undefined
  #received = Buffer.alloc(0)
  #wake: (() => void) | undefined
  #broken: Error | undefined

  constructor(url: string) {
    this.#url = new URL(url)
  }

  async post(body: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const socket = this.#socket ?? (await this.#connect())
    const all = {
      host: this.#url.host,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    }
    const head = Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    const startedAt = performance.now()
    socket.write(`POST ${this.#url.pathname} HTTP/1.1\r\n${head}\r\n${body}`)
    const answer = await this.#read()
    return { ...answer, ms: performance.now() - startedAt }
  }

  close(): void {
    this.#socket?.destroy()
  }

  #connect(): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({
        host: this.#url.hostname,
        port: Number(this.#url.port || 80),
        noDelay: true,
      })
      socket.once('connect', () => resolve(socket))
      socket.on('error', (error) => {
        this.#broken = error
        reject(error)
        this.#wake?.()
      })
      socket.on('close', () => {
        this.#socket = undefined
        this.#broken ??= new Error('connection closed')
        this.#wake?.()
      })
      socket.on('data', (data) => {
        this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, data]) : data
        this.#wake?.()
      })
      this.#broken = undefined
      this.#socket = socket
    })
  }

  async #read(): Promise<Omit<Answer, 'ms'>> {
    const end = await this.#until(() => this.#received.indexOf('\r\n\r\n'))
    const [line = '', ...lines] = this.#received.toString('latin1', 0, end).split('\r\n')
    const headers = new Map(
      lines.map((one) => [
        one.slice(0, one.indexOf(':')).toLowerCase(),
        one.slice(one.indexOf(':') + 1).trim(),
      ]),
    )
    this.#received = this.#received.subarray(end + 4)
    const status = Number(line.split(' ')[1])
    const body =
      headers.get('transfer-encoding') === 'chunked'
        ? await this.#chunked()
        : await this.#take(Number(headers.get('content-length') ?? 0))
    return { status, headers, body: body.toString('utf8') }
  }

  async #chunked(): Promise<Buffer> {
    const parts: Buffer[] = []
    for (;;) {
      const end = await this.#until(() => this.#received.indexOf('\r\n'))
      const size = Number.parseInt(this.#received.toString('latin1', 0, end), 16)
      this.#received = this.#received.subarray(end + 2)
      const part = await this.#take(size + 2)
      if (size === 0) return Buffer.concat(parts)
      parts.push(part.subarray(0, size))
    }
  }

  async #take(size: number): Promise<Buffer> {
    await this.#until(() => (this.#received.length >= size ? 0 : -1))
    const part = this.#received.subarray(0, size)
    this.#received = this.#received.subarray(size)
    return part
  }

  async #until(found: () => number): Promise<number> {
    for (;;) {
      const at = found()
      if (at >= 0) return at
      if (this.#broken) throw this.#broken
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
