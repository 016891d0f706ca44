import { join } from 'node:path'

export const rowsFile = join(import.meta.dirname, 'sample.sql')
export const rolesFile = join(import.meta.dirname, '../../../workers/postgres/roles.sql')
export const hardeningFile = join(import.meta.dirname, '../../../workers/postgres/hardening.sql')
/** All that the sample is made of. */
export const sampleFiles = [rowsFile, rolesFile, hardeningFile]
