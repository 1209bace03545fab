import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SilentServer, startSilentServer } from '../fleet/fake-servers.ts';
import { type BrokenStanzas, clusterAt, createBrokenStanzas } from '../support/broken-clusters.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { testFleet } from '../support/fleet.ts';
import { createOperator, type Operator } from '../support/operator.ts';
import { freePort } from '../support/ports.ts';

// `dead`: nobody listens there. `hung`: accepts and never answers. `locked` and `sealed`: the servers of main with a
// repository that cannot be read or written.

const root = mkdtempSync(join(tmpdir(), 'sunday-broken-'));
let stanzas: BrokenStanzas;
let silent: SilentServer;
let plane: ControlPlane;
let operator: Operator;
beforeAll(async () => {
  const fleet = await testFleet();
  stanzas = await createBrokenStanzas(fleet, root);
  silent = await startSilentServer();
  const deadPort = await freePort();
  plane = await createControlPlane(fleet, {
    adjust(config) {
      const [main] = config.clusters;
      if (main === undefined) throw new Error('the test fleet has no cluster');
      const broken = [
        clusterAt('dead', deadPort, main),
        clusterAt('hung', silent.port, main),
        { ...main, name: 'locked', stanza: stanzas.locked },
        { ...main, name: 'sealed', stanza: stanzas.sealed },
      ];
      return { ...config, clusters: [main, ...broken] };
    },
  });
  await plane.start();
  operator = createOperator(plane);
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await silent[Symbol.asyncDispose]();
  stanzas.unseal();
  rmSync(root, { recursive: true });
});

const hint = expect.stringMatching(/\w/) as string;

interface ClusterAnswer {
  readonly name: string;
  readonly instances: readonly { readonly state: string; readonly reason: string | null }[];
  readonly health: {
    readonly state: string;
    readonly metrics: readonly { readonly reason: string | null }[];
  };
  readonly backups: object | null;
  readonly migrations: readonly object[] | null;
}

test('answers about the healthy cluster, and about each broken one what is wrong with it', async () => {
  const { data, errors } = await plane.send<{ clusters: readonly ClusterAnswer[] }>({
    query: `{ clusters { name instances { state reason } health { state metrics { reason } }
      backups(first: 1) { totalCount } migrations { version } } }`,
  });
  const [main, dead, hung, locked, sealed] = data?.clusters ?? [];
  expect(main?.instances.map((one) => one.state)).toEqual(['UP', 'UP']);
  expect(main?.backups).not.toBeNull();
  expect(main?.migrations).not.toHaveLength(0);
  for (const one of [dead, hung]) {
    expect(one).toMatchObject({
      instances: [{ state: 'DOWN', reason: hint }],
      health: { state: 'CRITICAL' },
    });
    expect(one?.health.metrics.some(({ reason }) => reason?.includes(`${one.name}-1`))).toBe(true);
    expect(one).toMatchObject({ backups: main?.backups, migrations: null });
  }
  expect(locked).toMatchObject({ backups: null, migrations: main?.migrations });
  expect(sealed).toMatchObject({ backups: { totalCount: 0 } });
  expect(errors.map((one) => [one.path, one.extensions.code, one.extensions.hint])).toEqual([
    [['clusters', 3, 'backups'], 'REPOSITORY_UNREADABLE', hint],
    [['clusters', 1, 'migrations'], 'DATABASE_UNAVAILABLE', hint],
    [['clusters', 2, 'migrations'], 'DATABASE_UNAVAILABLE', hint],
  ]);
});

describe.each(['dead', 'hung'])('of the cluster that is %s', (cluster) => {
  test('refuses work on its database, names it, and starts nothing', async () => {
    for (const [mutation, input] of [
      ['applyMigrations', { cluster }],
      ['applyMigrations', { cluster, dryRun: true }],
      ['loadDemoData', { cluster, organizations: 1, items: 10 }],
    ] as const) {
      const refusal = await operator.ask(mutation, input);
      expect(refusal, mutation).toMatchObject({ code: 'DATABASE_UNAVAILABLE', hint });
      expect(refusal.message).toContain(cluster);
    }
  });

  test('a backup fails before it has begun to copy', async () => {
    const ended = await operator.finish('startBackup', { cluster, type: 'FULL' });
    expect(ended).toMatchObject({
      state: 'FAILED',
      phase: 'copy files',
      error: { code: 'DATABASE_UNAVAILABLE', message: expect.stringContaining(cluster) as string, hint },
    });
  });
});

test('a wrong passphrase fails a backup and refuses to verify or restore, and says that it is the passphrase', async () => {
  const cluster = 'locked';
  const ended = await operator.finish('startBackup', { cluster, type: 'FULL' });
  expect(ended).toMatchObject({
    state: 'FAILED',
    error: { code: 'REPOSITORY_UNREADABLE', hint: expect.stringContaining('cipher-pass') as string },
  });
  const label = '20261122-064811F';
  const verify = await operator.ask('verifyBackup', { cluster, label });
  expect(verify).toMatchObject({ code: 'REPOSITORY_UNREADABLE', hint });
  const destination = join(root, 'restored');
  const restore = await operator.ask('startRestore', { cluster, label, destination });
  expect(restore).toMatchObject({ code: 'REPOSITORY_UNREADABLE', hint });
});

test('a repository that cannot be written fails a backup and leaves nothing half done', async () => {
  const before = stanzas.listSealed();
  const ended = await operator.finish('startBackup', { cluster: 'sealed', type: 'FULL' });
  expect(ended).toMatchObject({ state: 'FAILED', error: { code: 'REPOSITORY_UNAVAILABLE', hint } });
  expect(stanzas.listSealed()).toEqual(before);
});
