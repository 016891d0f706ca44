import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { configuration } from '../../../shared/configuration.ts'

const Schema = z.object({
  API_URL: z.url(),
  API_TOKEN: z.string().min(10),
  MODE: z.enum(['fast', 'slow']).default('fast'),
})

describe('configuration', () => {
  it('is parsed, defaults included, and holds nothing that the schema does not name', () => {
    const env = { API_URL: 'https://a.example', API_TOKEN: 'secret-token', OTHER_SECRET: 'x' }
    expect(configuration(Schema)({ env })).toEqual({
      API_URL: 'https://a.example',
      API_TOKEN: 'secret-token',
      MODE: 'fast',
    })
  })

  it('is parsed once for one set of bindings, and anew for another', () => {
    const parse = vi.spyOn(Schema, 'safeParse')
    const read = configuration(Schema)
    const env = { API_URL: 'https://a.example', API_TOKEN: 'secret-token' }
    expect(read({ env })).toBe(read({ env }))
    expect(read({ env: { ...env, API_URL: 'https://b.example' } }).API_URL).toBe(
      'https://b.example',
    )
    expect(parse).toHaveBeenCalledTimes(2)
    parse.mockRestore()
  })

  it('names the settings that are wrong and says no value of any', () => {
    const env = { API_URL: 'not-a-url-but-a-secret', MODE: 'hunter2' }
    expect(() => configuration(Schema)({ env })).toThrow(
      expect.objectContaining({
        code: 'misconfigured',
        message:
          "This endpoint isn't set up: API_URL, API_TOKEN, MODE missing or malformed. Tell the administrator; trying again won't help.",
        details: { settings: 'API_URL, API_TOKEN, MODE' },
      }),
    )
  })

  it('is missing as a whole where there are no bindings', () => {
    for (const env of [undefined, null, 'x', 7])
      expect(() => configuration(Schema)({ env })).toThrow(
        expect.objectContaining({ code: 'misconfigured' }),
      )
  })
})
