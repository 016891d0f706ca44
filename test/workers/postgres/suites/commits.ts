import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { OutcomeUnknown } from '../../../../shared/errors.ts'
import type { Caller } from '../caller.ts'

/** Where the connection breaks: with COMMIT on its way, or with its answer. */
type Break = 'before COMMIT' | 'after COMMIT'

const commit = new TextEncoder().encode('COMMIT\0')

function isCommit(data: unknown): boolean {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data as ArrayBuffer)
  return bytes.length === commit.length + 5 && commit.every((byte, i) => bytes[i + 5] === byte)
}

/** Breaks each connection at its COMMIT: the client never hears what became of it. */
function breakAt(moment: Break): void {
  const Socket = globalThis.WebSocket
  globalThis.WebSocket = class extends Socket {
    #deaf = false

    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (!isCommit(data)) return super.send(data)
      if (moment === 'before COMMIT') return this.close()
      this.#deaf = true
      super.send(data)
      super.addEventListener('message', () => this.close(), { once: true })
    }

    override addEventListener(
      ...[type, listener, options]: Parameters<WebSocket['addEventListener']>
    ): void {
      const hear = (event: Event) => {
        if (this.#deaf && type === 'message') return
        ;(listener as (event: Event) => void).call(this, event)
      }
      super.addEventListener(type, hear, options)
    }
  }
}

export function commits({ preview, write, owner }: Caller): void {
  describe('a commit whose answer is lost', () => {
    const statement = "UPDATE products SET name = 'renamed' WHERE id = 9"
    const network = { fetch: globalThis.fetch, WebSocket: globalThis.WebSocket }
    const nameNow = async () =>
      (await owner('SELECT name FROM public.products WHERE id = 9'))[0]?.[0]

    beforeAll(() => owner("UPDATE public.products SET name = 'first' WHERE id = 9"))
    afterEach(async () => {
      Object.assign(globalThis, network)
      await owner("UPDATE public.products SET name = 'first' WHERE id = 9")
    })

    it('is done when the server says so afterwards', async () => {
      const shown = await preview({ statement })
      breakAt('after COMMIT')
      expect(await write({ statement }, shown)).toMatchObject({ rows: 1 })
      expect(await nameNow()).toBe('renamed')
    })

    it('has failed when the server never got it', async () => {
      const shown = await preview({ statement })
      breakAt('before COMMIT')
      await expect(write({ statement }, shown)).rejects.toMatchObject({
        name: 'ToolError',
        code: 'upstream_rejected',
        message: 'The database did not commit, so nothing was changed.',
      })
      expect(await nameNow()).toBe('first')
    })

    it.each<Break>(['after COMMIT', 'before COMMIT'])(
      'is unknown when nobody can be asked either (%s), and says how to find out',
      async (moment) => {
        const shown = await preview({ statement })
        breakAt(moment)
        globalThis.fetch = () => Promise.reject(new TypeError('the network is down'))
        const error = await write({ statement }, shown).catch((thrown: unknown) => thrown)
        Object.assign(globalThis, network)
        expect(error).toBeInstanceOf(OutcomeUnknown)
        const { howToFindOut } = error as OutcomeUnknown
        const question = /SELECT pg_xact_status\('\d+'\)/.exec(howToFindOut)?.[0] ?? ''
        const [[status] = []] = await owner(question)
        expect([status, await nameNow()]).toEqual(
          moment === 'after COMMIT'
            ? ['committed', 'renamed']
            : [expect.stringMatching(/aborted|in progress/), 'first'],
        )
      },
    )
  })

  describe('a write that loses its connection earlier', () => {
    it('has changed nothing, and says so', async () => {
      const statement = "UPDATE products SET name = 'renamed' WHERE id = 10"
      const shown = await preview({ statement })
      const before = await owner('SELECT name FROM public.products WHERE id = 10')
      const Socket = globalThis.WebSocket
      globalThis.WebSocket = class extends Socket {
        override send(data: Parameters<WebSocket['send']>[0]): void {
          if (new TextDecoder().decode(data as Uint8Array).includes('SET CONSTRAINTS')) this.close()
          else super.send(data)
        }
      }
      await expect(write({ statement }, shown)).rejects.toMatchObject({
        name: 'ToolError',
        code: 'upstream_unavailable',
      })
      globalThis.WebSocket = Socket
      expect(await owner('SELECT name FROM public.products WHERE id = 10')).toEqual(before)
    })

    it('is refused when its time is over before the commit', async () => {
      const statement = "UPDATE products SET name = 'renamed' WHERE id = 10"
      const shown = await preview({ statement })
      await expect(
        write({ statement }, shown, {
          signal: AbortSignal.abort(new DOMException('late', 'TimeoutError')),
        }),
      ).rejects.toThrow('late')
      expect(
        await owner('SELECT count(*) FROM public.products WHERE name = $1', 'renamed'),
      ).toEqual([['0']])
    })
  })
}
