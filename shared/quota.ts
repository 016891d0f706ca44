import type { Caller } from './caller.ts'
import { ToolError } from './errors.ts'
import type { Shell } from './pipeline.ts'
import type { Quota } from './policy.ts'
import type { Tool } from './tool.ts'

const windowMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }
/** Reads are taken from the object in leases, so most of them cost no hop. */
const leaseShare = 20
const leaseMs = 20_000

interface Lease {
  left: number
  until: number
}
const leases = new Map<string, Lease>()

/**
 * Counts a call against the quotas that apply to it, exactly, in the person's `Session` object:
 * writes one by one, reads by leases of a twentieth of the limit (at most 20 calls or 20 seconds).
 * @throws ToolError `quota_exceeded`, with the limit and when to come back
 */
export async function spendQuota(
  shell: Shell,
  caller: Caller,
  tool: Tool,
  now: number,
): Promise<void> {
  const quotas = caller.slice.quotas.filter(
    (quota) => quota.tool === undefined || quota.tool === tool.name,
  )
  if (quotas.length === 0) return
  const person = caller.principal.userId
  const key = `${person}\n${quotas.map((q) => q.id).join()}`
  const lease = leases.get(key)
  if (tool.effect === 'read' && lease && lease.left > 0 && lease.until > now) {
    lease.left--
    return
  }
  const smallest = Math.min(...quotas.map((quota) => quota.limit))
  const amount =
    tool.effect === 'read' ? Math.max(1, Math.min(20, Math.floor(smallest / leaseShare))) : 1
  const session = shell.env.SESSION.get(shell.env.SESSION.idFromName(person))
  const wanted = quotas.map((quota) => ({
    id: quota.id,
    limit: quota.limit,
    windowMs: windowMs[quota.per],
  }))
  const answer = await session.spend(wanted, amount)
  if (answer.granted === 0)
    throw exhausted(
      quotas.find((q) => q.id === answer.quota),
      answer.retryAfterSeconds,
    )
  if (tool.effect === 'read') {
    if (leases.size > 10_000) leases.clear()
    leases.set(key, { left: answer.granted - 1, until: now + leaseMs })
  }
}

function exhausted(quota: Quota | undefined, retryAfterSeconds: number | undefined): ToolError {
  const what = quota
    ? `${quota.limit} calls a ${quota.per}${quota.tool ? ` of ${quota.tool}` : ''}`
    : 'the calls allowed'
  return new ToolError('quota_exceeded', `Policy allows ${what}, and they are used up.`, {
    details: { quota: quota?.id ?? '' },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  })
}
