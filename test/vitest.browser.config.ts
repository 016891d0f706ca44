import { defineConfig } from 'vitest/config'

/** What needs a real browser: `/usr/bin/chromium`. Not part of `npm test`. */
export default defineConfig({
  test: {
    root: '.',
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})
