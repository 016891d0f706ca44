import { defineConfig } from 'vitest/config'

/** What needs a real PostgreSQL server: `npm run test:postgres` starts one for it. */
export default defineConfig({
  test: {
    name: 'postgres-server',
    root: '.',
    include: ['test/postgres-server/**/*.test.ts'],
    globalSetup: 'test/postgres-server/server.ts',
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
