import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/temporaryFolder.ts',
    // Far above what any test takes: a limit against hanging, not a bound on speed. The machine may have other work.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Two cores and one native TensorFlow per process: more forks than this only fight for them.
    pool: 'forks',
    maxWorkers: 2,
  },
});
