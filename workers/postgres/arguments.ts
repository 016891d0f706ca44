import * as z from 'zod'

// Arguments that several tools have. Lengths are the guard's to judge; every bound in a schema is
// paid for in each list of tools.
export const database = z.string().optional().describe('Needed when there are several')
export const query = z.string()
export const parameters = z
  .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
  .default([])
  .describe('For $1, $2, …')
