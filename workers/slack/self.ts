import * as z from 'zod'
import type { ToolContext } from '../../shared/tool.ts'
import { read } from './client.ts'
import { memory } from './memory.ts'

const Self = z.object({
  /** Ends in a slash: `https://acme.slack.com/`. */
  url: z.url(),
  team_id: z.string(),
  user_id: z.string(),
})
/** The app itself, in its workspace. */
export type Self = z.infer<typeof Self>

export async function self(ctx: ToolContext): Promise<Self> {
  const known = memory(ctx).self.get('self')
  if (known) return known
  const found = await read(ctx, 'auth.test', Self)
  memory(ctx).self.set('self', found)
  return found
}

/** Slack's address of a message. */
export const permalink = ({ url }: Self, channel: string, ts: string): string =>
  `${url}archives/${channel}/p${ts.replace('.', '')}`
