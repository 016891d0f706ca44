import { Buffer } from 'node:buffer'
import { budgetChars, fitToBudget } from './budget.ts'
import { withDeadline } from './deadline.ts'
import { ToolError } from './errors.ts'
import type { ResourceTemplate } from './integration.ts'
import { governed, mayUse, type CallIo, type Shell } from './pipeline.ts'
import { marked, type AnswerPart } from './render.ts'
import type { Tool } from './tool.ts'
import { visible, visibleValue } from './visible.ts'

/** Where a kept answer is read in parts: `gatehouse://answer/{id}/{part}`. */
const keptPart = /^gatehouse:\/\/answer\/([0-9a-f-]{36})\/([1-9]\d{0,2})$/
const partChars = 60_000
/** What is kept of one answer: three million characters. */
const mostParts = 50
const mostBytes = 1_000_000
const completionDeadlineMs = 5_000

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
  const [, id, part] = keptPart.exec(uri) ?? []
  if (id !== undefined) return readKeptPart(shell, io, uri, id, Number(part))
  const match = matchResource(shell, uri)
  if (!match) return nothingAt(shell, io, uri, 'There is no resource at this address.')
  const { template, variables } = match
  const { mimeType } = template
  const call = { name: template.tool, args: { resource: uri }, parse: () => variables }
  return governed(shell, io, call, async (ctx, notes, tool) => {
    const content = await withDeadline(template.read(variables, ctx), ctx.signal)
    if (typeof content !== 'string' && content.byteLength > mostBytes)
      throw new ToolError('upstream_rejected', 'This resource is larger than 1 MB.')
    if (typeof content !== 'string')
      return { uri, mimeType, blob: Buffer.from(content).toString('base64') }
    const text = visible(content)
    if (text.length <= budgetChars)
      return { uri, mimeType, text: asData(shell, tool, mimeType, text) }
    notes.facts.truncated = true
    const [first = ''] = partsOf(text)
    const [, next] = await keepAnswer(shell, io, tool, text)
    const rest = `\n…[+${text.length - first.length} characters${next ? `: ${next.uri}` : ''}]`
    return { uri, mimeType, text: asData(shell, tool, mimeType, `${first}${rest}`) }
  })
}

/** Text of others is marked as data, like a tool's answer; what a program is to parse is left as it is. */
function asData(shell: Shell, tool: Tool, mimeType: string, text: string): string {
  const source = tool.trusted || !mimeType.startsWith('text/') ? undefined : shell.integration.title
  return marked(text, { source, boundary: crypto.randomUUID().slice(-12) })
}

/** Resources worth showing first: each template's own list, as far as policy and scope let this person. */
export async function listResources(
  shell: Shell,
  io: CallIo,
): Promise<{ uri: string; name: string; description?: string; mimeType: string }[]> {
  const lists = shell.integration.resources.map(async (template) => {
    const { list, name, tool, mimeType } = template
    if (!list || !mayRead(shell, io, template)) return []
    const call = { name: tool, args: { resources: name }, parse: () => ({}) }
    const items = await governed(shell, io, call, (ctx) => withDeadline(list(ctx), ctx.signal))
    return visibleValue(items.slice(0, 100)).map((item) => ({ ...item, mimeType }))
  })
  const resources = (await Promise.all(lists)).flat()
  const { answer } = fitToBudget({ resources }, 'resources')
  return answer.resources as typeof resources
}

/** Completions of a template's variable, governed like a reading; none for what the person may not read. */
export async function completeResource(
  shell: Shell,
  io: CallIo,
  uriTemplate: string,
  variable: string,
  value: string,
  known: Readonly<Record<string, string>>,
): Promise<string[]> {
  const template = shell.integration.resources.find((one) => one.uriTemplate === uriTemplate)
  const complete = template?.complete
  if (!complete || !mayRead(shell, io, template)) return []
  const call = {
    name: template.tool,
    args: { complete: variable, value, known },
    parse: () => known,
  }
  const values = await governed(shell, io, call, (ctx) => {
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(completionDeadlineMs)])
    return withDeadline(complete(variable, value, known, { ...ctx, signal }), signal)
  }).catch(() => []) // on record; somebody who types is best served with nothing
  return values.slice(0, 100).map(visible)
}

export const mayRead = (shell: Shell, io: Pick<CallIo, 'caller'>, template: ResourceTemplate) =>
  mayUse(shell, io.caller, template.tool) && io.caller.scopes.includes(template.scope)

/** Keeps a long answer in the person's Session object for an hour. @returns where its parts are; none when it can't be kept */
export async function keepAnswer(
  shell: Shell,
  io: CallIo,
  tool: Tool,
  text: string,
): Promise<AnswerPart[]> {
  const id = crypto.randomUUID()
  const parts = partsOf(text)
  const kept = parts.slice(0, mostParts)
  try {
    await sessionOf(shell, io).keepAnswer(id, tool.name, kept)
  } catch {
    return [] // the answer is cut, and says so
  }
  return kept.map((_, index) => ({
    uri: `gatehouse://answer/${id}/${index + 1}`,
    name: `Whole answer, part ${index + 1} of ${parts.length}${parts.length > mostParts ? ` (${mostParts} are kept)` : ''}`,
    mimeType: 'text/plain',
  }))
}

/** A text in parts, none of which begins or ends inside a character. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  for (let at = 0; at < text.length;) {
    const last = text.charCodeAt(at + partChars - 1)
    const end = at + partChars - (last >= 0xd800 && last <= 0xdbff ? 1 : 0)
    parts.push(text.slice(at, end))
    at = end
  }
  return parts
}

/** A part is read like the answer it is of: as far as policy and scope still let this person use the tool. */
async function readKeptPart(
  shell: Shell,
  io: CallIo,
  uri: string,
  id: string,
  part: number,
): Promise<ResourceContent> {
  const kept = await sessionOf(shell, io).answerPart(id, part)
  const gone = 'This answer is no longer kept (they are for an hour). Repeat the call.'
  if (!kept) return nothingAt(shell, io, uri, gone)
  const mimeType = 'text/plain'
  const call = { name: kept.tool, args: { resource: uri }, parse: () => ({}), unknown: gone }
  return governed(shell, io, call, async (_ctx, _notes, tool) => ({
    uri,
    mimeType,
    text: asData(shell, tool, mimeType, kept.text),
  }))
}

/** The refusal of an address that leads nowhere, on record like a tool that doesn't exist. @throws ToolError `not_found` */
const nothingAt = (shell: Shell, io: CallIo, uri: string, unknown: string): Promise<never> =>
  governed(shell, io, { name: uri, args: { resource: uri }, parse: () => ({}), unknown }, () =>
    Promise.reject(new ToolError('not_found', unknown)),
  )

export const sessionOf = (shell: Shell, io: Pick<CallIo, 'caller'>) =>
  shell.env.SESSION.get(shell.env.SESSION.idFromName(io.caller.principal.userId))
