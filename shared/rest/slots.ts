import type { Credential } from './credential.ts'

/**
 * Which of the two credentials worked last, remembered in the isolate, so that during a rotation
 * not every call begins with a refusal.
 */
export interface Slots {
  inOrder(credentials: readonly (Credential | undefined)[]): readonly Slot[]
  worked(index: number): void
}
export interface Slot {
  /** 0 is the current credential, 1 the other one. */
  readonly index: number
  readonly credential: Credential
}

export function slots(): Slots {
  let preferred = 0
  return {
    inOrder(credentials) {
      const filled = credentials.flatMap((credential, index) =>
        credential ? [{ index, credential }] : [],
      )
      return filled.sort((a, b) => Number(b.index === preferred) - Number(a.index === preferred))
    },
    worked(index) {
      preferred = index
    },
  }
}
