import * as z from 'zod'
import { AdfBody } from './adf.ts'
import type { Desk } from './http.ts'
import { JiraFailure } from './http.ts'
import type { Issue, Project } from './model.ts'
import { issueTypes, priorities, resolutions } from './model.ts'

/** The fields of create and edit screens: what may be set, in which form, and what Jira says otherwise. */

const severities = ['Minor', 'Major', 'Critical'].map((value, at) => ({
  id: String(10_100 + at),
  value,
}))

export const IssueFields = z.strictObject({
  project: z.strictObject({ key: z.string() }).optional(),
  issuetype: z.strictObject({ id: z.string() }).optional(),
  summary: z.string().optional(),
  description: AdfBody.nullable().optional(),
  priority: z.strictObject({ name: z.string() }).optional(),
  labels: z.array(z.string()).optional(),
  assignee: z.strictObject({ id: z.string() }).nullable().optional(),
  parent: z.strictObject({ key: z.string() }).optional(),
  duedate: z.string().nullable().optional(),
  resolution: z.strictObject({ name: z.string() }).optional(),
  customfield_10016: z.number().nullable().optional(),
  customfield_10050: z
    .union([z.strictObject({ value: z.string() }), z.strictObject({ id: z.string() })])
    .nullable()
    .optional(),
})
export type IssueFields = z.output<typeof IssueFields>

/** A bug of the operations desk has to say how bad it is. */
const needsSeverity = (project: string, type: string): boolean =>
  project === 'OPS' && type === 'Bug'

/** Fields of a screen as createmeta and editmeta list them. */
export function screenFields(project: string, type: string) {
  const field = (
    fieldId: string,
    name: string,
    schemaType: string,
    more: Record<string, unknown> = {},
  ) => ({
    fieldId,
    key: fieldId,
    name,
    required: false,
    hasDefaultValue: false,
    operations: ['set'],
    schema: { type: schemaType, system: fieldId },
    ...more,
  })
  return [
    field('summary', 'Summary', 'string', { required: true }),
    field('issuetype', 'Issue Type', 'issuetype', { required: true }),
    field('project', 'Project', 'project', { required: true }),
    field('reporter', 'Reporter', 'user', { required: true, hasDefaultValue: true }),
    field('description', 'Description', 'string'),
    field('priority', 'Priority', 'priority', {
      hasDefaultValue: true,
      allowedValues: priorities.map((name, at) => ({ id: String(at + 1), name })),
    }),
    field('labels', 'Labels', 'array', { schema: { type: 'array', items: 'string' } }),
    field('assignee', 'Assignee', 'user'),
    field('parent', 'Parent', 'issuelink'),
    field('duedate', 'Due date', 'date'),
    field('customfield_10016', 'Story Points', 'number'),
    field('customfield_10050', 'Severity', 'option', {
      required: needsSeverity(project, type),
      allowedValues: severities,
    }),
  ]
}

/** Puts values into an issue. @throws JiraFailure 400 in Jira's form, naming fields and what is wrong */
export function setFields(desk: Desk, issue: Issue, project: Project, fields: IssueFields): void {
  const errors: Record<string, string> = {}
  const { summary, priority, labels, assignee, parent, resolution } = fields
  if (summary !== undefined) {
    if (!summary.trim()) errors['summary'] = 'You must specify a summary of the issue.'
    if (summary.length > 255 || /[\r\n]/.test(summary))
      errors['summary'] = 'The summary is invalid because it contains newline characters.'
    issue.summary = summary
  }
  if (fields.description !== undefined) issue.description = fields.description
  if (priority) {
    if (!(priorities as readonly string[]).includes(priority.name))
      errors['priority'] = 'The priority selected is invalid.'
    issue.priority = priority.name
  }
  if (labels) {
    if (labels.some((label) => /\s/.test(label)))
      errors['labels'] = "The label can't contain spaces."
    issue.labels = labels
  }
  if (assignee !== undefined) {
    if (assignee && !project.members.includes(assignee.id))
      errors['assignee'] = `User '${assignee.id}' cannot be assigned issues.`
    issue.assignee = assignee?.id ?? null
  }
  if (parent) {
    if (!desk.site.issues.some(({ key }) => key === parent.key))
      errors['parent'] = 'Could not find issue by id or key.'
    issue.parent = parent.key
  }
  if (resolution) {
    if (!(resolutions as readonly string[]).includes(resolution.name))
      errors['resolution'] = 'The resolution is invalid.'
    issue.resolution = resolution.name
  }
  if (fields.duedate !== undefined) issue.due = fields.duedate
  setCustom(issue, fields, errors)
  if (needsSeverity(project.key, issue.type) && !issue.custom['customfield_10050'])
    errors['customfield_10050'] = 'Severity is required.'
  if (Object.keys(errors).length > 0) throw new JiraFailure(400, [], errors)
}

function setCustom(issue: Issue, fields: IssueFields, errors: Record<string, string>): void {
  const { customfield_10016: points, customfield_10050: severity } = fields
  if (points !== undefined) issue.custom['customfield_10016'] = points
  if (severity === undefined) return
  const option = severities.find(
    (one) =>
      severity && ('value' in severity ? one.value === severity.value : one.id === severity.id),
  )
  if (severity && !option) errors['customfield_10050'] = 'Specify a valid value for Severity'
  issue.custom['customfield_10050'] = option ?? null
}

export const typeById = (id: string | undefined): string | undefined =>
  issueTypes.find((type) => type.id === id)?.name
