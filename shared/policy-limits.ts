/** What policy says about a call's arguments: which values are allowed, and which conditions hold. */
import type { CatalogueIntegration, Condition } from './policy.ts'
import type { Limits } from './tool.ts'

/** The refusal's words when an argument lies outside what policy allows, else undefined. */
export function outsideLimits(
  integration: Pick<CatalogueIntegration, 'limits'>,
  limits: Limits,
  args: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [name, limit] of Object.entries(integration.limits)) {
    if (limit.argument === undefined) continue
    const allowed = limits[name] ?? []
    if (allowed.includes('*')) continue
    const given = args[limit.argument]
    for (const value of Array.isArray(given) ? given : [given])
      if (typeof value === 'string' && !allowed.includes(value))
        return `${limit.argument} ${JSON.stringify(value)} is not among what policy allows (${allowed.join(', ') || 'none'}).`
  }
  return undefined
}

/** What these rules allow together: a `list` gathers, a `choice` takes the first rule's value. */
export function limitsOf(
  integration: CatalogueIntegration,
  rules: readonly { readonly limits?: Partial<Limits> }[],
): Limits {
  const limits: Record<string, readonly string[]> = {}
  for (const [name, { kind }] of Object.entries(integration.limits)) {
    const values = rules.map((rule) => rule.limits?.[name] ?? [])
    limits[name] =
      kind === 'list'
        ? [...new Set(values.flat())]
        : (values.find((v) => v.length > 0)?.slice(0, 1) ?? [])
  }
  return limits
}

/** Whether a condition of an approval holds. A number that is missing is over nothing; what is no number is over any. */
export function holds(
  condition: Condition,
  args: Readonly<Record<string, unknown>>,
  facts: Readonly<Record<string, unknown>>,
): boolean {
  const value = 'argument' in condition ? args[condition.argument] : facts[condition.fact]
  if ('over' in condition)
    return typeof value === 'number' ? value > condition.over : value !== undefined
  return condition.oneOf.some((one) => one === value)
}

/** A condition in words: `rows over 100`. */
export function conditionWords(condition: Condition): string {
  const subject = 'argument' in condition ? condition.argument : condition.fact
  return 'over' in condition
    ? `${subject} over ${condition.over}`
    : `${subject} is ${condition.oneOf.join(' or ')}`
}
