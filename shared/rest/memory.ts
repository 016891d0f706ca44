import { slots, type Slots } from './slots.ts'

/** What an isolate remembers of one upstream between calls. Values only: a promise belongs to the request that made it. */
export interface Memory {
  readonly slots: Slots
  readonly tokens: Map<string, { readonly token: string; readonly expiresAt: number }>
  /** Connections leased from the `Upstream` object. */
  leases: readonly HeldLease[]
  /** Names the upstream's credential: the `Upstream` object of everybody who uses it. */
  readonly key: string
}

export interface HeldLease {
  readonly id: number
  readonly until: number
  left: number
  /** A request is using it. */
  busy: boolean
}

const memories = new WeakMap<object, Map<string, Memory>>()

/** One memory for each set of bindings and upstream, so two Workers in one process never share. */
export function memoryFor(env: unknown, key: string): Memory {
  const bindings = typeof env === 'object' && env !== null ? env : nowhere
  const known = memories.get(bindings) ?? new Map<string, Memory>()
  memories.set(bindings, known)
  const memory = known.get(key) ?? { key, slots: slots(), tokens: new Map(), leases: [] }
  known.set(key, memory)
  return memory
}

const nowhere = {}
