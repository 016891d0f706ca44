import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { startParser } from '../../../workers/postgres/guard/parser-host.ts'
import { parse } from '../../../workers/postgres/guard/parser.ts'

describe('the parser', { timeout: 60_000 }, () => {
  it('says that it is missing until it is handed over', async () => {
    expect(() => parse('SELECT 1')).toThrow(expect.objectContaining({ code: 'misconfigured' }))
    await import('./parser-in-node.ts')
    expect(parse('SELECT 1')).toMatchObject({ ok: true })
  })

  it('is the package’s own, but for the memory it asks for', async () => {
    const { parserFile } = await import('./parser-in-node.ts')
    const prepared = readFileSync(parserFile)
    const shipped = readFileSync(
      createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'),
    )
    expect(prepared.length).toBe(shipped.length)
    const changed = [...prepared.keys()].filter((at) => prepared[at] !== shipped[at])
    expect(changed.map((at) => [shipped[at], prepared[at]])).toEqual([
      [0x10, 0x05], // 2,048 → 640 pages at the start
      [0x80, 0x88], // 16,384 → 1,024 at most
      [0x01, 0x00],
    ])
  })

  it('needs 40 MiB, also after the largest statements', async () => {
    const { compiledParser } = await import('./parser-in-node.ts')
    const host = startParser(compiledParser)
    const size = 20_000
    const statements = [
      `SELECT ${'1,'.repeat(size / 2 - 5)}1`,
      `SELECT ${'a.b,'.repeat(4_990)}1`,
      `SELECT ${'f('.repeat(6_600)}`,
      `SELECT '${'😀'.repeat(9_000)}'`,
    ]
    for (let round = 0; round < 50; round += 1) {
      for (const sql of statements) {
        const bytes = new TextEncoder().encode(`${sql}\0`)
        const input = host.malloc(bytes.length)
        new Uint8Array(host.memory.buffer).set(bytes, input)
        const result = host.parse(input)
        host.free(input)
        host.freeResult(result)
      }
    }
    expect(host.memory.buffer.byteLength / 2 ** 20).toBe(40)
  })

  it('tells the place of an error in characters', () => {
    expect(parse("SELECT '😀 größer', FROM FROM x")).toEqual({
      ok: false,
      message: 'syntax error at or near "FROM"',
      position: 19,
    })
    expect(parse('SELECT (1')).toEqual({
      ok: false,
      message: 'syntax error at end of input',
      position: 9,
    })
  })
})
