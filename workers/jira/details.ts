import * as z from 'zod'
import type { ToolContext } from '../../shared/tool.ts'
import { AdfDocument } from './adf/document.ts'
import { adfToMarkdown } from './adf/to-markdown.ts'
import { Named, User, minute } from './issue.ts'
import { mayUseProject, projectOf, withoutForeignKeys } from './projects.ts'

/** The parts of an issue that have a list of their own, parsed from Jira and shaped for the model. */

export const Comment = z.object({
  id: z.string(),
  author: User.nullish(),
  body: AdfDocument.optional(),
  created: z.string(),
  jsdPublic: z.boolean().optional(),
  visibility: z.object({ value: z.string() }).optional(),
})
export const ShownComment = z.object({
  id: z.string(),
  author: z.string(),
  created: z.string(),
  internal: z.boolean().optional().describe('Hidden from the customer'),
  only_for: z.string().optional().describe('Group or role that may see it'),
  body: z.string(),
  not_shown: z.array(z.string()).optional(),
})

export function shownComment(comment: z.infer<typeof Comment>): z.infer<typeof ShownComment> {
  const { id, author, body, created, jsdPublic, visibility } = comment
  const { markdown, notShown } = body ? adfToMarkdown(body) : { markdown: '', notShown: [] }
  return {
    id,
    author: author?.displayName ?? 'somebody',
    created: minute(created),
    ...(jsdPublic === false && { internal: true }),
    ...(visibility && { only_for: visibility.value }),
    body: markdown,
    ...(notShown.length > 0 && { not_shown: [...notShown] }),
  }
}

/** Jira calls a field's new text `toString`, which every object has: only its own one counts. */
const ChangedField = z.record(z.string(), z.unknown()).transform((item) => {
  const own = (name: string): string => {
    const value = Object.hasOwn(item, name) ? item[name] : undefined
    return typeof value === 'string' ? value : ''
  }
  return { field: own('field'), from: own('fromString'), to: own('toString') }
})
export const Change = z.object({
  id: z.string(),
  author: User.nullish(),
  created: z.string(),
  items: z.array(ChangedField),
})
export const ShownChange = z.object({
  at: z.string(),
  by: z.string(),
  changes: z.array(z.string()),
})

/** Changes that may name issues of other projects. */
const linking = new Set([
  'Link',
  'Epic Link',
  'Epic Child',
  'Parent',
  'IssueParentAssociation',
  'Key',
])

/** One change as sentences: `status: To Do → Done`. */
export function shownChange(
  change: z.infer<typeof Change>,
  ctx: ToolContext,
): z.infer<typeof ShownChange> {
  const changes = change.items.map(({ field, from, to }) => {
    const side = (text: string): string => {
      const short = clipped(text, 200)
      return (linking.has(field) ? withoutForeignKeys(short, ctx) : short) || '(none)'
    }
    return `${field}: ${side(from)} → ${side(to)}`
  })
  return { at: minute(change.created), by: change.author?.displayName ?? 'somebody', changes }
}

const LinkedIssue = z.object({
  key: z.string(),
  fields: z.object({ summary: z.string().optional(), status: Named.optional() }).optional(),
})
export const Link = z.object({
  type: z.object({ inward: z.string(), outward: z.string() }),
  inwardIssue: LinkedIssue.optional(),
  outwardIssue: LinkedIssue.optional(),
})
export const ShownLink = z.object({
  relation: z.string(),
  key: z.string(),
  summary: z.string().optional(),
  status: z.string().optional(),
})

/** Links to issues the caller may see; how many lead elsewhere is said, where to is not. */
export function shownLinks(
  links: readonly z.infer<typeof Link>[],
  ctx: ToolContext,
): { links: z.infer<typeof ShownLink>[]; elsewhere: number } {
  const all = links.flatMap(({ type, inwardIssue, outwardIssue }) => [
    ...(inwardIssue ? [{ relation: type.inward, issue: inwardIssue }] : []),
    ...(outwardIssue ? [{ relation: type.outward, issue: outwardIssue }] : []),
  ])
  const here = all.filter(({ issue }) => mayUseProject(projectOf(issue.key), ctx))
  return {
    links: here.map(({ relation, issue: { key, fields } }) => ({
      relation,
      key,
      ...(fields?.summary !== undefined && { summary: fields.summary }),
      ...(fields?.status && { status: fields.status.name }),
    })),
    elsewhere: all.length - here.length,
  }
}

export const Attachment = z.object({
  id: z.string(),
  filename: z.string(),
  mimeType: z.string().default('application/octet-stream'),
  size: z.number(),
  created: z.string(),
  author: User.nullish(),
})
export const ShownAttachment = z.object({
  id: z.string(),
  filename: z.string(),
  type: z.string(),
  bytes: z.number(),
  by: z.string(),
  created: z.string(),
})
export const shownAttachment = (
  file: z.infer<typeof Attachment>,
): z.infer<typeof ShownAttachment> => ({
  id: file.id,
  filename: file.filename,
  type: file.mimeType,
  bytes: file.size,
  by: file.author?.displayName ?? 'somebody',
  created: minute(file.created),
})

export const clipped = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

/** A custom field's value in words: text, number, option, person, version, or a list of such. */
export function valueInWords(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.map(valueInWords).filter(Boolean).join(', ')
  const document = AdfDocument.safeParse(value)
  if (document.success) return adfToMarkdown(document.data).markdown
  const thing = value as Record<string, unknown>
  const word = thing['displayName'] ?? thing['value'] ?? thing['name'] ?? thing['key']
  const child = thing['child'] ? ` / ${valueInWords(thing['child'])}` : ''
  return typeof word === 'string' ? `${word}${child}` : ''
}
