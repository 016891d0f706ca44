import * as z from 'zod'
import { defineTool } from '../../../shared/tool.ts'
import { Versioned, readIssue, versionFields } from '../issue.ts'
import { IssueKey } from '../projects.ts'
import { requiredFields, transitionsOf } from '../transitions.ts'

export const listTransitions = defineTool({
  name: 'list_jira_transitions',
  title: 'List Jira transitions',
  description: 'Statuses an issue can go to in one step, with the fields each step needs.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({ issue_key: IssueKey }),
  output: z.object({
    status: z.string(),
    transitions: z.array(
      z.object({
        to_status: z.string(),
        step: z.string(),
        required_fields: z.array(z.string()).optional(),
      }),
    ),
  }),
  async run({ issue_key }, ctx) {
    const { key, fields } = await readIssue(ctx, issue_key, Versioned, { fields: versionFields })
    const transitions = await transitionsOf(ctx, key)
    return {
      status: fields.status.name,
      transitions: transitions.map((one) => {
        const required = requiredFields(one)
        return {
          to_status: one.to.name,
          step: one.name,
          ...(required.length > 0 && { required_fields: required }),
        }
      }),
    }
  },
})
