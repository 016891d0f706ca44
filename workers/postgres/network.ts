import type { WebSocketConstructor, WebSocketLike } from '@neondatabase/serverless'

/** A binding that leads into a private network: a VPC service or network, or a Service Binding. */
export type Network = Pick<Fetcher, 'fetch'>

/**
 * The driver's WebSocket through a binding. A WebSocket's constructor can't be told which way to
 * go, so the connection is made by an upgrade request.
 * @see https://developers.cloudflare.com/workers/examples/websockets/
 */
export function webSocketThrough(network: Network): WebSocketConstructor {
  return class extends EventTarget implements WebSocketLike {
    #socket: WebSocket | undefined
    #closed = false
    binaryType: 'arraybuffer' | 'blob' = 'arraybuffer'

    constructor(url: string) {
      super()
      this.#open(url.replace(/^ws/, 'http')).catch(() => this.#failed())
    }

    get readyState(): number {
      return this.#socket?.readyState ?? (this.#closed ? WebSocket.CLOSED : WebSocket.CONNECTING)
    }

    send(data: ArrayBuffer | ArrayBufferView | string): void {
      this.#socket?.send(data)
    }

    /** Closed before it opened, it says so itself: the driver waits to hear it. */
    close(): void {
      if (this.#socket) return this.#socket.close()
      if (this.#closed) return
      this.#closed = true
      queueMicrotask(() => this.dispatchEvent(new Event('close')))
    }

    async #open(url: string): Promise<void> {
      const { webSocket } = await network.fetch(url, {
        headers: { upgrade: 'websocket' },
        redirect: 'manual', // a WebSocket follows none, and the password goes first
      })
      if (!webSocket) return this.#failed()
      webSocket.binaryType = this.binaryType
      webSocket.accept()
      if (this.#closed) return webSocket.close()
      webSocket.addEventListener('message', ({ data }) =>
        this.dispatchEvent(new MessageEvent('message', { data })),
      )
      webSocket.addEventListener('close', () => this.dispatchEvent(new Event('close')))
      webSocket.addEventListener('error', () => this.dispatchEvent(new Event('error')))
      this.#socket = webSocket
      this.dispatchEvent(new Event('open'))
    }

    #failed(): void {
      if (this.#closed) return
      this.#closed = true
      this.dispatchEvent(new Event('error'))
    }
  }
}
