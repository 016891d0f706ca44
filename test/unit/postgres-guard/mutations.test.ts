import { describe, expect, it } from 'vitest'
import { ToolError } from '../../../shared/errors.ts'
import { functions } from '../../../workers/postgres/guard/functions.ts'
import { readGrammar } from '../../../workers/postgres/guard/grammar.ts'
import { parse } from '../../../workers/postgres/guard/parser.ts'
import { isFields, nameParts, unwrap, type Fields } from '../../../workers/postgres/guard/tree.ts'
import { walk } from '../../../workers/postgres/guard/walker.ts'
import { corpus } from './corpus.ts'
import { objection } from './judge.ts'

describe('whatever becomes of a reporting query', { timeout: 60_000 }, () => {
  it('a dangerous node is refused in the place of any of its nodes', () => {
    const unrefused: string[] = []
    let places = 0
    for (const { name, statement } of trees())
      for (const place of replacements(statement, attack)) {
        places += 1
        if (accepts(statement)) unrefused.push(`${name}: ${place}`)
      }
    expect(places).toBeGreaterThan(20_000)
    expect(unrefused).toEqual([])
  })

  it('a field that the grammar doesn’t know is refused in any of its nodes', () => {
    const unrefused: string[] = []
    for (const { name, statement } of trees())
      for (const place of replacements(statement, withUnknownField))
        if (accepts(statement)) unrefused.push(`${name}: ${place}`)
    expect(unrefused).toEqual([])
  })

  it('shuffled text is judged without any other error, and what passes holds nothing refused', async () => {
    const random = generator(20_261_125)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const words = corpus.map(({ sql }) => tokens(sql))
    let passed = 0
    for (let round = 0; round < 4_000; round += 1) {
      const sql = mutate([...pick(words)], () => pick(pick(words)), random).join('')
      if ((await objection(sql)) !== null) continue
      passed += 1
      const parsed = parse(sql)
      expect([sql, parsed.ok && faults(parsed.statements)]).toEqual([sql, []])
    }
    // Else the mutations would only be rejected as no SQL, and prove little.
    expect(passed).toBeGreaterThan(300)
  })

  it('grafted trees are judged without any other error, and what passes holds nothing refused', () => {
    const random = generator(8_740)
    const all = trees().map(({ statement }) => statement)
    const grafts = [...all.flatMap(subtrees), ...attacks.flatMap(subtrees)]
    let passed = 0
    for (let round = 0; round < 4_000; round += 1) {
      const tree = all[Math.floor(random() * all.length)] as Fields
      const graft = grafts[Math.floor(random() * grafts.length)]
      const [changed] = graftAt(tree, Math.floor(random() * 60), graft)
      if (!isFields(changed) || !accepts(changed)) continue
      passed += 1
      expect(faults([changed])).toEqual([])
    }
    expect(passed).toBeGreaterThan(300)
  })
})

const attack = (): unknown => ({ FuncCall: { funcname: [{ String: { sval: 'pg_sleep' } }] } })

function withUnknownField(node: Fields): unknown {
  const [type = '', fields] = Object.entries(node)[0] ?? []
  return { [type]: { ...(isFields(fields) ? fields : {}), newerSyntax: true } }
}

const attacks: readonly Fields[] = [
  'SELECT pg_sleep(1), pg_read_file($$/etc/passwd$$) FROM pg_authid FOR UPDATE',
  'WITH d AS (DELETE FROM orders RETURNING *) SELECT * INTO x FROM d, pg_ls_dir($$.$$)',
  "SELECT 'a'::regclass, (o).xmin, query_to_xml('x', true, true, '') FROM orders o ORDER BY 1 USING <",
  "SELECT a OPERATOR(evil.+) b, current_user, xmlparse(DOCUMENT 'x') FROM shop.hr.salaries",
].map((sql) => statementOf(sql))

function trees(): { name: string; statement: Fields }[] {
  return corpus
    .filter(({ name }) => !name.startsWith('article-13'))
    .map(({ name, sql }) => ({ name, statement: statementOf(sql) }))
}

function statementOf(sql: string): Fields {
  const parsed = parse(sql)
  const statement = parsed.ok ? unwrap(parsed.statements[0]?.['stmt'])?.[1] : undefined
  if (!statement) throw new Error(`not parsed: ${sql}`)
  return statement
}

function accepts(statement: Fields): boolean {
  try {
    walk('SelectStmt', statement, { grammar: readGrammar, repeatable: false })
    return true
  } catch (error) {
    if (error instanceof ToolError && error.code === 'invalid_input') return false
    throw error
  }
}

/** Each of the statement's nodes in turn, changed in place and put back. */
function* replacements(
  value: unknown,
  change: (node: Fields) => unknown,
  place = '',
): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  const parent = value as Record<string, unknown>
  for (const [key, child] of Object.entries(parent)) {
    const here = `${place}/${key}`
    if (isFields(child) && /^[A-Z]/.test(Object.keys(child)[0] ?? '')) {
      parent[key] = change(child)
      yield here
      parent[key] = child
    }
    yield* replacements(child, change, here)
  }
}

function subtrees(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(subtrees)
  if (!isFields(value)) return []
  return [value, ...Object.values(value).flatMap(subtrees)]
}

/** The tree with the graft in place of its n-th object, counted from the root; and what is left to count. */
function graftAt(value: unknown, count: number, graft: unknown): readonly [unknown, number] {
  if (Array.isArray(value)) {
    let left = count
    const copy = value.map((item) => {
      const [changed, rest] = left < 0 ? [item, left] : graftAt(item, left, graft)
      left = rest
      return changed
    })
    return [copy, left]
  }
  if (!isFields(value)) return [value, count]
  if (count === 0) return [graft, -1]
  let left = count - 1
  const entries = Object.entries(value).map(([key, item]) => {
    const [changed, rest] = left < 0 ? [item, left] : graftAt(item, left, graft)
    left = rest
    return [key, changed] as const
  })
  return [Object.fromEntries(entries), left]
}

/** What a tree holds that no query may: found by another way than the guard's, by looking at every key. */
function faults(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(faults)
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const own: string[] = []
    if (key.endsWith('Stmt') && key !== 'SelectStmt') own.push(key)
    if (
      /^(intoClause|lockingClause|useOp|catalogname|setof|pct_type)$|^Xml|RangeTableFunc|CurrentOf/.test(
        key,
      )
    )
      own.push(key)
    if (key === 'funcname')
      own.push(...names(inner).filter((name) => !functions.has(name) && name !== 'pg_catalog'))
    if (key === 'relname' && String(inner).startsWith('pg_')) own.push(String(inner))
    if (key === 'names')
      own.push(...names(inner).filter((name) => /^reg|^oid$|xml|evil/.test(name)))
    if (key === 'fields')
      own.push(
        ...names(inner)
          .slice(-1)
          .filter((name) => /^(xmin|ctid)$/.test(name)),
      )
    if (key === 'indirection')
      own.push(...nameParts(inner).filter((name) => name !== 'key' && name !== 'value'))
    return [...own, ...faults(inner)]
  })
}

const names = (list: unknown): string[] =>
  [...JSON.stringify(list).matchAll(/"sval":"([^"]*)"/g)].map(([, name = '']) => name)

const tokens = (sql: string): string[] =>
  sql.match(/\s+|\w+|'[^']*'|"[^"]*"|[-+*/<>=~!@#%^&|`?:]+|./gs) ?? []

const poison = [
  'pg_sleep(1)',
  ' INTO x ',
  ' FOR UPDATE ',
  ';',
  'DELETE',
  '::regclass',
  ' pg_authid ',
  '.xmin',
  '--',
  '/*',
  '*/',
  "'",
  '$$',
  '(',
  ')',
  ' OPERATOR(evil.=) ',
  '\0',
  '\ud800',
  'U&"',
  ' USING < ',
]

/** One to three words removed, doubled, exchanged or replaced. */
function mutate(list: string[], other: () => string, random: () => number): string[] {
  for (let times = 1 + Math.floor(random() * 3); times > 0; times -= 1) {
    const at = Math.floor(random() * list.length)
    const kind = Math.floor(random() * 5)
    if (kind === 0) list.splice(at, 1)
    else if (kind === 1) list.splice(at, 0, list[at] ?? '')
    else if (kind === 2) list[at] = other()
    else if (kind === 3) list.splice(at, 0, poison[Math.floor(random() * poison.length)] ?? '')
    else list.splice(at, 0, list.splice(Math.floor(random() * list.length), 1)[0] ?? '')
  }
  return list
}

/** Numbers from 0 to 1, the same at every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
