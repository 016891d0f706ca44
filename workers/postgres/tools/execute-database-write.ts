import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool, type ToolContext } from '../../../shared/tool.ts'
import { database } from '../arguments.ts'
import { accessTo, type Access } from '../databases.ts'
import { guardWrite } from '../guard/guard.ts'
import { ownNames } from '../own-names.ts'
import { previewWrite, runWrite, type Write } from '../write.ts'

export const executeDatabaseWrite = defineTool({
  name: 'execute_database_write',
  title: 'Execute database write',
  description:
    'Propose one INSERT, UPDATE or DELETE. A person sees the rows it changes and decides; then exactly this statement runs.',
  scope: 'postgres:write',
  effect: 'delete',
  deadlineMs: 90_000,
  input: z.object({ statement: z.string(), database }),
  output: z.object({
    database: z.string(),
    table: z.string(),
    rows: z.number().describe('Rows changed'),
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    written: z.array(z.array(z.unknown())).describe('The first of them as they are now'),
  }),
  async preview({ statement, database }, ctx) {
    const { access, write } = await checked(statement, database, ctx)
    return previewWrite(access, write)
  },
  async run({ statement, database }, ctx, { preview }) {
    const { access, write } = await checked(statement, database, ctx)
    if (!preview.target) throw new ToolError('internal', 'The approval holds no version.')
    const { target, change, shown } = await runWrite(access, write, preview.target)
    ctx.log({ rows: change.rows })
    return {
      database: access.id,
      table: target.name,
      rows: change.rows,
      columns: shown.columns,
      written: shown.rows.flatMap(({ after }) => (after ? [after] : [])),
    }
  },
})

async function checked(
  statement: string,
  database: string | undefined,
  ctx: ToolContext,
): Promise<{ access: Access; write: Write }> {
  const access = accessTo(ctx, database)
  if (access.mode !== 'read_write')
    throw new ToolError(
      'forbidden',
      `${access.id} is read-only here. Its owner, ${access.owner}, can change that.`,
    )
  const guarded = await guardWrite(statement, {
    schemas: access.schemas,
    ...(await ownNames(access)),
  })
  if (guarded.hasReturning)
    throw new ToolError(
      'invalid_input',
      'Leave RETURNING out: the answer shows the rows written in any case.',
    )
  return { access, write: { statement, guarded } }
}
