import { describe, expect, it } from 'vitest'
import readme from '../../../../workers/postgres/README.md?raw'
import { readOne } from '../../../../workers/postgres/database.ts'
import { accessTo } from '../../../../workers/postgres/databases.ts'
import { typesOf } from '../../../../workers/postgres/types.ts'
import { valueOf } from '../../../../workers/postgres/values.ts'
import type { Caller } from '../caller.ts'

/** The lines of the README's table whose last two cells are code. */
const table = [...readme.matchAll(/^\| ([^|]+) \| `(.+?)` \| `(.+?)` \|$/gm)].map(
  ([, type, sql, json]) => ({ type, sql, json }),
)

export function values({ context }: Caller): void {
  /** As query_database makes values, without the guard, which refuses some of these casts. */
  async function valuesOf(sql: string): Promise<unknown[]> {
    const access = accessTo(context(), undefined)
    const run = (text: string) => readOne(access, { text })
    const { fields, rows } = await run(sql)
    const types = await typesOf(
      access,
      fields.map(({ dataTypeID }) => dataTypeID),
      (statement) => readOne(access, statement),
    )
    return rows[0]!.map((text, i) => valueOf(text, types[i]!))
  }

  describe('a value', () => {
    it.each(table)('of $type: $sql becomes $json, as the README says', async ({ sql, json }) => {
      const [value] = await valuesOf(`SELECT ${sql}`)
      expect(JSON.stringify(value)).toBe(json)
    })

    it('is in the README for each way that a value can leave', () => {
      expect(table.length).toBeGreaterThan(30)
    })

    it('too long is cut, with a mark that says by how much', async () => {
      const [text, json, array, bytes, emoji] = await valuesOf(`SELECT repeat('x', 2007),
        jsonb_build_object('a', repeat('x', 3000)), array_fill(7, ARRAY[2000]),
        decode(repeat('ab', 100), 'hex'), repeat('😀', 1500)`)
      expect(text).toBe(`${'x'.repeat(2000)}…[+7 characters]`)
      expect(json).toMatch(/^\{"a": "x{1993}…\[\+1009 characters\]$/)
      expect(array).toMatch(/^\{7,7,.{1995}…\[\+2001 characters\]$/)
      expect(bytes).toBe(`\\x${'ab'.repeat(64)}…[+36 bytes]`)
      expect(emoji).toBe(`${'😀'.repeat(1000)}…[+1000 characters]`)
    })

    it('is exact, also when the database or the role prints values otherwise', async () => {
      expect(
        await valuesOf(`SELECT current_setting('TimeZone'), current_setting('IntervalStyle'),
          current_setting('bytea_output'), current_setting('standard_conforming_strings')`),
      ).toEqual(['UTC', 'iso_8601', 'hex', 'on'])
    })
  })
}
