import { availableParallelism } from 'node:os'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { workerUnderTest } from './workerd.ts'

/** No test judges speed, so a slow machine must not fail one (milliseconds). */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 }

/** A Worker's tests run inside workerd, with its real bindings; the rest runs in Node. */
const worker = (name: Parameters<typeof workerUnderTest>[0], more: object = {}) => ({
  plugins: [cloudflareTest(workerUnderTest(name))],
  test: { name, include: [`test/workers/${name}/**/*.test.{ts,tsx}`], ...patience, ...more },
})

export default defineConfig({
  test: {
    root: '.',
    // The default leaves one processor idle, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], root: '.', ...patience } },
      { test: { name: 'flows', include: ['test/flows/**/*.test.ts'], root: '.', ...patience } },
      worker('hub'),
      // Beside them an embedded PostgreSQL, which they reach by Neon's protocols.
      worker('postgres', { globalSetup: 'test/workers/postgres/sandbox.ts' }),
      worker('custom', { globalSetup: 'test/workers/custom/network.ts' }),
      worker('jira', { globalSetup: 'test/workers/jira/network.ts' }),
      worker('slack', { globalSetup: 'test/workers/slack/network.ts' }),
    ],
  },
})
