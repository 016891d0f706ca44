import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import { path } from '../../shared/path.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { jira } from './client.ts'

/** A value a field may take: options have `value`, priorities and versions `name`. */
const AllowedValue = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  value: z.string().optional(),
})
export const FieldMeta = z.object({
  fieldId: z.string(),
  name: z.string(),
  required: z.boolean(),
  hasDefaultValue: z.boolean().default(false),
  schema: z.object({
    type: z.string().default('any'),
    items: z.string().optional(),
    custom: z.string().optional(),
  }),
  allowedValues: z.array(AllowedValue.or(z.unknown())).optional(),
})
export type FieldMeta = z.infer<typeof FieldMeta>

const IssueTypePage = z.object({
  issueTypes: z.array(z.object({ id: z.string(), name: z.string(), subtask: z.boolean() })),
  total: z.number().default(0),
})
/** Jira has sent these under either name (the document lists both). */
const FieldPage = z
  .object({
    fields: z.array(FieldMeta).optional(),
    results: z.array(FieldMeta).optional(),
    total: z.number().default(0),
  })
  .transform(({ fields, results, total }) => ({ fields: fields ?? results ?? [], total }))

/** The issue types that can be created in a project. */
export async function issueTypes(
  ctx: ToolContext,
  project: string,
): Promise<z.infer<typeof IssueTypePage>['issueTypes']> {
  const page = await jira(ctx).get(
    path`/rest/api/3/issue/createmeta/${project}/issuetypes`,
    IssueTypePage,
    { query: { maxResults: 200 } },
  )
  return page.issueTypes
}

/** @throws ToolError `invalid_input`: the names are Jira's own, so they aren't repeated */
export async function issueTypeId(
  ctx: ToolContext,
  project: string,
  name: string,
): Promise<string> {
  const types = await issueTypes(ctx, project)
  const found = types.find((type) => type.name.toLowerCase() === name.toLowerCase())
  if (found) return found.id
  throw new ToolError(
    'invalid_input',
    `issue_type: ${project} has none of this name that can be created. get_jira_create_fields lists those it has.`,
  )
}

/** All fields of the screen on which issues of this type are created. */
export async function createFields(
  ctx: ToolContext,
  project: string,
  typeId: string,
): Promise<FieldMeta[]> {
  const all: FieldMeta[] = []
  for (;;) {
    const page = await jira(ctx).get(
      path`/rest/api/3/issue/createmeta/${project}/issuetypes/${typeId}`,
      FieldPage,
      { query: { startAt: all.length, maxResults: 200 } },
    )
    all.push(...page.fields)
    if (page.fields.length === 0 || all.length >= page.total || all.length >= 1000) return all
  }
}

/** Fields that have an argument of their own, or that are not the caller's to set. */
const reserved = new Set(['project', 'issuetype', 'summary', 'description', 'reporter'])

/** What the caller may give for fields of this site: each by its id, as Jira takes it. */
export const MoreFields = z.looseObject({})

/**
 * Checks values against the screen's fields before anything is proposed, so that a person never
 * approves what Jira will refuse: fields that aren't there, options that don't exist, required
 * ones that are missing.
 * @param given all fields that will be sent
 * @throws ToolError `invalid_input`, naming fields by id
 */
export function checkFields(
  metas: readonly FieldMeta[],
  given: Readonly<Record<string, unknown>>,
  options: { readonly complete: boolean },
): void {
  const byId = new Map(metas.map((meta) => [meta.fieldId, meta]))
  const problems: string[] = []
  for (const [id, value] of Object.entries(given)) {
    const meta = byId.get(id)
    if (id === 'project' || id === 'issuetype') continue
    if (!meta) problems.push(`${id} is no field here`)
    else if (!allows(meta, value)) problems.push(`${id} does not take this value`)
  }
  if (options.complete) {
    for (const { fieldId, required, hasDefaultValue } of metas) {
      const automatic = ['project', 'issuetype', 'reporter'].includes(fieldId)
      if (required && !hasDefaultValue && !automatic && !(fieldId in given))
        problems.push(`${fieldId} is required`)
    }
  }
  if (problems.length === 0) return
  throw new ToolError(
    'invalid_input',
    `${problems.slice(0, 8).join('; ')}. get_jira_create_fields shows what each field takes.`,
  )
}

/** @throws ToolError `invalid_input` for a field that has an argument of its own */
export function checkReserved(more: Readonly<Record<string, unknown>> | undefined): void {
  const taken = Object.keys(more ?? {}).filter((id) => reserved.has(id) || !/^\w+$/.test(id))
  if (taken.length > 0)
    throw new ToolError(
      'invalid_input',
      `fields: ${taken.filter((id) => reserved.has(id)).join(', ') || 'a name'} can't be set this way.`,
    )
}

/** Whether each chosen option is among the allowed ones; free values are Jira's to judge. */
function allows(meta: FieldMeta, value: unknown): boolean {
  if (!meta.allowedValues?.length || value === null) return true
  const known = new Set(
    meta.allowedValues.flatMap((one) => {
      const parsed = AllowedValue.safeParse(one)
      return parsed.success ? Object.entries(parsed.data).map(([k, v]) => `${k}=${v}`) : []
    }),
  )
  const chosen = Array.isArray(value) ? value : [value]
  return chosen.every((one) => {
    const parsed = AllowedValue.safeParse(one)
    const entries = parsed.success ? Object.entries(parsed.data) : []
    return entries.every(([k, v]) => known.has(`${k}=${v}`))
  })
}
