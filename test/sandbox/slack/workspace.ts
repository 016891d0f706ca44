/** The state of a pretend Slack workspace: what the methods read and change. */

export interface User {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly displayName: string
  readonly email: string
  readonly teamId: string
  readonly bot?: boolean
  readonly deleted?: boolean
  readonly title?: string
}

export interface UserGroup {
  readonly id: string
  readonly handle: string
  readonly name: string
  readonly users: readonly string[]
}

export interface Channel {
  readonly id: string
  name: string
  readonly isPrivate?: boolean
  isExternal?: boolean
  isArchived?: boolean
  readonly topic?: string
  readonly purpose?: string
  readonly previousNames?: string[]
  readonly members: string[]
}

export interface Message {
  readonly ts: string
  readonly user: string
  text: string
  blocks?: unknown[]
  readonly botId?: string
  /** Set for a message of an integration that has no user. */
  readonly username?: string
  readonly threadTs?: string
  edited?: string
  readonly reactions: Map<string, string[]>
  readonly files: readonly string[]
  /** Whom it notified, as `readMentions` understood it when it was sent. */
  notified: readonly string[]
  readonly attachments?: unknown[]
}

export interface SlackFile {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly mimetype: string
  readonly filetype: string
  readonly size: number
  readonly user: string
  readonly created: number
  readonly channels: readonly string[]
  readonly content?: string
}

export interface Scheduled {
  readonly id: string
  readonly channel: string
  readonly postAt: number
  readonly text: string
  readonly threadTs?: string
}

export interface Canvas {
  readonly id: string
  readonly title: string
  readonly markdown: string
  readonly channel: string | undefined
  readonly notified: readonly string[]
}

export interface Token {
  readonly user: string
  readonly botId?: string
  readonly scopes: readonly string[]
  revoked?: boolean
}

export interface Workspace {
  readonly teamId: string
  readonly url: string
  readonly now: () => number
  readonly tokens: Map<string, Token>
  readonly users: Map<string, User>
  readonly groups: readonly UserGroup[]
  readonly channels: Map<string, Channel>
  /** By channel, oldest first. */
  readonly messages: Map<string, Message[]>
  readonly files: Map<string, SlackFile>
  readonly canvases: Canvas[]
  readonly scheduled: Scheduled[]
  lastTs: number
}

/** Slack's timestamps name a message: seconds, and microseconds that make them unique. */
export function nextTs(workspace: Workspace): string {
  const micros = Math.max(workspace.now() * 1000, workspace.lastTs + 1)
  workspace.lastTs = micros
  return tsOf(micros)
}
export const tsOf = (micros: number): string => {
  const seconds = Math.floor(micros / 1_000_000)
  return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}`
}

export const messagesOf = (workspace: Workspace, channel: string): Message[] => {
  const known = workspace.messages.get(channel)
  if (known) return known
  const made: Message[] = []
  workspace.messages.set(channel, made)
  return made
}
