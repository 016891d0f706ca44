import * as z from 'zod'
import { defineTool, page } from '../../../shared/tool.ts'
import { database } from '../arguments.ts'
import { accessTo } from '../databases.ts'
import { objectKinds, searchObjects } from '../search.ts'

const Found = z.object({
  kind: z.enum(objectKinds),
  name: z.string(),
  type: z.string(),
  comment: z.string().optional(),
  masked: z.boolean().optional().describe('You may not read it'),
})

export const searchDatabaseSchema = defineTool({
  name: 'search_database_schema',
  title: 'Search database schema',
  description: 'Find tables, columns, functions and indexes by words of their name or comment.',
  scope: 'postgres:read',
  effect: 'read',
  input: z.object({
    search: z.string().max(200).default('').describe('Every word must occur; empty lists all'),
    kind: z.enum(objectKinds).optional(),
    database,
  }),
  output: page(Found),
  async run({ search, kind, database }, ctx) {
    const { items, next } = await searchObjects(accessTo(ctx, database), search, kind, ctx.cursor)
    return { items, ...(next !== undefined && { cursor: next }) }
  },
})
