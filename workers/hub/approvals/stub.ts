import type { HubEnv } from '../env.ts'
import type { Approvals } from './approvals.ts'

type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never
}
type Methods = 'propose' | 'wait' | 'decide' | 'start' | 'beat' | 'finish' | 'open' | 'lists'

/** The company's one Approvals object. (The types of RPC give up on JSON of unknown content, so they are said here.) */
export const approvals = (env: HubEnv): Remote<Pick<Approvals, Methods>> =>
  env.APPROVALS.getByName('company') as unknown as Remote<Pick<Approvals, Methods>>
