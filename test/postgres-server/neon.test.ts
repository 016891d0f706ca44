import { inject } from 'vitest'
import { neonContract } from '../sandbox/postgres/contract/contract.ts'
import { startOnServer } from '../sandbox/postgres/start.ts'
import { createDatabase } from './server.ts'

const megabyte = 1024 * 1024
neonContract('Neon over a PostgreSQL server', async () =>
  startOnServer(await createDatabase(inject('postgresUrl'), 'neon_contract'), {
    maxRequestBytes: megabyte,
    maxResponseBytes: megabyte,
  }),
)
