import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The suites that need a plain PostgreSQL server or Redis, and no programs of this machine. */
const INCLUDED = [
  ...['access', 'alerts', 'catalog', 'demo', 'events', 'migrations', 'operations', 'partitions'],
  ...['postgres', 'schedules', 'server', 'sunday'],
];
const EXCLUDED = [
  // Starts its Redis itself; its twin in test/containers has one in a container.
  'test/events/bell.test.ts',
  // They start, stop, clone or fill servers of their own.
  ...[
    'api-upkeep',
    'failover',
    'full-disk',
    'restart',
    'validate',
    'validate-backup',
    'validate-operation',
  ].map((name) => `test/migrations/${name}.test.ts`),
  ...['alerts/story', 'alerts/tour', 'catalog/routes', 'partitions/health'].map(
    (name) => `test/${name}.test.ts`,
  ),
];

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: [
      ...INCLUDED.map((folder) => `test/${folder}/**/*.test.ts`),
      'test/containers/**/*.container-test.ts',
    ],
    exclude: EXCLUDED,
    globalSetup: ['test/containers/servers.ts'],
  },
});
