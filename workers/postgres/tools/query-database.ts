import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { defineTool, paged } from '../../../shared/tool.ts'
import { database, parameters, query } from '../arguments.ts'
import { read, readOne, type Result } from '../database.ts'
import { accessTo, type Access } from '../databases.ts'
import { guarded } from '../guarded.ts'
import { remainingTime, type Statement } from '../session.ts'
import { typesOf } from '../types.ts'
import { valueOf } from '../values.ts'

const declare = 'DECLARE gatehouse NO SCROLL CURSOR FOR '

export const queryDatabase = defineTool({
  name: 'query_database',
  title: 'Query database',
  description:
    'Run one SELECT, VALUES or TABLE, read-only. Times are UTC; long values are cut, with a mark.',
  scope: 'postgres:read',
  effect: 'read',
  input: z.object({
    query,
    limit: z.number().int().min(1).max(1000).default(100),
    parameters,
    database,
  }),
  output: paged('rows', {
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(z.unknown())).describe('Values in the order of columns'),
    note: z.string().optional(),
  }),
  async run({ query, limit, parameters, database }, ctx) {
    const access = accessTo(ctx, database)
    const { boundedBy = Infinity, ordered } = await guarded(access, query, parameters)
    const start = positionOf(ctx.cursor)
    const statement = { text: query, parameters }
    // What can't exceed the page by its own text needs no cursor, and may then run in parallel.
    const result =
      start === 0 && boundedBy <= limit
        ? await readOne(access, statement)
        : await throughCursor(access, statement, start, limit + 1)
    const types = await typesOf(
      access,
      result.fields.map(({ dataTypeID }) => dataTypeID),
      (statement) => readOne(access, statement),
    )
    const more = result.rows.length > limit
    return {
      columns: result.fields.map(({ name }, i) => ({ name, type: types[i]!.name })),
      rows: result.rows
        .slice(0, limit)
        .map((row) => row.map((text, i) => valueOf(text, types[i]!))),
      ...(more && { cursor: String(start + limit) }),
      ...(more && !ordered && { note: unordered }),
    }
  },
})

const unordered =
  'The query has no ORDER BY, so rows may repeat or be missing from page to page. Order by a unique column to page safely.'

/** The caller's text is the cursor's query, unchanged; its rows before `start` are passed over. */
async function throughCursor(
  access: Access,
  { text, parameters }: Statement,
  start: number,
  count: number,
): Promise<Result> {
  const results = await read(
    access,
    [
      { text: declare + text, parameters: parameters ?? [] },
      ...(start === 0
        ? []
        : [{ text: `MOVE FORWARD ${start} IN gatehouse` }, remainingTime(access)]),
      { text: `FETCH FORWARD ${count} FROM gatehouse` },
    ],
    declare.length,
  )
  return results.at(-1)!
}

function positionOf(cursor: string | undefined): number {
  const position = Number(cursor ?? 0)
  if (!Number.isSafeInteger(position) || position < 0)
    throw new ToolError('invalid_input', 'This cursor is of another version.')
  return position
}
