import type * as z from 'zod'
import { ToolError } from './errors.ts'
import type { ToolContext } from './tool.ts'

/**
 * Reads an integration's settings from the Worker's bindings, parsed by `schema` and remembered
 * for as long as the Worker keeps the same bindings.
 * @throws ToolError `misconfigured`, naming the settings that are missing or wrong, never a value.
 */
export function configuration<S extends z.ZodType>(
  schema: S,
): (ctx: Pick<ToolContext, 'env'>) => z.output<S> {
  const known = new WeakMap<object, z.output<S>>()
  return ({ env }) => {
    const bindings = typeof env === 'object' && env !== null ? env : {}
    const before = known.get(bindings)
    if (before !== undefined) return before
    const parsed = schema.safeParse(bindings)
    if (!parsed.success) throw misconfigured(parsed.error)
    known.set(bindings, parsed.data)
    return parsed.data
  }
}

/** Zod's own messages may quote what they were given, and that may be a secret: only names leave. */
function misconfigured(error: z.ZodError): ToolError {
  const names = [...new Set(error.issues.map((issue) => String(issue.path[0] ?? 'settings')))]
  return new ToolError(
    'misconfigured',
    `This endpoint isn't set up: ${names.join(', ')} missing or malformed. Tell the administrator; trying again won't help.`,
    { details: { settings: names.join(', ') } },
  )
}
