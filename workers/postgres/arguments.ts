import * as z from 'zod'

/** Arguments that several tools have. */
export const database = z.string().max(63).optional().describe('Needed when there are several')
export const query = z.string().min(1).max(20_000)
export const parameters = z
  .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
  .max(100)
  .default([])
  .describe('Values of $1, $2, …')
