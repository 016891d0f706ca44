import * as z from 'zod'
import { auditKinds } from '../../../shared/audit.ts'
import type { Place, Search } from '../ledger/search.ts'

const dayMs = 86_400_000
/** A page looks at so much of the record at a time; an export has no such bound. */
export const longestSpanMs = 31 * dayMs

/** What people choose from; the outcome of a call, or what became of an approval. */
export const outcomes = [
  'ok',
  'refused',
  'failed',
  'input_required',
  'approval_required',
  'proposed',
  'approved',
  'denied',
  'expired',
  'withdrawn',
  'running',
  'done',
  'unknown',
] as const
export const spans = { hour: 3_600_000, day: dayMs, week: 7 * dayMs, month: longestSpanMs } as const

const text = z.string().trim().max(200).catch('')
const time = z
  .string()
  .transform((value) => Date.parse(`${value}Z`))
  .pipe(z.number())
  .optional()
  .catch(undefined)
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values).optional().catch(undefined)

/** The form of the audit page. Nothing in it can be wrong: what can't be read is left out. */
const Form = z.object({
  user: text.default(''),
  tool: text.default(''),
  integration: text.default(''),
  kind: oneOf(auditKinds),
  outcome: oneOf(outcomes),
  text: text.default(''),
  approval: text.default(''),
  span: oneOf(['hour', 'day', 'week', 'month']),
  /** `2026-11-25T14:00`, UTC; both go before `span`. */
  from: time,
  to: time,
  after: z.string().max(200).optional().catch(undefined),
})
export type Form = z.infer<typeof Form>

export const readForm = (query: Record<string, string>): Form => Form.parse(query)

/** The search a form asks for, at most a month long. */
export function searchOf(form: Form, now: number): Search {
  const span = spans[form.span ?? 'day']
  // The current minute is still going on.
  const to = form.to ?? now + 60_000
  const from = Math.max(form.from ?? to - span, to - longestSpanMs)
  const { user, tool, kind, outcome, text, approval, integration } = form
  return {
    from: Math.min(from, to),
    to,
    ...(integration && { integration }),
    filter: {
      ...(user && { user }),
      ...(tool && { tool }),
      ...(kind && { kind }),
      ...(outcome && { outcome }),
      ...(text && { text }),
      ...(approval && { approvalId: approval }),
    },
  }
}

/** A form as a query string; what is empty is left out. */
export function queryOf(form: Partial<Record<keyof Form, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) if (value) query.set(name, value)
  return query.toString()
}

/** A moment as a `datetime-local` field has it, in UTC. */
export const fieldTime = (at: number): string => new Date(at).toISOString().slice(0, 16)

export const placeText = ({ arrivedAt, ledger, seq }: Place): string =>
  `${arrivedAt}.${ledger}.${seq}`
export function placeFrom(text: string | undefined): Place | undefined {
  const [, arrivedAt, ledger, seq] =
    /^(\d{1,15})\.([a-z0-9/-]{1,80})\.(\d{1,12})$/.exec(text ?? '') ?? []
  return ledger === undefined
    ? undefined
    : { arrivedAt: Number(arrivedAt), ledger, seq: Number(seq) }
}
