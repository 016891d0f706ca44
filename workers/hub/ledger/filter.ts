import * as z from 'zod'

/** Which rows somebody wants to see. Text is searched in the whole row, without case. */
export const Filter = z.object({
  kind: z.string().optional(),
  user: z.string().optional(),
  client: z.string().optional(),
  tool: z.string().optional(),
  outcome: z.string().optional(),
  approvalId: z.string().optional(),
  text: z.string().optional(),
  /** Arrival, in milliseconds: from (included) to (not included). */
  from: z.number().optional(),
  to: z.number().optional(),
})
export type Filter = z.infer<typeof Filter>

/** Only rows older than this place: of an earlier time, or of a smaller number. */
export interface Before {
  readonly arrivedAt?: number
  readonly seq?: number
}

const equal = {
  kind: 'kind',
  client: 'client',
  tool: 'tool',
  outcome: 'outcome',
  approvalId: 'approval_id',
} as const

/** The filter as a WHERE clause: column names are ours, every value is a parameter. */
export function conditions(
  filter: Filter,
  before: Before = {},
): { readonly where: string; readonly values: (string | number)[] } {
  const where = ['1 = 1']
  const values: (string | number)[] = []
  const and = (clause: string, value: string | number | undefined) => {
    if (value === undefined || value === '') return
    where.push(clause)
    values.push(value)
  }
  for (const [name, column] of Object.entries(equal))
    and(`${column} = ?`, filter[name as keyof typeof equal])
  and('instr(lower(user), lower(?)) > 0', filter.user)
  and('instr(lower(line), lower(?)) > 0', filter.text)
  and('arrived_at >= ?', filter.from)
  and('arrived_at < ?', filter.to)
  and('arrived_at <= ?', before.arrivedAt)
  and('seq < ?', before.seq)
  return { where: where.join(' AND '), values }
}
