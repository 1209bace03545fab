import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { sql } from '../../src/postgres/sql.ts';
import { run } from '../../src/process.ts';
import { type ReplicatedCluster, startReplicatedCluster } from '../fleet/replicated-cluster.ts';
import { type Plane, startPlane } from './plane.ts';

// All clusters are databases of one primary, which is stopped and restarted, and of its standby, which is promoted.

let servers: ReplicatedCluster;
let plane: Plane;
beforeAll(async () => {
  servers = await startReplicatedCluster({ shared_preload_libraries: 'pg_stat_statements' });
  const instances = [servers.primary, servers.standby].map(({ port }) => ({ host: '127.0.0.1', port }));
  const clusters = ['slow', 'next', 'critical', 'untouched', 'restarted', 'promoted'];
  plane = await startPlane({ clusters, instances, password: servers.password });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
});

describe('a rollout that watches its canary', () => {
  test('stops when statements on the canary have become slower, before the next cluster', async () => {
    const canary = await plane.create('slow');
    const next = await plane.create('next');
    for (const db of [canary, next])
      await db.rows(sql`CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'`);
    await canary.rows(sql`CREATE EXTENSION pg_stat_statements`);
    plane.write({
      '001_slow.sql':
        "CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42 FROM pg_sleep(0.1)';",
    });
    const load = startLoad(canary);
    const ended = await plane.finish('rolloutMigrations', {
      ...{ clusters: ['slow', 'next'], observeSeconds: 3 },
    });
    await load.stop();
    expect(ended).toMatchObject({
      state: 'FAILED',
      error: {
        code: 'ROLLOUT_STOPPED',
        message: expect.stringMatching(
          /^the rollout stopped at slow: 95 % of statements took up to/,
        ) as string,
        hint: expect.stringMatching(/^Applied on: slow\. Not begun on: next\./) as string,
      },
    });
    expect(ended.children.map(({ target }) => target)).toEqual(['slow']);
    expect(await next.rows(sql`SELECT to_regclass('sunday_ledger.migration') AS ledger`)).toEqual([
      { ledger: null },
    ]);
  });

  test('stops when a metric of the canary has become critical', async () => {
    await plane.create('critical');
    await plane.create('untouched');
    plane.write({ '001_a.sql': 'CREATE TABLE a (id int);\nSELECT pg_sleep(1);' });
    const clusters = ['critical', 'untouched'];
    const id = await plane.start('rolloutMigrations', { clusters, observeSeconds: 1 });
    await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'apply to critical'));
    await stopServer(servers.standby, 'immediate');
    const ended = await plane.waitForEnd(id);
    await startServer(servers.standby);
    expect(ended).toMatchObject({
      state: 'FAILED',
      error: {
        code: 'ROLLOUT_STOPPED',
        message: expect.stringMatching(/at critical: .*critical-2 has become critical/) as string,
      },
    });
    expect(ended.children.map(({ target, state }) => [target, state])).toEqual([['critical', 'SUCCEEDED']]);
  });
});

// Between the two inserts it waits until the test has done to the server what it wants.
const STEPWISE = `-- transaction: none
CREATE TABLE effects (id int);
INSERT INTO effects VALUES (1);
SELECT pg_sleep(1);
INSERT INTO effects VALUES (2);`;

/** In the middle of the third statement. */
async function startStepwise(cluster: string): Promise<string> {
  const db = await plane.create(cluster);
  plane.write({ '001_effects.sql': STEPWISE });
  const id = await plane.start('applyMigrations', { cluster });
  const listSleeping = () =>
    db.rows(sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`);
  await expect.poll(listSleeping, { timeout: 20_000 }).toHaveLength(1);
  return id;
}

async function expectFinishedByRetry(id: string, db: Database): Promise<void> {
  const ended = await plane.waitForEnd(id);
  expect(ended).toMatchObject({
    state: 'FAILED',
    error: { code: 'DATABASE_UNAVAILABLE', retryable: true },
  });
  expect(await plane.finish('retryOperation', { id })).toMatchObject({
    ...{ state: 'SUCCEEDED', error: null },
    result: { applied: [{ version: '001' }] },
  });
  expect(await db.rows(sql`SELECT id FROM effects ORDER BY id`)).toEqual([{ id: 1 }, { id: 2 }]);
  expect(await db.rows(sql`SELECT version FROM sunday_ledger.migration`)).toEqual([{ version: '001' }]);
}

test('a migration whose server is restarted in the middle fails as worth a retry, which finishes it', async () => {
  const id = await startStepwise('restarted');
  await stopServer(servers.primary, 'immediate');
  await startServer(servers.primary);
  await expectFinishedByRetry(id, plane.openOn('restarted'));
});

test('a migration whose standby is promoted in the middle is finished there by a retry', async () => {
  // It comes back by itself some seconds after a restart of its primary.
  const listStreaming = () =>
    servers.admin.rows(sql`SELECT FROM pg_stat_replication WHERE state = 'streaming'`);
  await expect.poll(listStreaming, { timeout: 20_000, interval: 200 }).toHaveLength(1);
  const id = await startStepwise('promoted');
  const standby = plane.openOn('promoted', { port: servers.standby.port });
  const listArrived = () => standby.rows(sql`SELECT FROM effects`).catch(() => []);
  await expect.poll(listArrived, { timeout: 20_000 }).toHaveLength(1);
  await stopServer(servers.primary, 'immediate');
  const { binaries, dataDirectory } = servers.standby;
  await run(join(binaries, 'pg_ctl'), ['promote', '--wait', '--pgdata', dataDirectory], {
    timeoutMs: 30_000,
  });
  await expectFinishedByRetry(id, standby);
});

/** Six clients that ask for the answer, one call behind the other, until they are stopped. */
function startLoad(db: Database): { readonly stop: () => Promise<void> } {
  let isStopped = false;
  const ask = async () => {
    while (!isStopped) {
      await db.rows(sql`/* test.load */ SELECT answer()`);
      await sleep(5); // the machine has other things to do
    }
  };
  const clients = Promise.all(Array.from({ length: 6 }, ask));
  return {
    async stop() {
      isStopped = true;
      await clients;
    },
  };
}
