import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/prove/**/*.test.ts'],
    globalSetup: 'test/prove/setup.ts',
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
