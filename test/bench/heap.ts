/**
 * The live heap of an isolate over many calls, by the inspector. workerd collects no garbage on
 * demand, so what counts is the lowest of many readings: the heap just after a collection of its own.
 */
import * as z from 'zod'
import type { Caller } from './target.ts'

const Inspectable = z.array(z.object({ title: z.string(), webSocketDebuggerUrl: z.string() }))
const Usage = z.object({ result: z.object({ usedSize: z.number() }) })

/** KiB in use now, for the Worker whose name is part of its inspector title. */
export async function heapReader(
  inspectorPort: number,
  worker: string,
): Promise<{ read(): Promise<number>; close(): void }> {
  const listed = Inspectable.parse(
    await (await fetch(`http://127.0.0.1:${inspectorPort}/json`)).json(),
  )
  const target = listed.find(({ title }) => title.includes(worker))
  if (!target) throw new Error(`The inspector has no ${worker}.`)
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  const waiting = new Map<number, (message: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as { id?: number }
    if (message.id !== undefined) waiting.get(message.id)?.(message)
  })
  let id = 0
  const send = (method: string) =>
    new Promise<unknown>((resolve) => {
      waiting.set(++id, resolve)
      socket.send(JSON.stringify({ id, method }))
    })
  return {
    async read() {
      return Math.round(Usage.parse(await send('Runtime.getHeapUsage')).result.usedSize / 1024)
    },
    close: () => socket.close(),
  }
}

/** The lowest heap within each thousand calls, in KiB. */
export async function heapOverCalls(
  callers: readonly Caller[],
  read: () => Promise<number>,
  thousands: number,
): Promise<number[]> {
  const lowest: number[] = []
  for (let done = 0; done < thousands; done++) {
    const readings: number[] = []
    for (let part = 0; part < 50; part++) {
      let left = 20
      await Promise.all(
        callers.map(async (caller) => {
          while (left-- > 0) await caller.call()
        }),
      )
      readings.push(await read())
    }
    lowest.push(Math.min(...readings))
  }
  return lowest
}
