import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { probeCluster } from '../../src/fleet/probe.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { startSilentServer, type SilentServer } from './fake-servers.ts';
import { makeFleetConfig, type TestFleetConfig } from './fleet-config.ts';
import { startReplicatedCluster, type ReplicatedCluster } from './replicated-cluster.ts';

let servers: ReplicatedCluster;
let silent: SilentServer;
let fleetConfig: TestFleetConfig;
let fleet: Fleet;

beforeAll(async () => {
  [servers, silent] = await Promise.all([startReplicatedCluster(), startSilentServer()]);
  const role = { user: 'postgres', password: servers.password };
  const cluster = { database: 'postgres', monitor: role, operator: role };
  fleetConfig = makeFleetConfig([
    {
      ...cluster,
      name: 'main',
      instances: [
        { name: 'one', port: servers.primary.port },
        { name: 'two', port: servers.standby.port },
      ],
    },
    {
      ...cluster,
      name: 'half',
      instances: [
        { name: 'silent', port: silent.port },
        { name: 'closed', port: 1 },
        { name: 'alive', port: servers.standby.port },
      ],
    },
    {
      ...cluster,
      name: 'locked',
      monitor: { user: 'postgres', password: 'wrong' },
      instances: [{ name: 'one', port: servers.primary.port }],
    },
  ]);
  fleet = createFleet(fleetConfig.config);
});
afterAll(async () => {
  await fleet?.close();
  fleetConfig?.[Symbol.dispose]();
  await Promise.all([servers?.[Symbol.asyncDispose](), silent?.[Symbol.asyncDispose]()]);
});

const probe = (name: string) => probeCluster(fleet, fleet.get(name));

test('tells the primary from the standby, with version, timeline and start', async () => {
  const [primary, standby] = await probe('main');
  expect(primary).toMatchObject({
    role: 'PRIMARY',
    state: 'UP',
    timeline: 1,
    lagBytes: null,
    lagSeconds: null,
    reason: null,
  });
  expect(primary?.version).toMatch(/^1[5-9]\.\d+$/);
  expect(primary?.startedAt).toBeInstanceOf(Date);
  expect(standby).toMatchObject({ role: 'STANDBY', state: 'UP', timeline: 1, reason: null });
});

test('gives a standby that has replayed everything no lag, however long the primary has been idle', async () => {
  await servers.admin.rows(sql`CREATE TABLE IF NOT EXISTS written (id int)`);
  await waitForReplay();
  const [, standby] = await probe('main');
  expect(standby).toMatchObject({ lagBytes: 0n, lagSeconds: 0 });
});

test('gives a standby whose replay is paused the bytes and the time it is behind', async () => {
  const standbyAdmin = openDatabase({
    ...{ host: '127.0.0.1', port: servers.standby.port, database: 'postgres', user: 'postgres' },
    password: servers.password,
    applicationName: 'sunday-test-admin',
    maxConnections: 1,
  });
  await standbyAdmin.rows(sql`SELECT pg_wal_replay_pause()`);
  await servers.admin.rows(sql`CREATE TABLE behind AS SELECT generate_series(1, 10000) AS id`);
  const [, standby] = await probe('main');
  await standbyAdmin.rows(sql`SELECT pg_wal_replay_resume()`);
  await standbyAdmin.close();
  expect(standby?.lagBytes).toBeGreaterThan(100_000n);
  expect(standby?.lagSeconds).toBeGreaterThan(0);
  await waitForReplay();
});

test('reports what hangs and what refuses as DOWN without holding up the rest', async () => {
  const [hanging, refusing, alive] = await probe('half');
  expect(hanging).toMatchObject({ role: 'UNKNOWN', state: 'DOWN', version: null, startedAt: null });
  expect(hanging?.reason).toMatch(/timeout|no answer/i);
  expect(refusing).toMatchObject({
    role: 'UNKNOWN',
    state: 'DOWN',
    reason: 'connect ECONNREFUSED 127.0.0.1:1',
  });
  expect(alive).toMatchObject({ role: 'STANDBY', state: 'UP' });
});

test('does not know the lag in seconds of a standby whose primary it cannot ask, unless it is behind', async () => {
  const [, , alive] = await probe('half');
  expect(alive?.lagBytes).toBe(0n);
  expect(alive?.lagSeconds).toBeNull();
});

test('says UP and why it knows nothing more when the server refuses the password', async () => {
  const [refused] = await probe('locked');
  expect(refused).toMatchObject({ role: 'UNKNOWN', state: 'UP', version: null });
  expect(refused?.reason).toContain('password authentication failed');
});

async function waitForReplay(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const [row] = await servers.admin.rows<{ isCaughtUp: boolean }>(
      sql`SELECT replay_lsn = pg_current_wal_flush_lsn() AS "isCaughtUp" FROM pg_stat_replication`,
    );
    if (row?.isCaughtUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the standby does not catch up');
}
