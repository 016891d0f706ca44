import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { webSocketThrough } from '../../../workers/postgres/network.ts'

/** workerd's half of an accepted connection. */
class Accepted extends EventTarget {
  readyState = 1
  binaryType = 'blob'
  readonly sent: unknown[] = []
  closed = 0
  accept = () => undefined
  send = (data: unknown) => void this.sent.push(data)
  close = () => void (this.closed += 1)
}

const opened = (socket: Accepted | null) => {
  const asked = vi.fn(async (_url: string, _init: RequestInit) => ({ webSocket: socket }))
  const Socket = webSocketThrough({ fetch: asked as unknown as Fetcher['fetch'] })
  const heard: string[] = []
  const socketOf = () => {
    const made = new Socket('wss://db.internal/v2')
    for (const type of ['open', 'message', 'close', 'error'] as const)
      made.addEventListener(type, (event: { data?: unknown }) =>
        heard.push(event.data === undefined ? type : `${type} ${String(event.data)}`),
      )
    return made
  }
  return { asked, heard, socketOf }
}

describe('a WebSocket through a binding', () => {
  beforeEach(() => vi.stubGlobal('WebSocket', { CONNECTING: 0, OPEN: 1, CLOSED: 3 }))
  afterEach(() => vi.unstubAllGlobals())

  it('is an upgrade request, and passes on what comes and goes', async () => {
    const accepted = new Accepted()
    const { asked, heard, socketOf } = opened(accepted)
    const socket = socketOf()
    expect(socket.readyState).toBe(0)
    await vi.waitFor(() => expect(heard).toEqual(['open']))
    expect(asked).toHaveBeenCalledWith('https://db.internal/v2', {
      headers: { upgrade: 'websocket' },
      redirect: 'manual',
    })
    expect(socket.readyState).toBe(1)
    expect(accepted.binaryType).toBe('arraybuffer')
    socket.send('out')
    accepted.dispatchEvent(new MessageEvent('message', { data: 'in' }))
    accepted.dispatchEvent(new Event('close'))
    expect(accepted.sent).toEqual(['out'])
    expect(heard).toEqual(['open', 'message in', 'close'])
    socket.close()
    expect(accepted.closed).toBe(1)
  })

  it('fails when the other side does not speak it, or can not be reached', async () => {
    const refused = opened(null)
    const socket = refused.socketOf()
    await vi.waitFor(() => expect(refused.heard).toEqual(['error']))
    expect(socket.readyState).toBe(3)

    const away = opened(null)
    away.asked.mockRejectedValue(new Error('no tunnel'))
    away.socketOf()
    await vi.waitFor(() => expect(away.heard).toEqual(['error']))
  })

  it('that is closed before it opened says so once, and never opens', async () => {
    const accepted = new Accepted()
    const { heard, socketOf } = opened(accepted)
    const socket = socketOf()
    socket.close()
    socket.close()
    await vi.waitFor(() => expect(accepted.closed).toBe(1))
    expect(heard).toEqual(['close'])
    expect(socket.readyState).toBe(3)

    const away = opened(null)
    away.asked.mockRejectedValue(new Error('no tunnel'))
    away.socketOf().close()
    await vi.waitFor(() => expect(away.heard).toEqual(['close']))
  })
})
