import type { ApprovalAnswer } from '../../../shared/hub.ts'

/** Why a write does not go on although nobody denied it, in words for the model. */
export type Refusal = NonNullable<ApprovalAnswer['refused']>

export const tooManyOpen = (limit: number, issuer: string): Refusal => ({
  code: 'quota_exceeded',
  message: `${limit} changes of this person wait for a decision or to be collected. Have some decided or withdrawn at ${issuer}/approvals first.`,
})

export const tooLarge: Refusal = {
  code: 'invalid_input',
  message: 'The change is too large to be shown to a person. Split it into smaller ones.',
}

export const unreadable: Refusal = {
  code: 'misconfigured',
  message:
    'What was approved can’t be opened any more, because the hub’s secret was changed. Propose it again.',
}

export const ledgerDown: Refusal = {
  code: 'upstream_unavailable',
  message:
    'The audit ledger can’t be reached, and no write runs without it. Nothing was changed and the approval stays valid: try again in a minute.',
}

export const connectionEnded: Refusal = {
  code: 'forbidden',
  message:
    'This connection has ended, so nothing was changed. The person has to authorize it again.',
}

export const notAllowedNow = (reason: string): Refusal => ({
  code: 'forbidden',
  message: `Policy does not allow it now, so nothing was changed: ${reason}`,
})
