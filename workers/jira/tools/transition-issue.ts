import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { path } from '../../../shared/path.ts'
import { defineTool } from '../../../shared/tool.ts'
import type { ToolContext } from '../../../shared/tool.ts'
import { historyMetadata } from '../attribution.ts'
import { jira } from '../client.ts'
import { MoreFields } from '../fields.ts'
import { Versioned, readIssue, requireUnmoved, versionFields } from '../issue.ts'
import { IssueKey } from '../projects.ts'
import { directTransition, transitionsOf } from '../transitions.ts'

const Input = z.object({
  issue_key: IssueKey,
  to_status: z.string().min(1),
  fields: MoreFields.optional().describe('Further fields by id, such as resolution'),
})

export const transitionIssue = defineTool({
  name: 'transition_jira_issue',
  title: 'Move Jira issue to a status',
  description: 'Take one step of the workflow, named by the status it leads to.',
  scope: 'jira:write',
  effect: 'update',
  input: Input,
  output: z.object({ key: z.string(), from: z.string(), to: z.string() }),
  async preview(input, ctx) {
    const { issue, transition } = await step(input, ctx)
    const { key, fields } = issue
    return {
      summary: `Move ${key} from ${fields.status.name} to ${transition.to.name}: ${fields.summary}`,
      changes: [
        { field: 'status', from: fields.status.name, to: transition.to.name },
        ...Object.entries(input.fields ?? {}).map(([field, to]) => ({ field, to })),
      ],
      target: { id: key, version: fields.updated },
      facts: { category: transition.to.category },
    }
  },
  async run(input, ctx, { preview }) {
    const { issue, transition } = await step(input, ctx)
    requireUnmoved(issue, preview.target)
    await jira(ctx).post(path`/rest/api/3/issue/${issue.key}/transitions`, z.unknown(), {
      body: {
        transition: { id: transition.id },
        ...(input.fields && { fields: input.fields }),
        historyMetadata: historyMetadata(ctx),
      },
      howToFindOut: `Read ${issue.key} and look at its status and history.`,
    })
    return { key: issue.key, from: issue.fields.status.name, to: transition.to.name }
  },
})

async function step({ issue_key, to_status, fields }: z.infer<typeof Input>, ctx: ToolContext) {
  const issue = await readIssue(ctx, issue_key, Versioned, { fields: versionFields })
  if (issue.fields.status.name.toLowerCase() === to_status.toLowerCase())
    throw new ToolError('invalid_input', `${issue.key} has this status already.`)
  const transitions = await transitionsOf(ctx, issue.key)
  return { issue, transition: directTransition(transitions, to_status, Object.keys(fields ?? {})) }
}
