import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { workerUnderTest } from './workerd.ts'

/** A Worker's tests run inside workerd, with its real bindings; the rest runs in Node. */
const worker = (name: Parameters<typeof workerUnderTest>[0], more: object = {}) => ({
  plugins: [cloudflareTest(workerUnderTest(name))],
  test: { name, include: [`test/workers/${name}/**/*.test.{ts,tsx}`], ...more },
})

export default defineConfig({
  test: {
    root: '.',
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], root: '.' } },
      {
        test: {
          name: 'flows',
          include: ['test/flows/**/*.test.ts'],
          root: '.',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      worker('hub'),
      // Beside them an embedded PostgreSQL, which they reach by Neon's protocols.
      worker('postgres', {
        globalSetup: 'test/workers/postgres/sandbox.ts',
        testTimeout: 30_000,
        hookTimeout: 30_000,
      }),
      worker('custom', { globalSetup: 'test/workers/custom/network.ts' }),
      worker('jira', { globalSetup: 'test/workers/jira/network.ts', testTimeout: 30_000 }),
      worker('slack', { globalSetup: 'test/workers/slack/network.ts', testTimeout: 30_000 }),
    ],
  },
})
