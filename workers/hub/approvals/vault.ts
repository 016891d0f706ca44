import * as z from 'zod'
import { seal, unseal } from '../seal.ts'

const Sealed = z.object({ id: z.string(), value: z.record(z.string(), z.unknown()) })

/** Arguments and results at rest: encrypted, and each opens only as part of its own approval. */
export class Vault {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  seal(id: string, value: Record<string, unknown>): string {
    return seal(this.#secret, 'approval', { id, value })
  }

  /** undefined when there is nothing, or the hub's secret has been changed since. */
  open(id: string, sealed: string | null | undefined): Record<string, unknown> | undefined {
    const opened = unseal(this.#secret, 'approval', sealed ?? undefined, Sealed)
    return opened?.id === id ? opened.value : undefined
  }
}
