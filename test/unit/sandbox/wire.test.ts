import { expect, test } from 'vitest'
import * as wire from '../../sandbox/postgres/wire.ts'

test('messages are cut out of the stream however it is chopped', () => {
  const sent = Buffer.concat([wire.query('SELECT 1'), wire.sync, wire.query('x'.repeat(1000))])
  for (const size of [1, 3, 7, 64, sent.length]) {
    const reader = new wire.FrameReader()
    const frames: Buffer[] = []
    for (let at = 0; at < sent.length; at += size) {
      reader.push(sent.subarray(at, at + size))
      for (let frame = reader.frame(); frame; frame = reader.frame()) frames.push(frame)
    }
    expect(frames.map(wire.kindOf)).toEqual(['Q', 'S', 'Q'])
    expect(Buffer.concat(frames)).toEqual(sent)
  }
})

test.each([3, 64 * 1024 * 1024 + 1, 0x7fffffff, -1])(
  'a message of length %i is refused',
  (length) => {
    const head = Buffer.alloc(5, 'Q')
    head.writeInt32BE(length, 1)
    const reader = new wire.FrameReader()
    reader.push(head)
    expect(() => reader.frame()).toThrow(RangeError)
  },
)

test('the transaction status is read at the end of an answer only', () => {
  const row = wire.message('D', Buffer.from([0, 1, 0, 0, 0, 1]), 'I')
  expect([
    wire.statusAtEnd(Buffer.concat([row, wire.readyForQuery('T')])),
    wire.statusAtEnd(Buffer.concat([wire.readyForQuery('I'), row])),
    wire.statusAtEnd(Buffer.alloc(0)),
  ]).toEqual(['T', undefined, undefined])
})

test('rows are read as text and null; an error in the answer is thrown', () => {
  const row = wire.message('D', Buffer.from([0, 2, 255, 255, 255, 255, 0, 0, 0, 2]), 'é')
  expect(wire.rowsOf(Buffer.concat([row, row]))).toEqual([
    [null, 'é'],
    [null, 'é'],
  ])
  const failed = wire.errorResponse(wire.errorFields('ERROR', '22012', 'division by zero'))
  expect(() => wire.rowsOf(Buffer.concat([row, failed]))).toThrow('division by zero')
})
