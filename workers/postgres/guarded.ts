import type { Access } from './databases.ts'
import { guardQuery } from './guard/guard.ts'
import type { GuardedQuery } from './guard/guarded.ts'
import { ownNames } from './own-names.ts'
import type { Parameter } from './session.ts'

/** The guard's judgement with what it has to know of this database. @throws ToolError `forbidden`, `invalid_input` */
export async function guarded(
  access: Access,
  sql: string,
  parameters: readonly Parameter[],
): Promise<GuardedQuery> {
  return guardQuery(sql, {
    parameters: parameters.length,
    schemas: access.schemas,
    ...(await ownNames(access)),
  })
}
