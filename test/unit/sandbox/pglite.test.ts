import { neonContract } from '../../sandbox/postgres/contract.ts'
import { startEmbedded } from '../../sandbox/postgres/start.ts'

const megabyte = 1024 * 1024
neonContract('Neon over PGlite', () =>
  startEmbedded({ maxRequestBytes: megabyte, maxResponseBytes: megabyte }),
)
