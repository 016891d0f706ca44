import * as z from 'zod'
import { defineTool } from '../../../shared/tool.ts'
import { database } from '../arguments.ts'
import { accessTo } from '../databases.ts'
import { Table, describeTable } from '../table.ts'

export const getTableSchema = defineTool({
  name: 'get_table_schema',
  title: 'Get table schema',
  description:
    'One table or view: columns, keys, foreign keys both ways, indexes, row-level security, size, estimated rows.',
  scope: 'postgres:read',
  effect: 'read',
  input: z.object({
    table_name: z.string().min(1).max(200).describe('table or schema.table'),
    database,
  }),
  output: Table,
  run: ({ table_name, database }, ctx) => describeTable(accessTo(ctx, database), table_name),
})
