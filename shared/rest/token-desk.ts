/** Tokens of an upstream, each minted in one place at a time. Pure: time is an argument. */
import type { MintedToken } from './credential.ts'

export interface KeptToken {
  readonly token: string
  readonly expiresAt: number
}

/** What a caller is told: the token, or that it is the one who mints it now. */
export type TokenAnswer = { readonly kept: KeptToken } | { readonly mint: number }

/** Tokens are replaced this long before their end, so that none ends on its way; short ones halfway. */
const marginMs = 60_000

export const keptUntil = (now: number, { token, expiresInSeconds }: MintedToken): KeptToken => {
  const ms = expiresInSeconds * 1000
  return { token, expiresAt: now + Math.max(ms - marginMs, ms / 2) }
}

export class TokenDesk {
  private turn = 0
  private readonly tokens = new Map<string, KeptToken>()
  private readonly minting = new Map<
    string,
    { turn: number; waiters: ((a: TokenAnswer) => void)[] }
  >()

  /** Answers at once, or when the one who mints is done. */
  ask(now: number, id: string, answer: (a: TokenAnswer) => void): void {
    const kept = this.tokens.get(id)
    const minting = this.minting.get(id)
    if (kept && kept.expiresAt > now) answer({ kept })
    else if (minting) minting.waiters.push(answer)
    else this.hand(id, answer, [])
  }

  /** The turn ended: with a token for everybody who waits, or without, and the next one tries. A lost turn counts for nothing. */
  done(now: number, id: string, turn: number, minted: MintedToken | undefined): void {
    const minting = this.minting.get(id)
    if (minting?.turn !== turn) return
    this.minting.delete(id)
    const [next, ...rest] = minting.waiters
    if (minted) {
      const kept = keptUntil(now, minted)
      this.tokens.set(id, kept)
      for (const answer of minting.waiters) answer({ kept })
    } else if (next) this.hand(id, next, rest)
  }

  forget(id: string, token: string): void {
    if (this.tokens.get(id)?.token === token) this.tokens.delete(id)
  }

  private hand(
    id: string,
    answer: (a: TokenAnswer) => void,
    waiters: ((a: TokenAnswer) => void)[],
  ) {
    this.turn += 1
    this.minting.set(id, { turn: this.turn, waiters })
    answer({ mint: this.turn })
  }
}
