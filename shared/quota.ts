import type { Caller, SpendAnswer } from './caller.ts'
import { ToolError } from './errors.ts'
import type { Shell } from './pipeline.ts'
import type { Quota } from './policy.ts'
import type { Tool } from './tool.ts'

const windowMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }
/** Reads are taken from the object in leases of at most so many, so most of them cost no hop. */
const longestLease = 20

/** Reads of one person that are counted already and not yet made. */
interface Lease {
  left: number
  /** Milliseconds since 1970: the window they were counted in ends. */
  readonly endsAt: number
}
const keptLeases = 10_000
const leases = new Map<string, Lease>()

/**
 * Counts a call against the quotas that apply to it, in the person's `Session` object: writes one
 * by one, reads by leases, which shrink as a quota runs out. No window ever sees more calls than
 * its quota; an isolate that ends takes the rest of its lease with it, so it may see a few less.
 * @throws ToolError `quota_exceeded`, with the limit and when to come back; `upstream_unavailable`
 *   when the call can't be counted
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
  const isRead = tool.effect === 'read'
  const key = `${caller.principal.userId}\n${quotas.map(({ id }) => id).join()}`
  if (isRead && takeFromLease(key, now)) return
  const answer = await counted(shell, caller, quotas, isRead ? longestLease : 1)
  if (answer.granted > 0) return addToLease(key, answer)
  // Calls made side by side each ask for a lease; what others brought meanwhile is everybody's.
  if (isRead && takeFromLease(key, now)) return
  throw exhausted(
    quotas.find(({ id }) => id === answer.quota),
    Math.max(0, answer.endsAt - now),
  )
}

function takeFromLease(key: string, now: number): boolean {
  const lease = leases.get(key)
  if (!lease || lease.left === 0 || lease.endsAt <= now) return false
  lease.left--
  return true
}

/** Keeps what was granted beyond the call that asked. */
function addToLease(key: string, { granted, endsAt }: SpendAnswer): void {
  if (granted === 1) return
  const known = leases.get(key)
  const left = (known?.endsAt === endsAt ? known.left : 0) + granted - 1
  leases.delete(key)
  leases.set(key, { left, endsAt })
  for (const oldest of leases.keys()) {
    if (leases.size <= keptLeases) break
    leases.delete(oldest)
  }
}

async function counted(
  shell: Shell,
  caller: Caller,
  quotas: readonly Quota[],
  amount: number,
): Promise<SpendAnswer> {
  const { SESSION } = shell.env
  const wanted = quotas.map(({ id, limit, per }) => ({ id, limit, windowMs: windowMs[per] }))
  try {
    return await SESSION.get(SESSION.idFromName(caller.principal.userId)).spend(wanted, amount)
  } catch (cause) {
    throw new ToolError(
      'upstream_unavailable',
      'Gatehouse could not count this call against its quota, so it was not made. Try again.',
      { cause, details: { quota: 'unavailable' } },
    )
  }
}

function exhausted(quota: Quota | undefined, waitMs: number): ToolError {
  const what = quota
    ? `${quota.limit} calls a ${quota.per}${quota.tool ? ` of ${quota.tool}` : ''}`
    : 'the calls allowed'
  return new ToolError('quota_exceeded', `Policy allows ${what}, and they are used up.`, {
    details: { quota: quota?.id ?? '' },
    retryAfterSeconds: waitMs / 1000,
  })
}
