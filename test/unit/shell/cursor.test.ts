import { describe, expect, it } from 'vitest'
import { openCursor, signCursor } from '../../../shared/cursor.ts'

const secret = 'a secret of the test'
const binding = {
  userId: 'a%40example.com',
  tool: 'query_database',
  args: { query: 'TABLE orders', limit: 100 },
}
const position = { at: '100', skip: 7 }

describe('a cursor', () => {
  it('leads back to its position for the same person, tool and arguments, in whatever order they stand', async () => {
    const cursor = await signCursor(secret, binding, position)
    expect(
      await openCursor(secret, { ...binding, args: { limit: 100, query: 'TABLE orders' } }, cursor),
    ).toEqual(position)
  })

  it.each([
    ['another person', { ...binding, userId: 'b%40example.com' }],
    ['another tool', { ...binding, tool: 'get_table_schema' }],
    ['another argument', { ...binding, args: { ...binding.args, limit: 101 } }],
    ['a number as a text', { ...binding, args: { ...binding.args, limit: '100' } }],
    ['one argument more', { ...binding, args: { ...binding.args, database: 'shop' } }],
  ])('is refused for %s', async (_, other) => {
    const cursor = await signCursor(secret, binding, position)
    await expect(openCursor(secret, other, cursor)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('is refused when edited, cut, forged or made with another secret, all in the same words', async () => {
    const cursor = await signCursor(secret, binding, position)
    const [payload = '', mac = ''] = cursor.split('.')
    const edited = btoa(JSON.stringify({ at: '0', skip: 0 })).replaceAll('=', '')
    const bad = [
      `${edited}.${mac}`,
      `${payload}.`,
      payload,
      `.${mac}`,
      '',
      'x',
      `${payload}.${mac}a`,
      `${payload}.${btoa('x'.repeat(32))}`,
      await signCursor('other', binding, position),
    ]
    const answers = await Promise.all(
      bad.map((one) => openCursor(secret, binding, one).catch((error: Error) => error.message)),
    )
    expect(new Set(answers)).toEqual(
      new Set([expect.stringMatching(/^This cursor does not belong to this call/)]),
    )
  })
})
