import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { path } from '../../../shared/path.ts'
import { defineTool, withMedia } from '../../../shared/tool.ts'
import { browseUrl, jira } from '../client.ts'
import { Attachment } from '../details.ts'
import { readIssue } from '../issue.ts'
import { IssueKey } from '../projects.ts'

const maxTextBytes = 256 * 1024
/** Base64 makes a third more of it, and the shell takes 1 MB. */
const maxImageBytes = 700 * 1024
/** What is text by its type; the bytes have to be text besides. */
const isText = (type: string): boolean =>
  /^text\/|^application\/(json|xml|yaml|x-yaml|toml|sql|javascript|x-sh|x-ndjson)|\+(json|xml)$/i.test(
    type,
  )

/**
 * An attachment has no project of its own, so it is read by way of its issue: an id that isn't
 * among the issue's files is nothing, wherever it may exist.
 */
export const getAttachment = defineTool({
  name: 'get_jira_attachment',
  title: 'Get Jira attachment',
  description: 'An attached text or picture; for other files, where to open it.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({
    issue_key: IssueKey,
    attachment_id: z.string().regex(/^\d{1,20}$/, 'must be a number in quotes'),
  }),
  output: withMedia({
    filename: z.string(),
    type: z.string(),
    bytes: z.number(),
    url: z.string().describe('The issue, where the file can be opened'),
    text: z.string().optional(),
    text_truncated: z.boolean().optional(),
  }),
  async run({ issue_key, attachment_id }, ctx) {
    const Holder = z.object({
      key: z.string(),
      fields: z.object({ attachment: z.array(Attachment).default([]) }),
    })
    const { key, fields } = await readIssue(ctx, issue_key, Holder, { fields: ['attachment'] })
    const file = fields.attachment.find(({ id }) => id === attachment_id)
    if (!file)
      throw new ToolError('not_found', `${key} has no such file. get_jira_issue lists its files.`)
    const { filename, mimeType: type, size: bytes } = file
    const about = { filename, type, bytes, url: browseUrl(ctx, key) }
    const picture = isPicture(type) && bytes <= maxImageBytes
    if (!picture && !isText(type)) return about
    // without redirect=false Jira sends the client to another host, which ours doesn't follow
    const download = await jira(ctx).download(path`/rest/api/3/attachment/content/${file.id}`, {
      query: { redirect: false },
      maxBytes: picture ? maxImageBytes : maxTextBytes,
    })
    if (picture) return { ...about, media: imageOf(download.bytes) }
    const text = textOf(download.bytes)
    return {
      ...about,
      ...(text !== undefined && { text }),
      ...(text !== undefined && download.truncated && { text_truncated: true }),
    }
  },
})

const isPicture = (type: string): boolean => /^image\/(png|jpeg|gif|webp)$/i.test(type)

/** What the bytes are by how they begin; nothing for bytes that only claim to be a picture. */
function imageOf(bytes: Uint8Array) {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  const known = [
    [/^\u0089PNG\r\n/, 'image/png'],
    [/^\u00FF\u00D8\u00FF/, 'image/jpeg'],
    [/^GIF8[79]a/, 'image/gif'],
    [/^RIFF.{4}WEBP/s, 'image/webp'],
  ] as const
  const mimeType = known.find(([pattern]) => pattern.test(head))?.[1]
  if (mimeType === undefined) return []
  return [{ type: 'image' as const, mimeType, data: Buffer.from(bytes).toString('base64') }]
}

/** UTF-8 text; undefined for bytes that are none, whatever the type says. A cut last character is let go. */
function textOf(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes).replace(/\uFFFD{1,3}$/, '')
  const strange = text.match(/[\u0000\uFFFD]/g)?.length ?? 0 // eslint-disable-line no-control-regex
  return strange > text.length / 100 ? undefined : text
}
