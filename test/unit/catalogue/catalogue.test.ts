import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../../shared/catalogue.ts'
import type { Integration } from '../../../shared/integration.ts'
import { listedTools } from '../../../shared/mcp.ts'

const ids = readdirSync('workers').filter((id) => existsSync(`workers/${id}/integration.ts`))
const integrations = await Promise.all(
  ids.map(
    async (id) =>
      ((await import(`../../../workers/${id}/integration.ts`)) as { default: Integration }).default,
  ),
)
const tools = integrations.flatMap((integration) =>
  listedTools(integration).map((tool) => ({ server: integration.id, tool })),
)

/** Every `$ref`, and every combinator at the root, of a schema. */
function trouble(schema: Record<string, unknown>): string[] {
  const root = ['anyOf', 'oneOf', 'allOf', '$ref', '$defs', 'definitions'].filter(
    (key) => key in schema,
  )
  const refs = JSON.stringify(schema).includes('"$ref"') ? ['$ref inside'] : []
  return [...root, ...refs]
}

describe('every tool of every endpoint', () => {
  it.each(tools)(
    '$tool.name has schemas that no client drops (an object at the root, no $ref, no combinator there)',
    ({ tool }) => {
      expect(tool.inputSchema.type).toBe('object')
      expect(tool.outputSchema.type).toBe('object')
      expect({ input: trouble(tool.inputSchema), output: trouble(tool.outputSchema) }).toEqual({
        input: [],
        output: [],
      })
    },
  )

  it.each(tools)('$tool.name says its title and what it does to the system', ({ tool }) => {
    expect(tool.title).not.toBe('')
    expect(tool.annotations.readOnlyHint).not.toBe(undefined)
    expect(tool.annotations.readOnlyHint && tool.annotations.destructiveHint).toBe(false)
  })

  it.each(tools)(
    '$tool.name fits every client (Cursor drops server and tool names of 60 characters together)',
    ({ server, tool }) => {
      expect(tool.name).toMatch(/^[a-z]+(_[a-z0-9]+)+$/)
      expect(`gatehouse-${server}`.length + tool.name.length).toBeLessThan(60)
    },
  )

  it.each(tools)('$tool.name takes at most 150 tokens of the model', ({ tool }) => {
    const { name, description, inputSchema } = tool
    expect(
      Math.ceil(JSON.stringify({ name, description, inputSchema }).length / 4),
    ).toBeLessThanOrEqual(150)
  })

  it.each(tools)(
    '$tool.name is described without steering the model or naming other tools',
    ({ tool }) => {
      const others = tools
        .map((one) => one.tool.name)
        .filter((name) => name !== tool.name && tool.description.includes(name))
      expect(others).toEqual([])
      expect(tool.description).not.toMatch(/\b(always|must|never|important|you should|best)\b/i)
    },
  )

  it.each(tools)(
    '$tool.name has no argument by which a model could approve its own write',
    ({ tool }) => {
      const properties = Object.keys((tool.inputSchema.properties ?? {}) as object)
      expect(
        properties.filter((name) => /^(confirm|confirmed|approve|approved|force|yes)$/.test(name)),
      ).toEqual([])
    },
  )

  it('has a name of its own over all endpoints, because an agent uses several at once', () => {
    const names = tools.map((one) => one.tool.name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })
})

describe('the catalogue', () => {
  it('holds exactly the tools that the endpoints list, with their scopes', () => {
    const written = Object.fromEntries(
      Object.entries(catalogue).map(([id, { tools }]) => [id, Object.keys(tools).sort()]),
    )
    const listed = Object.fromEntries(
      integrations.map((integration) => [
        integration.id,
        listedTools(integration)
          .map((tool) => tool.name)
          .sort(),
      ]),
    )
    expect(written).toEqual(listed)
  })

  it('has integrations whose folder, id and scopes agree', () => {
    expect(integrations.map((integration) => integration.id)).toEqual(ids)
  })
})
