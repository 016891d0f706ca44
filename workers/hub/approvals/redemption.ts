/** What endpoints ask about writes: to propose one, and to run what a person has approved. */
import { argumentsHash } from '../../../shared/hash.ts'
import type { ApprovalAnswer, ApprovalStatus, Proposal } from '../../../shared/hub.ts'
import { decide, mayApprove, type Decision } from '../../../shared/policy.ts'
import { configuration } from '../configuration.ts'
import type { HubEnv } from '../env.ts'
import { policy } from '../policy.ts'
import { callerOf, type Caller } from '../tokens.ts'
import type { Opened } from './approvals.ts'
import { approvals } from './stub.ts'
import { superseded } from './decisions.ts'
import type { Asker } from './record.ts'
import { connectionEnded, notAllowedNow, type Refusal } from './refusals.ts'

/** Longest time that a redemption waits for a decision. */
export const maxWaitMs = 50_000

/** Puts a write on record; where policy asks nobody, its lease comes with the answer. */
export async function proposeWrite(
  env: HubEnv,
  resource: string,
  token: string,
  proposal: Proposal,
): Promise<ApprovalAnswer> {
  const caller = await callerOf(env, resource, token, { fresh: true })
  if (!caller) return notTaken(env, proposal, connectionEnded)
  const { tool, args, preview, country, workerVersion } = proposal
  const { integration, clientId, email, name, groups } = caller
  if (argumentsHash(args) !== proposal.argumentsHash)
    return notTaken(env, proposal, {
      code: 'internal',
      message: 'The arguments do not match their hash, so nothing was changed. Call again.',
    })
  const judged = judge(caller, tool, args, preview.facts)
  if ('refused' in judged) return notTaken(env, proposal, judged.refused)
  const { decision, effect } = judged
  const object = approvals(env)
  const answer = await object.propose(
    {
      integration,
      tool,
      effect,
      proposer: { email, name, groups },
      clientId,
      argumentsHash: proposal.argumentsHash,
      policyVersion: decision.version,
      rule: decision.rule ?? '',
      mode: decision.outcome,
      reason: decision.reason,
      approvers: [...decision.approvers],
      country,
      workerVersion,
    },
    proposal,
  )
  if (answer.refused || decision.outcome !== 'allow' || answer.status.state !== 'approved')
    return answer
  return (await object.start(proposal.id, askerOf(caller), decision.limits)) ?? answer
}

/** Waits for the decision and hands over what was approved, once. null: no such approval of this person and client. */
export async function redeemWrite(
  env: HubEnv,
  resource: string,
  token: string,
  id: string,
  waitMs: number,
): Promise<ApprovalAnswer | null> {
  const known = await callerOf(env, resource, token, { fresh: false })
  if (!known) return null
  const status = await decided(env, id, askerOf(known), Math.min(Math.max(waitMs, 0), maxWaitMs))
  if (status?.state !== 'approved') return status && { status }
  // The wait may have been long: who they are and what policy says is asked anew, at this moment.
  const caller = await callerOf(env, resource, token, { fresh: true })
  if (!caller) return { status, refused: connectionEnded }
  const object = approvals(env)
  const opened = await object.open(id)
  if (!opened) return null
  if (opened.subject.policyVersion !== policy.version) {
    const moved = await object.decide(id, superseded(opened.subject.policyVersion))
    return 'refused' in moved ? redeemed(env, id, caller) : moved
  }
  const judged = judgeApproved(caller, opened)
  if ('refused' in judged) return { status, refused: judged.refused }
  return object.start(id, askerOf(caller), judged.decision.limits)
}

const redeemed = async (
  env: HubEnv,
  id: string,
  caller: Caller,
): Promise<ApprovalAnswer | null> => {
  const status = await approvals(env).wait(id, askerOf(caller), 0)
  return status && { status }
}

/** Waiting changes nothing, so when the object is restarted under the wait, it is simply asked again. */
async function decided(
  env: HubEnv,
  id: string,
  asker: Asker,
  waitMs: number,
): Promise<ApprovalStatus | null> {
  const until = Date.now() + waitMs
  try {
    return await approvals(env).wait(id, asker, waitMs)
  } catch {
    return approvals(env).wait(id, asker, Math.max(0, until - Date.now()))
  }
}

type Judged =
  | { readonly refused: Refusal }
  | {
      readonly decision: Decision & { readonly outcome: 'allow' | 'ask' | 'four_eyes' }
      readonly effect: 'create' | 'update' | 'delete'
    }

/** What policy says to this write now, the connection's scopes included. */
function judge(
  caller: Caller,
  name: string,
  args: Readonly<Record<string, unknown>>,
  facts: Readonly<Record<string, unknown>> = {},
): Judged {
  const { integration, clientId, switches } = caller
  const tool = policy.catalogue[integration]?.tools[name]
  const decision = decide(policy, {
    person: caller,
    integration,
    tool: name,
    clientId,
    args,
    facts,
    switches,
  })
  const { outcome } = decision
  if (outcome === 'deny') return { refused: notAllowedNow(decision.reason) }
  if (!tool || tool.effect === 'read') return { refused: notAllowedNow(`${name} is no write.`) }
  if (!caller.scope.includes(tool.scope))
    return { refused: notAllowedNow(`the connection lacks the scope ${tool.scope}.`) }
  return { decision: { ...decision, outcome }, effect: tool.effect }
}

/** The same at redemption; besides, the person who approved must still be one who may. */
function judgeApproved(caller: Caller, { subject, standing, preview, args }: Opened): Judged {
  const judged = judge(caller, subject.tool, args ?? {}, preview.facts)
  if ('refused' in judged || judged.decision.outcome === 'allow') return judged
  const { decider } = standing
  if (decider && mayApprove(judged.decision, caller, decider)) return judged
  return {
    refused: notAllowedNow('it asks for another person’s approval by now. Propose it again.'),
  }
}

const askerOf = ({ integration, email, clientId }: Caller): Asker => ({
  integration,
  email,
  clientId,
})

/** The answer to a proposal that was not put on record. */
function notTaken(env: HubEnv, { id, tool, preview }: Proposal, refused: Refusal): ApprovalAnswer {
  const status: ApprovalStatus = {
    id,
    state: 'denied',
    tool,
    summary: preview.summary.slice(0, 500),
    url: `${configuration(env).ISSUER}/approvals`,
    expiresAt: new Date().toISOString(),
  }
  return { status, refused }
}
