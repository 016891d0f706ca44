/** What people do with approvals on the hub's pages. Each is judged by the policy of that moment. */
import { decide, isOneOf, mayApprove, type Person } from '../../../shared/policy.ts'
import { visible } from '../../../shared/visible.ts'
import { control } from '../control.ts'
import type { HubEnv } from '../env.ts'
import { policy } from '../policy.ts'
import type { Decided, Opened } from './approvals.ts'
import { approvals } from './stub.ts'
import type { Listed } from './record.ts'

/** What a click said, and about what: the hash is that of the arguments the page showed. */
export interface Word {
  readonly verdict: 'approve' | 'deny' | 'withdraw'
  readonly note: string
  readonly argumentsHash: string
}

const noteLength = 500

/** The approval, if this person may see it: their own, one they may decide or did, or as an auditor. */
export async function openApproval(
  env: HubEnv,
  person: Person,
  id: string,
): Promise<Opened | null> {
  const opened = await approvals(env).open(id)
  return opened && maySee(person, opened) ? opened : null
}

function maySee(person: Person, listed: Listed): boolean {
  const { subject, standing } = listed
  return (
    subject.proposer.email === person.email ||
    standing.decider?.email === person.email ||
    mayDecide(person, listed) ||
    isOneOf(person, policy.policy.auditors)
  )
}

/** Whether policy, as it was at the proposal, lets this person decide. */
export const mayDecide = (person: Person, { subject }: Listed): boolean =>
  mayApprove({ outcome: subject.mode, approvers: subject.approvers }, subject.proposer, person)

/** Takes a person's word. null: they may not see such an approval. */
export async function decideApproval(
  env: HubEnv,
  person: Person,
  id: string,
  { verdict, note, argumentsHash }: Word,
): Promise<Decided | null> {
  const opened = await openApproval(env, person, id)
  if (!opened) return null
  const object = approvals(env)
  const { subject } = opened
  if (verdict === 'withdraw') {
    if (subject.proposer.email !== person.email)
      return { refused: 'Only the person it was proposed for can withdraw it.' }
    return object.decide(id, { type: 'withdraw' })
  }
  if (argumentsHash !== subject.argumentsHash)
    return { refused: 'The page showed something else than what is to be decided. Look again.' }
  if (subject.policyVersion !== policy.version) {
    const moved = await object.decide(id, superseded(subject.policyVersion))
    return 'refused' in moved ? moved : { refused: moved.status.note ?? '' }
  }
  const now = await judgedNow(env, opened)
  const current =
    now.outcome === 'deny' ? { outcome: subject.mode, approvers: subject.approvers } : now
  if (!mayApprove(current, subject.proposer, person))
    return { refused: 'Policy does not let you decide this one.' }
  if (verdict === 'approve' && now.outcome === 'deny')
    return { refused: `It can’t be approved now: ${now.reason}` }
  const by = { email: person.email, groups: [...person.groups] }
  return object.decide(id, { type: verdict, by, note: noteOf(note) })
}

/** What policy says to the proposal at this moment, kill switches included. */
export async function judgedNow(env: HubEnv, { subject, preview, args }: Opened) {
  const switches = await control(env).switches(policy.version)
  const { proposer: person, integration, tool, clientId } = subject
  const facts = preview.facts ?? {}
  return decide(policy, { person, integration, tool, clientId, args: args ?? {}, facts, switches })
}

/** An approval is bound to the policy it was judged by; under another one it has to be asked for again. */
export const superseded = (version: string) =>
  ({
    type: 'supersede',
    reason: `The company’s policy was changed after this was proposed (${version}, now ${policy.version}), so it can’t run any more. Propose it again.`,
  }) as const

/** A note as the model may get it: one bounded line without hidden characters. */
const noteOf = (note: string): string =>
  visible(note).replaceAll(/\s+/g, ' ').trim().slice(0, noteLength).toWellFormed()
