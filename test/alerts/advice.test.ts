import { expect, test } from 'vitest';
import { toAdvice } from '../../src/alerts/advice.ts';
import { createStory } from './alert-story.ts';
import { RULE, sampleOf } from './samples.ts';

test('of partitions that run out advises to make those of its cluster, and of nothing else', () => {
  const rules = [{ ...RULE, name: 'partition_coverage', metric: 'partition_coverage', forSeconds: 0 }];
  const story = createStory(rules);
  story.at(0, [sampleOf(99, 0, { name: 'partition_coverage', instance: null })]);
  const [alert] = story.open;
  expect(alert === undefined ? null : toAdvice(alert)).toMatchObject({
    cause: expect.stringMatching('Partitions for the time to come') as string,
    actions: [
      {
        mutation: 'maintainPartitions',
        input: { clusters: ['main'], reason: `alert ${alert?.id}` },
        operationKinds: ['partitions.maintain', 'partitions.maintainAll'],
      },
    ],
  });
});

test('of dead rows advises to end who keeps them and does nothing, before VACUUM', () => {
  const story = createStory([{ ...RULE, name: 'dead_rows', metric: 'dead_rows', forSeconds: 0 }]);
  story.at(0, [sampleOf(99, 0, { name: 'dead_rows' })]);
  const [alert] = story.open;
  if (alert === undefined) throw new Error('nothing fired');
  const session = (name: string, applicationName: string, state: string) => ({
    ...{
      kind: 'SESSION' as const,
      name,
      detail: `ann, ${applicationName}, ${state}`,
      applicationName,
      state,
    },
    ...{ sessionId: `main/main-1/${name}/1`, transactionAgeMs: 60_000, ageTransactions: 9 },
  });
  const slot = { ...session('main_2', '', ''), kind: 'SLOT' as const, sessionId: null };
  const keepers = [
    session('7', 'shop', 'idle in transaction'),
    session('8', 'shop', 'active'),
    session('9', 'sunday', 'idle in transaction'),
    slot,
  ];
  const evidence = { gatheredAt: '', statements: [], blockers: [], reason: null, keepers };
  expect(toAdvice({ ...alert, evidence }).actions).toMatchObject([
    {
      title: 'End process 7 (ann, shop, idle in transaction), for which VACUUM must keep dead rows',
      mutation: 'terminateSession',
      input: { id: 'main/main-1/7/1', reason: `alert ${alert.id}` },
    },
    { mutation: 'runMaintenanceTask', input: { task: 'VACUUM' } },
  ]);
});

test('of a service beside the clusters advises what it can be told, and of others what to look at', () => {
  const metrics = ['redis_failed_saves', 'redis_memory_used'];
  const story = createStory(metrics.map((metric) => ({ ...RULE, name: metric, metric, forSeconds: 0 })));
  const bad = (name: string) => sampleOf(99, 0, { name, cluster: 'platform', instance: 'cache' });
  story.at(0, metrics.map(bad), { cluster: 'platform', instances: ['cache'] });
  const advice = story.open.map(toAdvice);
  expect(advice).toMatchObject([
    {
      actions: [
        {
          mutation: 'runServiceAction',
          input: { service: 'cache', action: 'SAVE_SNAPSHOT' },
          operationKinds: [],
        },
      ],
    },
    { actions: [], runbook: expect.stringMatching('maxmemory-policy') as string },
  ]);
});
