import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { startFakeApi } from './fake-api.ts';
import { runCli } from './run-cli.ts';

const unavailable = () => {
  throw new GraphQLError('the repository of stanza main cannot be used: it is not mounted', {
    extensions: { code: 'REPOSITORY_UNAVAILABLE', hint: 'Mount it.', retryable: true },
  });
};
const cluster = (name: string, backups: unknown) => ({
  __typename: 'Cluster',
  name,
  instances: [{ name: `${name}-1`, role: 'PRIMARY', state: 'UP', lagSeconds: null, reason: null }],
  health: { state: 'OK', metrics: [] },
  backups,
});

const redis = {
  ...{ __typename: 'RedisService', name: 'cache', kind: 'REDIS', address: 'redis://10.0.0.5:6379' },
  ...{ state: 'CRITICAL', checkedAt: null, version: null, role: null },
  ...{ connectedReplicas: null, uptimeSeconds: null },
  metrics: [
    {
      ...{ name: 'service_up', value: 0, unit: 'instances', state: 'CRITICAL', target: 1, critical: 1 },
      ...{ reason: 'connect ECONNREFUSED', hint: 'See whether it runs.', source: 'Every service answers.' },
    },
  ],
};

test('shows all clusters, what stands beside them, and what could not be found out about one of them', async () => {
  await using api = await startFakeApi({
    fields: {
      viewer: { name: 'admin', role: 'ADMIN' },
      clusters: [cluster('main', { edges: [] }), cluster('other', unavailable)],
      platformServices: [redis],
      operations: { edges: [] },
    },
  });
  const environment = { SUNDAY_URL: api.url, SUNDAY_TOKEN: `sun_${'A'.repeat(43)}` };
  const people = await runCli(['status'], environment);
  expect(people.exitCode).toBe(0);
  expect(people.stdout).toMatch(/main +OK +main-1 .* none/);
  expect(people.stdout).toMatch(/other +OK +other-1 .* unknown/);
  expect(people.stdout).toContain(
    'REPOSITORY_UNAVAILABLE other  backups  the repository of stanza main cannot be used: it is not mounted',
  );
  expect(people.stdout).toMatch(/^cache +redis +CRITICAL +redis:\/\/10\.0\.0\.5:6379/m);
  expect(people.stdout).toContain('CRITICAL cache  service up  0  connect ECONNREFUSED');
  const { clusters, failures } = JSON.parse(
    (await runCli(['status', '--json'], environment)).stdout,
  ) as Record<'clusters' | 'failures', readonly unknown[]>;
  expect(clusters).toMatchObject([{ backups: { edges: [] } }, { backups: null }]);
  expect(failures).toMatchObject([
    { path: ['clusters', 1, 'backups'], code: 'REPOSITORY_UNAVAILABLE', hint: 'Mount it.' },
  ]);
});
