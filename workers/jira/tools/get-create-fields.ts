import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool } from '../../../shared/tool.ts'
import { valueInWords } from '../details.ts'
import { createFields, issueTypes } from '../fields.ts'
import type { FieldMeta } from '../fields.ts'
import { ProjectKey, requireProject } from '../projects.ts'

const shownOptions = 40

export const getCreateFields = defineTool({
  name: 'get_jira_create_fields',
  title: 'Get Jira create fields',
  description: 'Issue types of a project and, with issue_type, the fields to create one.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({ project_key: ProjectKey, issue_type: z.string().optional() }),
  output: z.object({
    issue_types: z.array(z.string()),
    fields: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          type: z.string(),
          required: z.boolean(),
          options: z.array(z.string()).optional(),
          more_options: z.number().optional().describe('How many options are not listed'),
        }),
      )
      .optional(),
  }),
  async run({ project_key, issue_type }, ctx) {
    requireProject(project_key, ctx)
    const types = await issueTypes(ctx, project_key)
    const issue_types = types.map(({ name }) => name)
    if (issue_type === undefined) return { issue_types }
    const type = types.find(({ name }) => name.toLowerCase() === issue_type.toLowerCase())
    if (!type)
      throw new ToolError(
        'invalid_input',
        'issue_type: is none of this project. Call without it to see which there are.',
      )
    const fields = await createFields(ctx, project_key, type.id)
    return { issue_types, fields: fields.map(shown) }
  },
})

function shown({ fieldId, name, required, hasDefaultValue, schema, allowedValues }: FieldMeta) {
  const options = (allowedValues ?? []).map(valueInWords).filter(Boolean)
  return {
    id: fieldId,
    name,
    type: schema.items ? `list of ${schema.items}` : schema.type,
    required: required && !hasDefaultValue,
    ...(options.length > 0 && { options: options.slice(0, shownOptions) }),
    ...(options.length > shownOptions && { more_options: options.length - shownOptions }),
  }
}
