import { beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { InputNeeded, ask } from '../../../shared/ask.ts'
import { callTool, type Shell } from '../../../shared/pipeline.ts'
import { callIo, freshShell, hub } from './orders.ts'
import { clientOf, survey, surveyor, told, type Asked } from './survey.ts'

let shell: Shell
beforeEach(() => {
  shell = freshShell(survey)
  told.length = 0
})

const accept = (content: Record<string, unknown>) => ({ action: 'accept', content }) as const
const Name = z.object({ name: z.string() })
const whatName = { who: { message: 'Name?', schema: Name } }

describe('ask', () => {
  const thrownBy = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      return error
    }
    throw new Error('It did not throw.')
  }

  it('ends the call with what is not answered yet, or not as its schema wants it', () => {
    for (const answers of [{}, { who: accept({ name: 7 }) }, { other: accept({ name: 'Ada' }) }]) {
      const thrown = thrownBy(() => ask({ answers }, whatName))
      expect(thrown).toBeInstanceOf(InputNeeded)
      expect((thrown as InputNeeded).questions).toEqual(whatName)
    }
  })

  it('asks for the open ones alone', () => {
    const both = { ...whatName, again: { message: 'Again?', schema: Name } }
    const thrown = thrownBy(() => ask({ answers: { who: accept({ name: 'Ada' }) } }, both))
    expect((thrown as InputNeeded).questions).toEqual({ again: both.again })
  })

  it('gives the parsed answers, without what nobody asked for', () => {
    const answers = { who: accept({ name: 'Ada', admin: true }) }
    expect(ask({ answers }, whatName)).toEqual({ who: { name: 'Ada' } })
  })

  it('takes a declined or closed form as a refusal, and does not ask again', () => {
    for (const action of ['decline', 'cancel'] as const)
      expect(thrownBy(() => ask({ answers: { who: { action } } }, whatName))).toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('chose not to answer: "Name?"'),
      })
  })

  it('takes nothing from a prototype for an answer', () => {
    const question = { constructor: whatName.who }
    expect(thrownBy(() => ask({ answers: {} }, question))).toBeInstanceOf(InputNeeded)
  })
})

describe('a read that asks', () => {
  const call = async (
    answers?: Record<string, ReturnType<typeof accept>>,
    tool = 'find_account',
  ) => {
    const { io, settled } = callIo({ caller: surveyor(), ...(answers && { answers }) })
    const args = tool === 'find_account' ? { customer: 'acme' } : {}
    const outcome = await callTool(shell, io, tool, args)
    await settled()
    return { outcome, row: hub.recorded.at(-1) }
  }

  it('is on record as waiting for input, which is no error', async () => {
    const { outcome, row } = await call()
    expect(Object.keys(outcome.questions ?? {})).toEqual(['which'])
    expect(row).toMatchObject({ outcome: 'input_required', errorCode: '', tool: 'find_account' })
  })

  it('goes on with the answers, which are on record like arguments: redacted', async () => {
    const { outcome, row } = await call({ which: accept({ region: 'north', password: 'hunter2' }) })
    expect(outcome.result.structuredContent).toMatchObject({ account: 'acme north' })
    expect(row).toMatchObject({
      outcome: 'ok',
      facts: { answers: '{"which":{"password":"[redacted]","region":"north"}}' },
    })
  })

  it('is refused when an answer lies outside what policy allows in arguments', async () => {
    const { outcome, row } = await call({ which: accept({ region: 'east' }) })
    expect(outcome.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^forbidden: region "east" is not among/) }],
    })
    expect(row).toMatchObject({ outcome: 'refused', errorCode: 'forbidden' })
    expect(told).toEqual([])
  })

  it('is the only kind that is given answers', async () => {
    const { outcome } = await call({ which: accept({ region: 'north' }) }, 'plain')
    expect(outcome.result.structuredContent?.knows).not.toContain('answers')
  })
})

describe.each(['auto', 'legacy'] as const)('a client that shows forms, %s', (era) => {
  const forms = { elicitation: { form: {} } }

  it('asks its person and gets the answer of the same call', async () => {
    const asked: Asked[] = []
    const { client, settled } = await clientOf(shell, era, forms, (form) => {
      asked.push(form)
      return accept({ region: 'south' })
    })
    const result = await client.callTool({
      name: 'find_account',
      arguments: { customer: 'acme\u202E' },
    })
    expect(result.structuredContent).toMatchObject({ account: 'acme‹U+202E› south' })
    expect(asked).toMatchObject([
      {
        mode: 'form',
        message: 'Which account of acme‹U+202E›?',
        requestedSchema: {
          type: 'object',
          properties: { region: { type: 'string', enum: ['north', 'south'] } },
          required: ['region'],
        },
      },
    ])
    await settled()
    expect(hub.recorded.map(({ outcome }) => outcome)).toEqual(['input_required', 'ok'])
  })

  it('is asked round after round, and again when an answer does not fit', async () => {
    const answers = [{ name: 'much too long' }, { name: 'Ada' }, { age: 36 }]
    const asked: string[] = []
    const { client, settled } = await clientOf(shell, era, forms, ({ message }) => {
      asked.push(message)
      return accept(answers.shift() ?? {})
    })
    const result = await client.callTool({ name: 'introduce' })
    expect(result.structuredContent).toMatchObject({ text: 'Ada, 36' })
    expect(asked).toEqual(['Name?', 'Name?', 'Age, Ada?'])
    expect(told).toEqual([{ name: 'Ada', age: 36 }])
    await settled()
  })

  it('hears that its person would not answer', async () => {
    const { client, settled } = await clientOf(shell, era, forms, () => ({ action: 'decline' }))
    expect(await client.callTool({ name: 'introduce' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('The person chose not to answer: "Name?"') }],
    })
    await settled()
  })
})

describe('a client that can’t show forms', () => {
  const words = /needs an answer from the person.*no form elicitation.*"Name\?"/

  it.each([{}, { elicitation: { url: {} } }])('gets −32021 in 2026, with %j', async (declares) => {
    const { client, settled } = await clientOf(shell, 'auto', declares)
    await expect(client.callTool({ name: 'introduce' })).rejects.toMatchObject({
      code: -32_021,
      message: expect.stringMatching(words),
      data: { requiredCapabilities: { elicitation: { form: {} } } },
    })
    await settled()
    expect(hub.recorded).toMatchObject([{ outcome: 'input_required' }])
  })

  it.each([{}, { elicitation: { url: {} } }])('gets isError in 2025, with %j', async (declares) => {
    const { client, sessions, settled } = await clientOf(shell, 'legacy', declares)
    expect(await client.callTool({ name: 'introduce' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(words) }],
    })
    expect(sessions.size).toBe(0)
    await settled()
  })
})
