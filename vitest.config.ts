import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores and one native TensorFlow per process: more forks than this only fight for them.
    pool: 'forks',
    maxWorkers: 2,
  },
});
