import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'

/** Jira's older lists page by offset. The cursor is that number; the shell signs it. */
export function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const offset = z.coerce.number().int().nonnegative().safeParse(cursor)
  if (offset.success) return offset.data
  throw new ToolError('invalid_input', 'cursor: is not one of this tool.')
}

/** @param total of all pages; when Jira doesn't say, `undefined`: then a full page means that more may follow. */
export function nextOffset(
  startAt: number,
  got: number,
  total: number | undefined,
  asked = got,
): { cursor?: string } {
  const next = startAt + got
  const more = got > 0 && (total === undefined ? got >= asked : next < total)
  return more ? { cursor: String(next) } : {}
}
