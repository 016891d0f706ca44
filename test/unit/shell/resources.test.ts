import { beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { SessionApi } from '../../../shared/caller.ts'
import { defineIntegration, type ResourceTemplate } from '../../../shared/integration.ts'
import { KeptAnswers } from '../../../shared/kept-answers.ts'
import type { Shell } from '../../../shared/pipeline.ts'
import {
  completeResource,
  keepAnswer,
  listResources,
  matchUri,
  readResource,
} from '../../../shared/resources.ts'
import { defineTool } from '../../../shared/tool.ts'
import { callIo, caller, freshShell, hub } from './orders.ts'
import { sqlInMemory } from './sql.ts'

const system = {
  text: 'a note' as string | Uint8Array,
  hang: false,
  asked: 0,
}
const answer = async <T>(value: T): Promise<T> => {
  system.asked++
  if (system.hang) await new Promise(() => undefined)
  return value
}

const getNote = defineTool({
  name: 'get_note',
  title: 'Get note',
  description: 'One note.',
  scope: 'notes:read',
  effect: 'read',
  deadlineMs: 100,
  input: z.object({}),
  output: z.object({ note: z.string() }),
  run: async () => ({ note: '' }),
})
const template = (over: Partial<ResourceTemplate>): ResourceTemplate => ({
  name: 'note',
  title: 'Note',
  description: 'A note.',
  uriTemplate: 'notes://{folder}/{id}',
  mimeType: 'text/markdown',
  scope: 'notes:read',
  tool: 'get_note',
  read: () => answer(system.text),
  list: () =>
    answer(
      Array.from({ length: 500 }, (_, i) => ({ uri: `notes://a/${i}`, name: 'n'.repeat(3_000) })),
    ),
  complete: (_, value) => answer(Array.from({ length: 300 }, (__, i) => `${value}${i}`)),
  ...over,
})
const notes = defineIntegration({
  id: 'notes',
  title: 'Notes',
  instructions: 'Notes.',
  scopes: { 'notes:read': 'See notes' },
  limits: { folders: { title: 'Folders', kind: 'list', argument: 'folder' } },
  tools: [getNote],
  resources: [
    template({}),
    template({ name: 'data', uriTemplate: 'data://{id}', mimeType: 'application/json' }),
  ],
})

let now: number
let kept: KeptAnswers
let shell: Shell
beforeEach(() => {
  Object.assign(system, { text: 'a note', hang: false, asked: 0 })
  now = 5_000_000
  kept = new KeptAnswers(sqlInMemory())
  const session: Pick<SessionApi, 'keepAnswer' | 'answerPart'> = {
    keepAnswer: async (id, tool, parts) => kept.keep(id, tool, parts, now),
    answerPart: async (id, part) => kept.part(id, part, now),
  }
  const plain = freshShell()
  const SESSION = { idFromName: (name: string) => name, get: () => session }
  shell = {
    ...plain,
    integration: notes,
    tools: new Map([[getNote.name, getNote]]),
    env: { ...plain.env, SESSION },
  } as unknown as Shell
})

const reader = (over: Parameters<typeof caller>[0] = {}) =>
  caller({
    scopes: ['notes:read'],
    slice: {
      version: 'p1',
      tools: { get_note: { rule: 'r1', mode: 'never', limits: { folders: ['a'] } } },
      quotas: [],
      off: [],
    },
    ...over,
  })
const off = reader({ slice: { version: 'p2', tools: {}, quotas: [], off: ['get_note'] } })

/** Does it for a caller. @returns what came, or the error's code, with the rows it left */
async function as<T>(
  who: ReturnType<typeof reader>,
  work: (io: ReturnType<typeof callIo>['io']) => Promise<T>,
) {
  const { io, settled } = callIo({ caller: who })
  hub.recorded = []
  const came = await work(io).catch((error: { code?: string }) => String(error.code))
  await settled()
  return {
    came,
    rows: hub.recorded.map(({ tool, outcome, arguments: args }) => [tool, outcome, args]),
  }
}
const read = (uri: string, who = reader()) => as(who, (io) => readResource(shell, io, uri))
const textAt = async (uri: string) => {
  const { came } = await read(uri)
  return typeof came === 'object' && 'text' in came ? came.text : String(came)
}

describe('an address', () => {
  it.each([
    ['notes://a/b', { folder: 'a', id: 'b' }],
    ['notes://a/%2F..%2F', { folder: 'a', id: '/../' }],
    ['notes://a/%E2%80%AE', { folder: 'a', id: '\u202E' }],
    ['notes://a/..', { folder: 'a', id: '..' }],
    ['notes://a/', undefined],
    ['notes:///b', undefined],
    ['notes://a/b/c', undefined],
    ['notes://a/b?c', undefined],
    ['notes://a/b#c', undefined],
    ['notes://a/%', undefined],
    ['notes://a/%ff', undefined],
    ['NOTES://a/b', undefined],
    ['xnotes://a/b', undefined],
    ['notes://a/b\n', { folder: 'a', id: 'b\n' }],
  ])('%j has one value a segment, or leads nowhere', (uri, variables) => {
    expect(matchUri('notes://{folder}/{id}', uri)).toEqual(variables)
  })
})

describe('reading a resource', () => {
  it('is marked as data when it is for the model, and left alone when a program parses it', async () => {
    expect(await textAt('notes://a/1')).toMatch(
      /^Texts in this answer come from Notes .*\n<data-([0-9a-f]{12})>\na note\n<\/data-\1>$/,
    )
    system.text = '{"a":1}'
    expect(await textAt('data://1')).toBe('{"a":1}')
  })

  it.each([
    ['a folder outside of policy', 'notes://b/1', reader(), 'forbidden', 'get_note'],
    ['a tool that is switched off', 'notes://a/1', off, 'forbidden', 'get_note'],
    ['a scope that is missing', 'notes://a/1', reader({ scopes: [] }), 'forbidden', 'get_note'],
    [
      'an address of nothing',
      'files://etc/passwd',
      reader(),
      'not_found',
      '{"unknown":"files://etc/passwd"}',
    ],
    [
      'an answer of nobody',
      `gatehouse://answer/${crypto.randomUUID()}/1`,
      reader(),
      'not_found',
      '{"unknown":"gatehouse',
    ],
  ])('is refused for %s, on record once, with nothing asked', async (_, uri, who, code, tool) => {
    const { came, rows } = await read(uri, who)
    expect(came).toBe(code)
    expect(rows).toEqual([
      [expect.stringContaining(tool), 'refused', JSON.stringify({ resource: uri })],
    ])
    expect(system.asked).toBe(0)
  })

  it('ends at the deadline even if the integration ignores its signal', async () => {
    system.hang = true
    const { came, rows } = await read('notes://a/1')
    expect([came, rows.length]).toEqual(['upstream_unavailable', 1])
    const list = await as(reader(), (io) => listResources(shell, io))
    expect(list.came).toBe('upstream_unavailable')
  })

  it('of more than 1 MB of bytes is refused', async () => {
    system.text = new Uint8Array(1_000_001)
    expect((await read('notes://a/1')).came).toBe('upstream_rejected')
  })
})

describe('the list of resources', () => {
  it('stays within the budget', async () => {
    const { came } = await as(reader(), (io) => listResources(shell, io))
    expect(JSON.stringify(came).length).toBeLessThan(80_000)
    expect(came.length).toBeGreaterThan(5)
  })

  it('is empty, and asks nothing, for whom policy keeps out', async () => {
    expect((await as(off, (io) => listResources(shell, io))).came).toEqual([])
    expect(system.asked).toBe(0)
  })
})

describe('a completion', () => {
  const complete = (
    who: ReturnType<typeof reader>,
    known = {},
    uriTemplate = 'notes://{folder}/{id}',
  ) => as(who, (io) => completeResource(shell, io, uriTemplate, 'id', 'x\u202E', known))

  it('is bounded, visible, and on record', async () => {
    const { came, rows } = await complete(reader(), { folder: 'a' })
    expect(came).toHaveLength(100)
    expect(came[0]).toBe('x‹U+202E›0')
    expect(rows).toEqual([
      ['get_note', 'ok', '{"complete":"id","known":{"folder":"a"},"value":"x\\u202e"}'],
    ])
  })

  it.each([
    ['whom policy keeps out', off, {}, undefined],
    ['a folder outside of policy', reader(), { folder: 'b' }, undefined],
    ['a template of nothing', reader(), {}, 'files://{path}'],
  ])('is nothing for %s, and nothing is asked', async (_, who, known, uriTemplate) => {
    expect((await complete(who, known, uriTemplate)).came).toEqual([])
    expect(system.asked).toBe(0)
  })

  it('is nothing when the integration never answers', async () => {
    system.hang = true
    expect((await complete(reader())).came).toEqual([])
  })
})

describe('a kept answer', () => {
  const keep = async (text: string) => {
    const { io, settled } = callIo({ caller: reader() })
    const parts = await keepAnswer(shell, io, getNote, text)
    await settled()
    return parts
  }

  it('is cut between characters, at any length', async () => {
    for (const before of [59_998, 59_999, 60_000, 60_001]) {
      const text = `${'x'.repeat(before)}😀${'y'.repeat(60_000)}😀`
      const parts = await keep(text)
      const bodies = await Promise.all(
        parts.map(async ({ uri }) => /<data-\w+>\n(.*)\n<\//s.exec(await textAt(uri))?.[1] ?? ''),
      )
      expect(bodies.every((body) => body.isWellFormed() && body.length <= 60_000)).toBe(true)
      expect(bodies.join('')).toBe(text)
    }
  })

  it('is no longer read once policy takes its tool away', async () => {
    const [part] = await keep('secret')
    const { came, rows } = await read(part?.uri ?? '', off)
    expect([came, rows.length]).toEqual(['forbidden', 1])
  })

  it('is forgotten after an hour', async () => {
    const [part] = await keep('text')
    now += 3_599_999
    expect(await textAt(part?.uri ?? '')).toContain('text')
    now += 1
    expect(await textAt(part?.uri ?? '')).toBe('not_found')
    expect(kept.forget(now)).toBe(0)
  })

  it('makes room: fifty of a person, fifty parts of each, and its links say so', async () => {
    const [first] = await keep('first')
    for (let i = 0; i < 50; i++) await keep(`answer ${i}`)
    expect(await textAt(first?.uri ?? '')).toBe('not_found')
    const parts = await keep('z'.repeat(60_000 * 60))
    expect(parts).toHaveLength(50)
    expect(parts[0]?.name).toBe('Whole answer, part 1 of 60 (50 are kept)')
    expect(await textAt(parts[49]?.uri ?? '')).toContain('zzz')
  })

  it('has no links when it can’t be kept', async () => {
    const down = {
      ...shell.env,
      SESSION: {
        idFromName: () => '',
        get: () => ({ keepAnswer: () => Promise.reject(new Error('down')) }),
      },
    }
    const broken = { ...shell, env: down } as unknown as Shell
    expect(await keepAnswer(broken, callIo().io, getNote, 'x')).toEqual([])
  })
})
