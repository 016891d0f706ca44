import type { Issue, Site, StatusName } from '../model.ts'
import { issueTypes, statuses } from '../model.ts'
import { plainText } from '../text.ts'

/** What Jira answers 400 for: a field, function or value it doesn't have. */
export class JqlProblem extends Error {}

const category = (status: StatusName): string => statuses[status].category
const categoryNames: Readonly<Record<string, string>> = {
  'to do': 'new',
  'in progress': 'indeterminate',
  done: 'done',
}

/** What an issue has in a field, in the form values are compared in. None: the field is empty. */
export function reader(field: string): (issue: Issue) => string[] {
  const one = (value: string | null | undefined) => (value ? [value.toLowerCase()] : [])
  const text = ({ summary, description, comments }: Issue) => [
    summary.toLowerCase(),
    plainText(description).toLowerCase(),
    ...comments.map(({ body }) => plainText(body).toLowerCase()),
  ]
  const readers: Readonly<Record<string, (issue: Issue) => string[]>> = {
    project: (issue) => one(issue.project),
    key: (issue) => one(issue.key),
    issuekey: (issue) => one(issue.key),
    id: (issue) => one(issue.id),
    issue: (issue) => one(issue.key),
    type: (issue) => one(issue.type),
    issuetype: (issue) => one(issue.type),
    status: (issue) => one(issue.status),
    statuscategory: (issue) => one(category(issue.status)),
    priority: (issue) => one(issue.priority),
    resolution: (issue) => one(issue.resolution),
    labels: (issue) => issue.labels.map((label) => label.toLowerCase()),
    assignee: (issue) => one(issue.assignee),
    reporter: (issue) => one(issue.reporter),
    parent: (issue) => one(issue.parent),
    sprint: (issue) => (issue.sprint === null ? [] : [String(issue.sprint)]),
    summary: (issue) => one(issue.summary),
    description: (issue) => one(plainText(issue.description)),
    comment: (issue) => issue.comments.map(({ body }) => plainText(body).toLowerCase()),
    text,
    created: (issue) => [String(issue.created)],
    updated: (issue) => [String(issue.updated)],
    due: (issue) => (issue.due ? [String(Date.parse(issue.due))] : []),
    rank: (issue) => [issue.id],
    'story points': (issue) => one(numberIn(issue, 'customfield_10016')),
    customfield_10016: (issue) => one(numberIn(issue, 'customfield_10016')),
  }
  const read = readers[field]
  if (!read) throw new JqlProblem(`Field '${field}' does not exist.`)
  return read
}
const numberIn = ({ custom }: Issue, id: string): string | null =>
  typeof custom[id] === 'number' ? String(custom[id]) : null

export const dayMs = 86_400_000

/** `-3d`, `2w` as milliseconds from `now`. */
export function relative(value: string, now: number): number | undefined {
  const [, sign, amount, unit = 'm'] = /^([+-]?)(\d+)([wdhm])$/i.exec(value) ?? []
  if (amount === undefined) return undefined
  const ms = { w: 7 * dayMs, d: dayMs, h: 3_600_000, m: 60_000 }[unit.toLowerCase()] ?? 0
  return now + (sign === '-' ? -1 : 1) * Number(amount) * ms
}

/** A value as `reader` has it. @throws JqlProblem for one that doesn't exist, as Jira does for projects, types and statuses */
export function canonical(field: string, value: string, site: Site, now: number): string {
  const plain = value.toLowerCase()
  const must = (known: readonly string[]) => {
    if (known.some((one) => one.toLowerCase() === plain)) return plain
    throw new JqlProblem(`The value '${value}' does not exist for the field '${field}'.`)
  }
  if (['created', 'updated', 'due'].includes(field)) {
    const at = relative(value, now) ?? (/^\d{10,}$/.test(value) ? Number(value) : undefined)
    const parsed = at ?? Date.parse(`${value.replaceAll('/', '-').replace(' ', 'T')}Z`)
    const date = Number.isNaN(parsed) ? Date.parse(value.replaceAll('/', '-')) : parsed
    if (Number.isNaN(date)) throw new JqlProblem(`Date value '${value}' is invalid.`)
    return String(date)
  }
  if (field === 'project') {
    const found = site.projects.find(({ key, name, id }) =>
      [key, name, id].some((v) => v.toLowerCase() === plain),
    )
    if (!found) throw new JqlProblem(`The value '${value}' does not exist for the field 'project'.`)
    return found.key.toLowerCase()
  }
  if (field === 'status') return must(Object.keys(statuses))
  if (field === 'statuscategory') return categoryNames[plain] ?? plain
  if (field === 'type' || field === 'issuetype') return must(issueTypes.map(({ name }) => name))
  if (field === 'assignee' || field === 'reporter') {
    const person = site.people.find((p) =>
      [p.accountId, p.email, p.displayName].some((v) => v.toLowerCase() === plain),
    )
    return person?.accountId.toLowerCase() ?? plain
  }
  return plain
}

export function sortable(field: string): (issue: Issue) => string | number {
  const orders: Readonly<Record<string, (issue: Issue) => string | number>> = {
    created: (issue) => issue.created,
    updated: (issue) => issue.updated,
    rank: (issue) => Number(issue.id),
    key: (issue) => Number(issue.id),
    issuekey: (issue) => Number(issue.id),
    priority: (issue) => -['Highest', 'High', 'Medium', 'Low', 'Lowest'].indexOf(issue.priority),
    status: (issue) => issue.status,
    summary: (issue) => issue.summary,
    due: (issue) => issue.due ?? '',
    assignee: (issue) => issue.assignee ?? '',
    project: (issue) => issue.project,
  }
  const value = orders[field]
  if (!value) throw new JqlProblem(`Field '${field}' does not exist or can't be sorted by.`)
  return value
}
