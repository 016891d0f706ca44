import * as z from 'zod'
import { ToolError } from '../../../shared/errors.ts'
import { path } from '../../../shared/path.ts'
import { defineTool, page } from '../../../shared/tool.ts'
import { BoardId, Sprint, readBoard } from '../agile.ts'
import { jira } from '../client.ts'
import { nextOffset, offsetOf } from '../paging.ts'

const SprintPage = z.object({ values: z.array(Sprint), isLast: z.boolean() })

export const ShownSprint = z.object({
  id: z.number(),
  name: z.string(),
  state: z.string(),
  start: z.string().optional(),
  end: z.string().optional(),
  goal: z.string().optional(),
})

export const shownSprint = (sprint: Sprint): z.infer<typeof ShownSprint> => ({
  id: sprint.id,
  name: sprint.name,
  state: sprint.state,
  ...(sprint.startDate && { start: sprint.startDate.slice(0, 10) }),
  ...(sprint.endDate && { end: sprint.endDate.slice(0, 10) }),
  ...(sprint.goal && { goal: sprint.goal }),
})

export const listSprints = defineTool({
  name: 'list_jira_sprints',
  title: 'List Jira sprints',
  description: 'Sprints of a board.',
  scope: 'jira:read',
  effect: 'read',
  input: z.object({
    board_id: BoardId,
    state: z.enum(['active', 'future', 'closed', 'all']).default('active'),
  }),
  output: page(ShownSprint),
  async run({ board_id, state }, ctx) {
    const board = await readBoard(ctx, board_id)
    if (board.type === 'kanban')
      throw new ToolError('invalid_input', 'This is a Kanban board: it has no sprints.')
    const startAt = offsetOf(ctx.cursor)
    const { values, isLast } = await jira(ctx).get(
      path`/rest/agile/1.0/board/${board_id}/sprint`,
      SprintPage,
      { query: { startAt, maxResults: 50, ...(state !== 'all' && { state }) } },
    )
    return {
      items: values.map(shownSprint),
      ...(!isLast && nextOffset(startAt, values.length, undefined)),
    }
  },
})
