/** A write's state at the hub as the model sees it. Pure. */
import type { ApprovalStatus } from './hub.ts'
import type { Envelope } from './render.ts'

const statuses = {
  proposed: 'approval_required',
  approved: 'approval_required',
  running: 'approval_required',
  denied: 'denied',
  expired: 'expired',
  withdrawn: 'withdrawn',
  done: 'done',
  failed: 'failed',
  unknown: 'unknown',
} as const

/** @param resultTool the tool that collects the result */
export function envelopeOf(status: ApprovalStatus, resultTool: string): Envelope {
  return {
    status: statuses[status.state],
    approval_id: status.id,
    ...(status.state === 'proposed' && { approval_url: status.url, expires_at: status.expiresAt }),
    summary: status.summary,
    ...noteFor(status, resultTool),
    ...(status.result && { result: status.result }),
    ...(status.error && { error: status.error }),
  }
}

function noteFor(status: ApprovalStatus, resultTool: string): { note?: string } {
  const words: Partial<Record<ApprovalStatus['state'], string>> = {
    proposed: `Nothing has been changed yet. A person must decide at approval_url: show the user the link. Then call ${resultTool} with this approval_id.`,
    approved: `It is approved and has not run. Call ${resultTool} with this approval_id to run it.`,
    running: `It is running now. Call ${resultTool} again for its result.`,
    expired:
      'It was not decided or not collected in time, and nothing was changed. Propose it again if it is still wanted.',
    unknown:
      'It may or may not have happened. Look in the system itself before proposing it again; it is never repeated by itself.',
  }
  const note = [status.note, words[status.state]].filter(Boolean).join(' ')
  return note ? { note } : {}
}
