import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import { path } from '../../shared/path.ts'
import type { ToolContext } from '../../shared/tool.ts'
import { jira } from './client.ts'
import { mayUseProject } from './projects.ts'

/** Boards and sprints (https://developer.atlassian.com/cloud/jira/software/rest/). */
export const Board = z.object({
  id: z.number(),
  name: z.string(),
  type: z.string(),
  location: z.object({ projectKey: z.string().optional() }).optional(),
})
export type Board = z.infer<typeof Board>

export const Sprint = z.object({
  id: z.number(),
  name: z.string(),
  state: z.enum(['future', 'active', 'closed']),
  startDate: z.string().optional(),
  endDate: z.string().optional(),
  goal: z.string().optional(),
  originBoardId: z.number().optional(),
})
export type Sprint = z.infer<typeof Sprint>

export const BoardId = z.number().int().positive()
export const SprintId = z.number().int().positive()

/** A board of a project the caller may use. A board of a person or of no project is nobody's here. @throws ToolError `not_found` */
export async function readBoard(ctx: ToolContext, id: number): Promise<Board> {
  const board = await jira(ctx).get(path`/rest/agile/1.0/board/${id}`, Board)
  const project = board.location?.projectKey
  if (project !== undefined && mayUseProject(project, ctx)) return board
  throw new ToolError('not_found', 'There is no such board in the projects you may use.')
}

/** A sprint whose board is in a project the caller may use. @throws ToolError `not_found` */
export async function readSprint(
  ctx: ToolContext,
  id: number,
): Promise<{ sprint: Sprint; board: Board }> {
  const sprint = await jira(ctx).get(path`/rest/agile/1.0/sprint/${id}`, Sprint)
  if (sprint.originBoardId === undefined)
    throw new ToolError('not_found', 'There is no such sprint in the projects you may use.')
  return { sprint, board: await readBoard(ctx, sprint.originBoardId) }
}

const Configuration = z.object({
  estimation: z.object({ field: z.object({ fieldId: z.string() }).optional() }).optional(),
})

/** The field that holds story points on this board; undefined when it estimates by something else or not at all. */
export async function pointsField(ctx: ToolContext, boardId: number): Promise<string | undefined> {
  const { estimation } = await jira(ctx).get(
    path`/rest/agile/1.0/board/${boardId}/configuration`,
    Configuration,
  )
  const id = estimation?.field?.fieldId
  return id?.startsWith('customfield_') ? id : undefined
}
