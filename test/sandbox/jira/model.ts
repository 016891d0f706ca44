/** The state of a pretend Jira site: what the routes read and change. Times are milliseconds since 1970. */

export interface Person {
  readonly accountId: string
  readonly displayName: string
  readonly email: string
  readonly active: boolean
  /** Whether the person lets others see the address; Jira finds by it all the same. */
  readonly showsEmail: boolean
}
export interface Project {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly typeKey: 'software' | 'service_desk'
  readonly members: readonly string[]
}
export type StatusName = 'To Do' | 'In Progress' | 'In Review' | 'Done'

export interface Adf {
  readonly type: 'doc'
  readonly version: 1
  readonly content: readonly unknown[]
}
export interface Property {
  readonly key: string
  readonly value: unknown
}
export interface Comment {
  readonly id: string
  readonly author: string
  readonly body: Adf
  readonly at: number
  readonly properties: readonly Property[]
  /** Seen by the customer of a service project. */
  readonly public: boolean
}
export interface Change {
  readonly id: string
  readonly author: string
  readonly at: number
  readonly items: readonly {
    readonly field: string
    readonly from: string | null
    readonly to: string | null
  }[]
  readonly historyMetadata?: unknown
}
export interface File {
  readonly id: string
  readonly filename: string
  readonly mimeType: string
  readonly text: string
  /** Base64, for what isn't text. */
  readonly bytes?: string
  readonly author: string
  readonly at: number
}
export interface Issue {
  readonly id: string
  /** Changes when the issue moves to another project; the old key still leads to it. */
  key: string
  project: string
  type: string
  summary: string
  description: Adf | null
  status: StatusName
  priority: string
  labels: readonly string[]
  assignee: string | null
  readonly reporter: string
  readonly created: number
  updated: number
  due: string | null
  resolution: string | null
  parent: string | null
  sprint: number | null
  /** Values of this site's own fields, by id. */
  readonly custom: Record<string, unknown>
  readonly comments: Comment[]
  readonly changes: Change[]
  readonly files: File[]
  readonly worklogs: {
    readonly id: string
    readonly seconds: number
    readonly comment: Adf | null
  }[]
  readonly remoteLinks: {
    readonly url: string
    readonly title: string
    readonly globalId: string
  }[]
  readonly properties: Property[]
}
export interface Link {
  readonly id: string
  readonly type: string
  readonly inward: string
  readonly outward: string
}
export interface Board {
  readonly id: number
  readonly name: string
  readonly type: 'scrum' | 'kanban'
  readonly project: string
}
export interface Sprint {
  readonly id: number
  readonly name: string
  readonly state: 'active' | 'future' | 'closed'
  readonly board: number
  readonly goal?: string
  readonly start?: number
  readonly end?: number
}

export interface Site {
  readonly people: readonly Person[]
  readonly projects: readonly Project[]
  readonly boards: readonly Board[]
  readonly sprints: readonly Sprint[]
  readonly issues: Issue[]
  readonly links: Link[]
  readonly oldKeys: Record<string, string>
  nextId: number
}

/** Who does what Gatehouse does: the service account. */
export const serviceAccount = '712020:5e1f0000-gate-4000-8000-000000000001'

export const linkTypes = [
  { id: '10000', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
  { id: '10001', name: 'Duplicate', inward: 'is duplicated by', outward: 'duplicates' },
  { id: '10002', name: 'Relates', inward: 'relates to', outward: 'relates to' },
] as const

export const statuses: Readonly<Record<StatusName, { id: string; category: string }>> = {
  'To Do': { id: '10000', category: 'new' },
  'In Progress': { id: '3', category: 'indeterminate' },
  'In Review': { id: '10001', category: 'indeterminate' },
  Done: { id: '10002', category: 'done' },
}

export interface Step {
  readonly id: string
  readonly name: string
  readonly from: StatusName
  readonly to: StatusName
  /** Fields on the step's screen that have to be given. */
  readonly requires?: readonly string[]
}
/** The one workflow of the site: no way straight from To Do to Done. */
export const workflow: readonly Step[] = [
  { id: '11', name: 'Start', from: 'To Do', to: 'In Progress' },
  { id: '21', name: 'Ask for review', from: 'In Progress', to: 'In Review' },
  { id: '31', name: 'Stop', from: 'In Progress', to: 'To Do' },
  { id: '41', name: 'Finish', from: 'In Review', to: 'Done', requires: ['resolution'] },
  { id: '51', name: 'Send back', from: 'In Review', to: 'In Progress' },
  { id: '61', name: 'Reopen', from: 'Done', to: 'To Do' },
]

export const issueTypes = [
  { id: '10000', name: 'Epic', subtask: false },
  { id: '10001', name: 'Story', subtask: false },
  { id: '10003', name: 'Task', subtask: false },
  { id: '10004', name: 'Bug', subtask: false },
  { id: '10002', name: 'Sub-task', subtask: true },
] as const

export const priorities = ['Highest', 'High', 'Medium', 'Low', 'Lowest'] as const
export const resolutions = ['Done', 'Duplicate', "Won't Do"] as const
