/** The site's state in the shapes that Jira answers with. */
import type {
  Board,
  Change,
  Comment,
  File,
  Issue,
  Person,
  Site,
  Sprint,
  StatusName,
  Step,
} from './model.ts'
import { issueTypes, linkTypes, statuses } from './model.ts'

/** `2026-11-20T09:15:30.000+0000` */
export const jiraTime = (at: number): string => new Date(at).toISOString().replace('Z', '+0000')

export const userShape = (person: Person) => ({
  accountId: person.accountId,
  accountType: 'atlassian',
  active: person.active,
  displayName: person.displayName,
  ...(person.showsEmail && { emailAddress: person.email }),
})

export function personShape(site: Site, accountId: string | null) {
  const person = site.people.find((one) => one.accountId === accountId)
  return person ? userShape(person) : null
}

export const statusShape = (name: StatusName) => {
  const { id, category } = statuses[name]
  return {
    id,
    name,
    statusCategory: {
      key: category,
      name: { new: 'To Do', indeterminate: 'In Progress', done: 'Done' }[category] ?? '',
    },
  }
}

export const stepShape = ({ id, name, to, requires = [] }: Step, withFields: boolean) => ({
  id,
  name,
  to: statusShape(to),
  hasScreen: requires.length > 0,
  isAvailable: true,
  ...(withFields && {
    fields: Object.fromEntries(
      requires.map((field) => [
        field,
        {
          key: field,
          name: field,
          required: true,
          hasDefaultValue: false,
          operations: ['set'],
          schema: { type: 'resolution', system: field },
        },
      ]),
    ),
  }),
})

export function commentShape(site: Site, comment: Comment) {
  const author = personShape(site, comment.author)
  return {
    id: comment.id,
    author,
    updateAuthor: author,
    body: comment.body,
    created: jiraTime(comment.at),
    updated: jiraTime(comment.at),
    jsdPublic: comment.public,
  }
}

export const changeShape = (site: Site, change: Change) => ({
  id: change.id,
  author: personShape(site, change.author),
  created: jiraTime(change.at),
  ...(change.historyMetadata !== undefined && { historyMetadata: change.historyMetadata }),
  // Jira sends null for what was empty; its document knows text only, so here it is left out
  items: change.items.map(({ field, from, to }) => ({
    field,
    fieldtype: 'jira',
    ...(from !== null && { fromString: from }),
    ...(to !== null && { toString: to }),
  })),
})

export const fileShape = (site: Site, file: File) => ({
  id: file.id,
  filename: file.filename,
  mimeType: file.mimeType,
  size:
    file.bytes === undefined
      ? new TextEncoder().encode(file.text).length
      : Buffer.from(file.bytes, 'base64').length,
  created: jiraTime(file.at),
  author: personShape(site, file.author),
  content: `https://example.atlassian.net/rest/api/3/attachment/content/${file.id}`,
})

const short = (site: Site, key: string) => {
  const issue = site.issues.find((one) => one.key === key)
  return {
    id: issue?.id ?? '0',
    key,
    fields: { summary: issue?.summary ?? '', status: statusShape(issue?.status ?? 'To Do') },
  }
}

function linkShapes(site: Site, key: string) {
  return site.links
    .filter(({ inward, outward }) => inward === key || outward === key)
    .map(({ id, type, inward, outward }) => ({
      id,
      type: linkTypes.find(({ name }) => name === type) ?? linkTypes[2],
      // on the issue that "does" it, the other one is the outward issue
      ...(inward === key
        ? { outwardIssue: short(site, outward) }
        : { inwardIssue: short(site, inward) }),
    }))
}

/** All fields of an issue, by id. */
function allFields(site: Site, issue: Issue): Record<string, unknown> {
  const project = site.projects.find(({ key }) => key === issue.project)
  const type = issueTypes.find(({ name }) => name === issue.type)
  return {
    summary: issue.summary,
    description: issue.description,
    status: statusShape(issue.status),
    issuetype: { id: type?.id, name: issue.type, subtask: type?.subtask },
    priority: { id: '1', name: issue.priority },
    labels: issue.labels,
    assignee: personShape(site, issue.assignee),
    reporter: personShape(site, issue.reporter),
    created: jiraTime(issue.created),
    updated: jiraTime(issue.updated),
    duedate: issue.due,
    resolution: issue.resolution && { id: '1', name: issue.resolution },
    project: {
      id: project?.id,
      key: issue.project,
      name: project?.name,
      projectTypeKey: project?.typeKey,
    },
    ...(issue.parent && { parent: short(site, issue.parent) }),
    subtasks: site.issues
      .filter(({ parent, type }) => parent === issue.key && type === 'Sub-task')
      .map(({ key }) => short(site, key)),
    components: [],
    fixVersions: [],
    issuelinks: linkShapes(site, issue.key),
    attachment: issue.files.map((file) => fileShape(site, file)),
    comment: {
      comments: issue.comments.map((one) => commentShape(site, one)),
      total: issue.comments.length,
      maxResults: issue.comments.length,
      startAt: 0,
    },
    customfield_10016: null,
    customfield_10050: null,
    ...issue.custom,
  }
}

export const fieldNames: Readonly<Record<string, string>> = {
  summary: 'Summary',
  description: 'Description',
  customfield_10016: 'Story Points',
  customfield_10050: 'Severity',
}

/** Fields that `*navigable` leaves out. */
const notNavigable = new Set(['comment', 'attachment'])

/** An issue with the fields asked for. The search's default is ids alone, a single issue's is everything. */
export function issueShape(site: Site, issue: Issue, fields: readonly string[]) {
  const all = allFields(site, issue)
  const wanted = (id: string) =>
    fields.includes(id) ||
    fields.includes('*all') ||
    (fields.includes('*navigable') && !notNavigable.has(id))
  return {
    id: issue.id,
    key: issue.key,
    self: `https://example.atlassian.net/rest/api/3/issue/${issue.id}`,
    fields: Object.fromEntries(Object.entries(all).filter(([id]) => wanted(id))),
  }
}

export const boardShape = (site: Site, board: Board) => {
  const project = site.projects.find(({ key }) => key === board.project)
  return {
    id: board.id,
    self: `https://example.atlassian.net/rest/agile/1.0/board/${board.id}`,
    name: board.name,
    type: board.type,
    location: {
      projectId: Number(project?.id),
      displayName: `${project?.name} (${board.project})`,
      projectName: project?.name,
      projectKey: board.project,
      projectTypeKey: project?.typeKey,
      name: `${project?.name} (${board.project})`,
    },
  }
}

export const sprintShape = (sprint: Sprint) => ({
  id: sprint.id,
  self: `https://example.atlassian.net/rest/agile/1.0/sprint/${sprint.id}`,
  state: sprint.state,
  name: sprint.name,
  ...(sprint.start !== undefined && { startDate: new Date(sprint.start).toISOString() }),
  ...(sprint.end !== undefined && { endDate: new Date(sprint.end).toISOString() }),
  originBoardId: sprint.board,
  ...(sprint.goal !== undefined && { goal: sprint.goal }),
})
