import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { workerUnderTest } from './workerd.ts'

/** A Worker's tests run inside workerd, with its real bindings; the rest runs in Node. */
const worker = (name: Parameters<typeof workerUnderTest>[0]) => ({
  plugins: [cloudflareTest(workerUnderTest(name))],
  test: { name, include: [`test/workers/${name}/**/*.test.{ts,tsx}`] },
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
      worker('postgres'),
      worker('custom'),
      worker('jira'),
    ],
  },
})
