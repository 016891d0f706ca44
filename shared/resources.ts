import { Buffer } from 'node:buffer'
import { fitToBudget } from './budget.ts'
import { ToolError } from './errors.ts'
import type { ResourceTemplate } from './integration.ts'
import { governed, mayUse, toolContext, type CallIo, type Shell } from './pipeline.ts'
import { visible } from './visible.ts'

/** Where a stored long answer is read in parts: `gatehouse://answer/{id}/{part}`. */
const storedAnswer = /^gatehouse:\/\/answer\/([0-9a-f-]{36})\/(\d{1,3})$/
const partChars = 60_000

/** The resource a URI names, with its variables; undefined when no template fits. */
export function matchResource(
  shell: Shell,
  uri: string,
): { template: ResourceTemplate; variables: Record<string, string> } | undefined {
  for (const template of shell.integration.resources) {
    const variables = matchUri(template.uriTemplate, uri)
    if (variables) return { template, variables }
  }
  return undefined
}

/** RFC 6570 level 1: each variable is one segment. */
export function matchUri(uriTemplate: string, uri: string): Record<string, string> | undefined {
  const names: string[] = []
  const pattern = uriTemplate.replace(/[.*+?^$()|[\]\\]|\{(\w+)\}/g, (found, name?: string) => {
    if (name === undefined) return `\\${found}`
    names.push(name)
    return '([^/?#]+)'
  })
  const match = new RegExp(`^${pattern}$`).exec(uri)
  if (!match) return undefined
  try {
    return Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]),
    )
  } catch {
    return undefined
  }
}

export type ResourceContent = { readonly uri: string; readonly mimeType: string } & (
  | { readonly text: string }
  | { readonly blob: string }
)

/** Reads one resource under the same governance as a tool call. @throws ToolError */
export async function readResource(
  shell: Shell,
  io: CallIo,
  uri: string,
): Promise<ResourceContent> {
  const stored = storedAnswer.exec(uri)
  if (stored) return storedPart(shell, io, uri, stored[1] ?? '', Number(stored[2]))
  const match = matchResource(shell, uri)
  if (!match) throw new ToolError('not_found', `There is no resource at this address.`)
  const { template, variables } = match
  const call = { name: template.tool, args: { resource: uri }, parse: () => variables }
  const content = await governed(shell, io, call, (ctx) => template.read(variables, ctx))
  const { mimeType } = template
  if (typeof content !== 'string')
    return { uri, mimeType, blob: Buffer.from(content).toString('base64') }
  return {
    uri,
    mimeType,
    text: fitToBudget({ text: visible(content) }, undefined).answer.text as string,
  }
}

/** Resources worth showing first: each template's own list, as far as policy and scope let this person. */
export async function listResources(
  shell: Shell,
  io: CallIo,
): Promise<{ uri: string; name: string; description?: string; mimeType: string }[]> {
  const lists = shell.integration.resources.map(async (template) => {
    if (!template.list || !open(shell, io, template)) return []
    const items = await governed(
      shell,
      io,
      { name: template.tool, args: { resources: template.name }, parse: () => ({}) },
      async (ctx) => template.list?.(ctx) ?? [],
    )
    return items.slice(0, 100).map((item) => ({ ...item, mimeType: template.mimeType }))
  })
  return (await Promise.all(lists)).flat()
}

/** Completions of a template's variable; none for what the person may not read. */
export async function completeResource(
  shell: Shell,
  io: CallIo,
  uriTemplate: string,
  variable: string,
  value: string,
  known: Readonly<Record<string, string>>,
): Promise<string[]> {
  const template = shell.integration.resources.find((one) => one.uriTemplate === uriTemplate)
  if (!template?.complete || !open(shell, io, template)) return []
  const limits = io.caller.slice.tools[template.tool]?.limits ?? {}
  const ctx = toolContext(shell, io, {
    callId: crypto.randomUUID(),
    limits,
    facts: {},
    deadlineMs: 5_000,
  })
  const values = await template.complete(variable, value, known, ctx).catch(() => [])
  return values.map(visible).slice(0, 100)
}

export const open = (shell: Shell, io: Pick<CallIo, 'caller'>, template: ResourceTemplate) =>
  mayUse(shell, io.caller, template.tool) && io.caller.scopes.includes(template.scope)

/** Keeps a long answer in the person's Session object for an hour. @returns the addresses of its parts */
export async function storeAnswer(shell: Shell, io: CallIo, text: string): Promise<string[]> {
  const id = crypto.randomUUID()
  const count = Math.ceil(text.length / partChars)
  await sessionOf(shell, io).putText(id, text, 'application/json')
  return Array.from({ length: count }, (_, index) => `gatehouse://answer/${id}/${index + 1}`)
}

async function storedPart(
  shell: Shell,
  io: CallIo,
  uri: string,
  id: string,
  part: number,
): Promise<ResourceContent> {
  const stored = await sessionOf(shell, io).getText(id)
  const text = stored?.text.slice((part - 1) * partChars, part * partChars) ?? ''
  if (!stored || text === '')
    throw new ToolError(
      'not_found',
      'This answer is no longer kept (they are for an hour). Repeat the call.',
    )
  return { uri, mimeType: stored.mimeType, text }
}

export const sessionOf = (shell: Shell, io: Pick<CallIo, 'caller'>) =>
  shell.env.SESSION.get(shell.env.SESSION.idFromName(io.caller.principal.userId))
