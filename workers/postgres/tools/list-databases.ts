import * as z from 'zod'
import { defineTool, page } from '../../../shared/tool.ts'
import { visibleDatabases } from '../databases.ts'

const Database = z.object({
  id: z.string(),
  title: z.string(),
  owner: z.string().describe('Whom to ask about it'),
  mode: z.enum(['read', 'read_write']),
  schemas: z.array(z.string()),
})

export const listDatabases = defineTool({
  name: 'list_databases',
  title: 'List databases',
  description: 'The PostgreSQL databases you may use, with their schemas.',
  scope: 'postgres:read',
  effect: 'read',
  input: z.object({}),
  output: page(Database),
  trusted: true,
  run: async (_input, ctx) => ({
    items: visibleDatabases(ctx).map((visible) => ({ ...visible, schemas: [...visible.schemas] })),
  }),
})
