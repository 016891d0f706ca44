import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool, type ToolContext } from '../../../shared/tool.ts'
import { channelById, mayUse } from '../channels.ts'
import { read } from '../client.ts'

const word = z.string().default('')
const places = z.array(z.string()).default([])
const Answer = z.object({
  file: z.object({
    id: z.string(),
    name: word,
    title: word,
    mimetype: word,
    size: z.number().default(0),
    permalink: word,
    channels: places,
    groups: places,
    plain_text: z.string().optional(),
  }),
  content: z.string().optional(),
  is_truncated: z.boolean().default(false),
})

/** Characters of text for one call. */
const pageSize = 40_000

export const getSlackFile = defineTool({
  name: 'get_slack_file',
  title: 'Get Slack file',
  description: 'A file from a channel: its text if it is a text, else what is known of it.',
  scope: 'slack:read',
  effect: 'read',
  input: z.object({
    file: z.string().max(300).describe('Id or permalink'),
    offset: z.number().int().min(0).default(0).describe('Of the text, in characters'),
  }),
  output: z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    bytes: z.number(),
    url: z.string(),
    channels: z.array(z.string()),
    text: z.string().optional(),
    next_offset: z.number().optional(),
    incomplete: z
      .literal(true)
      .optional()
      .describe('Slack gives no more of the text: open the url'),
  }),
  async run({ file: named, offset }, ctx) {
    const id = /(?:^|\/)(F[A-Z0-9]{2,20})(?:\/|$)/.exec(named.trim())?.[1]
    if (id === undefined)
      throw new ToolError('invalid_input', 'A file is named by its id (F…) or its permalink.')
    const { file, content, is_truncated } = await read(ctx, 'files.info', Answer, { file: id })
    const channels = await allowedPlaces(ctx, [...file.channels, ...file.groups])
    // The same answer as for a file that isn't there.
    if (channels.length === 0)
      throw new ToolError(
        'not_found',
        'Slack knows no such file in the channels policy allows you.',
      )
    const text = content ?? file.plain_text
    const end = text === undefined ? 0 : Math.min(offset + pageSize, text.length)
    return {
      id: file.id,
      name: file.name || file.title,
      type: file.mimetype,
      bytes: file.size,
      url: file.permalink,
      channels,
      ...(text !== undefined && {
        text: text.slice(offset, end).toWellFormed(),
        ...(end < text.length && { next_offset: end }),
        ...(end === text.length && is_truncated && { incomplete: true as const }),
      }),
    }
  },
})

const mostPlaces = 10

/** Names of the channels where the file was shared and that this caller may read. */
async function allowedPlaces(ctx: ToolContext, ids: readonly string[]): Promise<string[]> {
  const allowed: string[] = []
  for (const id of ids.slice(0, mostPlaces)) {
    const channel = await channelById(ctx, id).catch((error: unknown) => {
      if (error instanceof ToolError && error.code === 'not_found') return undefined
      throw error
    })
    if (channel?.is_member && mayUse(ctx, channel)) allowed.push(`#${channel.name}`)
  }
  return allowed
}
