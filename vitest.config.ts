import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Outside the checkout: `npm test` as root runs the tests as a user who may not write there.
  cacheDir: join(tmpdir(), `sunday-vitest-${process.getuid?.() ?? 0}`),
  // As Node itself resolves: with Vite's `development` our code would get another copy of graphql than its plugins.
  ssr: { resolve: { conditions: ['node', 'module-sync'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/servers.ts'],
    setupFiles: ['test/support/leaks.ts'],
    fsModuleCache: false,
    pool: 'forks',
    fileParallelism: true,
    maxWorkers: 4, // on two cores: most tests wait for servers more than they compute
    // Of four hundred waits for real servers one may be too short while they all start; the report says `retry x1`.
    retry: 1,
    testTimeout: 60_000, // on a busy machine a fleet boots in twenty seconds instead of two
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});
