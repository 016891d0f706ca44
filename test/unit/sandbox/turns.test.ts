import { expect, test } from 'vitest'
import { NoTurn, Turns } from '../../sandbox/postgres/turns.ts'

test('turns are taken one at a time, in the order of asking', async () => {
  const turns = new Turns(10, 10_000)
  const order: string[] = []
  await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      const end = await turns.take()
      order.push(`${name} in`)
      await Promise.resolve()
      order.push(`${name} out`)
      end()
    }),
  )
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
})

test('a queue that is full refuses at once', async () => {
  const turns = new Turns(1, 10_000)
  const end = await turns.take()
  const waiting = turns.take()
  await expect(turns.take()).rejects.toThrow(NoTurn)
  end()
  await expect(waiting).resolves.toBeTypeOf('function')
})

test('one that waited too long gives up its place without holding up those behind it', async () => {
  const turns = new Turns(10, 20)
  const end = await turns.take()
  await expect(turns.take()).rejects.toThrow(NoTurn)
  const patient = new Promise((resolve) => setTimeout(resolve, 1)).then(() => turns.take())
  end()
  await expect(patient).resolves.toBeTypeOf('function')
})
