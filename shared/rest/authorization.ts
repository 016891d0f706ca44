import { ToolError } from '../errors.ts'
import type { MintedCredential, MintedToken } from './credential.ts'
import type { Gate } from './gate.ts'
import type { HeaderValues, RestOptions } from './options.ts'
import type { Slots } from './slots.ts'

/** Headers to try, and which slot they are from. */
export interface Authorization {
  readonly index: number
  readonly headers: HeaderValues
}

/**
 * The ways to sign in, best first. Whoever asks for the next one says that the last was refused:
 * a kept token is then forgotten and minted anew once, before the other slot has its turn.
 * @throws ToolError of the token endpoint, when no slot is left
 */
export async function* authorizations(
  options: RestOptions,
  slots: Slots,
  gate: Gate,
  mint: (credential: MintedCredential) => Promise<MintedToken>,
): AsyncGenerator<Authorization> {
  const filled = slots.inOrder(options.credentials ?? [])
  if (filled.length === 0) {
    if (options.credentials?.length) throw unset()
    yield { index: 0, headers: {} }
  }
  let failure: ToolError | undefined
  for (const { index, credential } of filled) {
    if (!('mint' in credential)) {
      yield { index, headers: credential.headers }
      continue
    }
    const carry = credential.carry ?? ((token) => ({ authorization: `Bearer ${token}` }))
    try {
      const token = await gate.token(credential.id, () => mint(credential))
      yield { index, headers: carry(token) }
      await gate.forget(credential.id, token)
      const fresh = await gate.token(credential.id, () => mint(credential))
      if (fresh !== token) yield { index, headers: carry(fresh) }
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      failure = error
    }
  }
  if (failure) throw failure
}

const unset = () =>
  new ToolError(
    'misconfigured',
    "This endpoint has no credential for the system behind it. Tell the administrator; trying again won't help.",
  )
