import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { callRow } from '../../../shared/call-row.ts'
import { withDeadline } from '../../../shared/deadline.ts'
import { ToolError } from '../../../shared/errors.ts'
import { asToolError } from '../../../shared/failures.ts'
import { renderError } from '../../../shared/render.ts'
import { caller, freshShell } from './orders.ts'

const open = new AbortController().signal
const secret = 'hunter2'

let logged: string[]
beforeEach(() => {
  logged = []
  vi.spyOn(console, 'error').mockImplementation((...said) => void logged.push(said.join(' ')))
})
afterEach(() => vi.restoreAllMocks())

const named = (name: string, message = 'x') => Object.assign(new Error(message), { name })
const oddities: [string, unknown][] = [
  ['a message of several lines', new Error(`failed\npassword=${secret}`)],
  ['lines that look like frames', new Error(`failed\n    at ${secret} (10.0.0.7:5432)\n   at x`)],
  ['an empty message', new Error('')],
  ['a name made by an upstream', named(`E\n${secret}`)],
  ['a name that is a sentence', named(`no such password ${secret}`)],
  ['a text', `password=${secret}`],
  ['an object', { password: secret }],
  ['a cause', new Error('outer', { cause: new Error(secret) })],
  ['an aggregate', new AggregateError([new Error(secret)], 'several')],
  ['a getter that throws', Object.defineProperty(new Error('x'), 'code', { get: () => secret })],
  ['null', null],
  ['undefined', undefined],
]

describe('a thrown thing', () => {
  it.each(oddities)('shows nothing of itself, to the model or in the log: %s', (_, thrown) => {
    const error = asToolError(thrown, open)
    expect(error.code).toBe('internal')
    const seen = JSON.stringify([renderError(error), error.details, logged])
    expect(seen).not.toMatch(/hunter2|10\.0\.0\.7/)
    expect(logged.every((line) => !line.includes('\n'))).toBe(true)
  })

  it('says where it was thrown, for whoever reads the log', () => {
    asToolError(new TypeError('x'), open)
    expect(logged).toEqual([expect.stringMatching(/^call failed: TypeError .*failures\.test\.ts/)])
  })
})

describe('an error for the model', () => {
  const said = (error: ToolError) => (renderError(error).content[0] as { text: string }).text

  it('has what the caller hid in it made visible', () => {
    expect(said(new ToolError('not_found', 'no "a\u202Eb\u{E0041}\u200B"'))).toBe(
      'not_found: no "a‹U+202E›b‹U+E0041›‹U+200B›"',
    )
  })

  it('is of bounded length, and still says when to come back', () => {
    const long = said(
      new ToolError('invalid_input', 'x'.repeat(900_000), { retryAfterSeconds: 1.2 }),
    )
    expect(long).toMatch(/x… Try again in 2 seconds\.$/)
    expect(long.length).toBeLessThan(2_100)
  })
})

describe('work under a deadline', () => {
  const unheard: unknown[] = []
  const listen = (reason: unknown) => unheard.push(reason)
  beforeEach(() => {
    unheard.length = 0
    process.on('unhandledRejection', listen)
  })
  afterEach(() => process.off('unhandledRejection', listen))
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0))

  it('leaves no failure unheard, which the runtime would log with its words', async () => {
    const gone = AbortSignal.abort(new DOMException('', 'AbortError'))
    await expect(withDeadline(Promise.reject(new Error(secret)), gone)).rejects.toThrow()
    const late = new AbortController()
    let fail: (reason: Error) => void = () => undefined
    const work = withDeadline(new Promise((_, reject) => (fail = reject)), late.signal)
    late.abort(new DOMException('', 'AbortError'))
    await expect(work).rejects.toThrow()
    fail(new Error(secret))
    await turn()
    expect(unheard).toEqual([])
  })
})

describe('the audit row of a call', () => {
  const row = (over: Partial<Parameters<typeof callRow>[2]>) =>
    callRow(freshShell(), caller(), {
      startedAt: 5,
      endedAt: 7,
      name: 'list_orders',
      tool: undefined,
      args: {},
      facts: {},
      answer: undefined,
      outcome: 'ok',
      errorCode: '',
      approvalId: '',
      ...over,
    })

  it('has its facts redacted and on one line', () => {
    const { facts } = row({
      facts: { problem: `Bearer abcdefghijklmnop1234567890\nnext\u202E`, rows: 7 },
    })
    expect(facts.rows).toBe(7)
    expect(String(facts.problem)).not.toMatch(/abcdefgh|\n|\u202E/)
  })

  it('keeps within what the ledger takes, whatever the caller sent', () => {
    const { tool, approvalId, facts, durationMs } = row({
      name: 'n\u202E"\\'.repeat(10_000),
      approvalId: 'a'.repeat(5_000),
      facts: { note: '\u0000'.repeat(5_000) },
      endedAt: 1,
    })
    expect(tool.length).toBeLessThanOrEqual(128)
    expect(approvalId).toBe('a'.repeat(64))
    expect(String(facts.note).length).toBeLessThanOrEqual(500)
    expect(durationMs).toBe(0)
  })

  it.each([null, undefined, [], 'text', 7, new Uint8Array(3), { result: null }])(
    'is made for whatever was answered: %s',
    (answer) => {
      expect(row({ answer }).responseBytes).toBeGreaterThanOrEqual(0)
    },
  )
})
