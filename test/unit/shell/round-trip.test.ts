import { beforeEach, describe, expect, it, vi } from 'vitest'
import { wantsSession } from '../../../shared/mcp.ts'
import type { Shell } from '../../../shared/pipeline.ts'
import { callIo, freshShell, hub, orders } from './orders.ts'
import { served, survey, surveyor, told } from './survey.ts'

let shell: Shell
beforeEach(() => {
  shell = freshShell(survey)
  told.length = 0
})

const accept = (content: Record<string, unknown>) => ({ action: 'accept', content }) as const

describe('the state a call takes to its person', () => {
  let id = 0
  /** One 2026 message as a client would write it by hand. */
  const send = async (
    params: Record<string, unknown>,
    { who = surveyor(), declares = { elicitation: { form: {}, url: {} } } as object } = {},
  ) => {
    const { fetch, settled } = served(shell, who)
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'by hand', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': declares,
    }
    const response = await fetch(shell.resource, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': String(params.name),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: ++id,
        method: 'tools/call',
        params: { ...params, _meta: meta },
      }),
    })
    const text = await response.text()
    const json = /^data: (\{.*\})$/m.exec(text)?.[1] ?? text
    await settled()
    return JSON.parse(json) as {
      result?: { requestState?: string; resultType?: string; structuredContent?: unknown }
      error?: { code: number; message: string }
    }
  }
  const call = { name: 'find_account', arguments: { customer: 'acme' } }
  const answered = { inputResponses: { which: accept({ region: 'north' }) } }
  const asked = async () => (await send(call)).result?.requestState ?? ''
  const refusal = {
    error: { code: -32_602, message: expect.stringContaining('does not belong to this call') },
  }
  const onRecord = () => hub.recorded.at(-1)

  it('is good for the same person, client, tool and arguments', async () => {
    const requestState = await asked()
    const { result } = await send({ ...call, ...answered, requestState })
    expect(result?.structuredContent).toMatchObject({ account: 'acme north' })
  })

  it('does not say who it is for, nor the arguments', async () => {
    const [, body = ''] = (await asked()).split('.')
    const text = atob(body.replaceAll('-', '+').replaceAll('_', '/'))
    expect(text).toMatch(/^\{"p":\{"call":"[0-9a-f]{64}"\},"exp":\d+,"b":"[\w-]+"\}$/)
    expect(text).not.toMatch(/ada|acme/)
  })

  const misuses: [string, (state: string) => Parameters<typeof send>][] = [
    ['edited', (state) => [{ ...call, ...answered, requestState: `${state}x` }]],
    ['made up', () => [{ ...call, ...answered, requestState: 'v1.e30.e30' }]],
    ['empty', () => [{ ...call, ...answered, requestState: '' }]],
    [
      'another person’s',
      (state) => [
        { ...call, ...answered, requestState: state },
        { who: surveyor({ userId: 'eve%40example.com', email: 'eve@example.com' }) },
      ],
    ],
    [
      'another client’s',
      (state) => [
        { ...call, ...answered, requestState: state },
        { who: surveyor({ clientId: 'client-2' }) },
      ],
    ],
    [
      'sent with other arguments',
      (state) => [{ ...call, ...answered, arguments: { customer: 'bolt' }, requestState: state }],
    ],
    [
      'sent to another tool',
      (state) => [{ name: 'introduce', arguments: {}, ...answered, requestState: state }],
    ],
  ]
  it.each(misuses)('is refused when %s, and the refusal is on record', async (_, misuse) => {
    const state = await asked()
    expect(await send(...misuse(state))).toMatchObject(refusal)
    expect(onRecord()).toMatchObject({ outcome: 'refused', errorCode: 'invalid_input' })
    expect(told).toEqual([])
  })

  it('is refused after an hour', async () => {
    const requestState = await asked()
    vi.useFakeTimers({ now: Date.now() + 3_601_000, toFake: ['Date'] })
    try {
      expect(await send({ ...call, ...answered, requestState })).toMatchObject(refusal)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is refused under another secret', async () => {
    const requestState = await asked()
    shell = { ...shell, env: { ...shell.env, CURSOR_SECRET: 'another' } }
    expect(await send({ ...call, ...answered, requestState })).toMatchObject(refusal)
  })

  it('protects an approval the same way: its bare id resumes nothing', async () => {
    shell = freshShell(orders)
    const { caller } = callIo().io
    const refund = { name: 'refund_order', arguments: { orderId: 7 } }
    const proposed = await send(refund, { who: caller })
    const approval = hub.proposals[0]?.id ?? ''
    expect(proposed.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: {
        approval: { params: { mode: 'url', url: expect.stringContaining(approval) } },
      },
    })
    expect(await send({ ...refund, requestState: approval }, { who: caller })).toMatchObject(
      refusal,
    )
    const other = { ...refund, arguments: { orderId: 8 } }
    const requestState = proposed.result?.requestState
    expect(await send({ ...other, requestState }, { who: caller })).toMatchObject(refusal)
    expect(hub.outcomes).toEqual([])
    expect((await send({ ...refund, requestState }, { who: caller })).result).toMatchObject({
      structuredContent: { status: 'done', approval_id: approval },
    })
    expect(hub.proposals).toHaveLength(1)
  })
})

describe('a session of the 2025 era', () => {
  const initialize = (elicitation?: object) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: elicitation ? { elicitation } : {},
      clientInfo: { name: 'c', version: '1' },
    },
  })
  const reads = { ...orders, tools: orders.tools.filter(({ effect }) => effect === 'read') }

  it.each([
    ['forms, where a tool asks', survey, { form: {} }, true],
    ['elicitation of no named mode, where a tool asks', survey, {}, true],
    ['links and forms, where a tool asks', survey, { form: {}, url: {} }, true],
    ['links, where nothing is written', survey, { url: {} }, false],
    ['links, where something is written', orders, { url: {} }, true],
    ['links, where nothing is written nor asked', reads, { url: {}, form: {} }, false],
    ['forms, where no tool asks', orders, { form: {} }, false],
    ['nothing', survey, undefined, false],
  ] as const)('for a client that declares %s', (_, integration, elicitation, wanted) => {
    expect(wantsSession(integration, initialize(elicitation))).toBe(wanted)
  })

  it('is not opened by any other message', () => {
    expect(wantsSession(survey, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).toBe(false)
  })
})
